using InvitePortal.Common;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Api;

public static class ApiFeature
{
    /// <summary>The only scheme that the API accepts: a cookie says nothing here. Registered by Accounts, as the default of these paths.</summary>
    public const string BearerScheme = "Bearer";

    private const string Prefix = "/api";

    /// <summary>Conventions of everything under <c>/api</c>.</summary>
    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o => ApiJson.Configure(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddExceptionHandler<ApiFailures>();
        services.AddSingleton<IdempotencyStore>();
        services.AddPortalOpenApi();
        return services;
    }

    /// <summary>Problems for answers without a body. Stands before routing.</summary>
    public static IApplicationBuilder UseApiStatuses(this IApplicationBuilder app) => app.UseMiddleware<ApiStatuses>();

    /// <summary>Reads and checks bodies. Stands after authorization.</summary>
    public static IApplicationBuilder UseApiBodies(this IApplicationBuilder app) => app.UseMiddleware<ApiBody>();

    /// <summary>The page at <c>/api</c> on which the API can be read and tried. All of it comes from this server.</summary>
    public static IApplicationBuilder UseApiPage(this IApplicationBuilder app) => app.UseSwaggerUI(ui =>
    {
        ui.RoutePrefix = Prefix[1..];
        ui.DocumentTitle = "InvitePortal API";
        ui.SwaggerEndpoint("/openapi/v1.json", "InvitePortal v1");
        ui.EnableTryItOutByDefault();
        ui.DefaultModelsExpandDepth(0);
    });

    /// <summary>
    /// The group that all endpoints of the API are mapped on. Each needs a bearer token unless it says <c>AllowAnonymous</c>;
    /// creating POSTs add <see cref="WithIdempotencyKey"/>, those that take many addresses <see cref="WithBulkBody"/>.
    /// </summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi().AllowAnonymous();
        return MapGroup(app);
    }

    internal static RouteGroupBuilder MapGroup(IEndpointRouteBuilder app) =>
        app.MapGroup(Prefix)
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(BearerScheme).RequireAuthenticatedUser())
            .DisableAntiforgery()
            .DisableCookieRedirect()
            .AddEndpointFilter<ProblemFilter>()
            .WithMetadata(
                ApiMetadata.Instance,
                new SkipStatusCodePagesAttribute(),
                new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(ProblemDetails), ["application/problem+json"]),
                new ProducesResponseTypeMetadata(StatusCodes.Status429TooManyRequests, typeof(ProblemDetails), ["application/problem+json"]),
                new ProducesResponseTypeMetadata(StatusCodes.Status503ServiceUnavailable, typeof(ProblemDetails), ["application/problem+json"]));

    /// <summary>The endpoint's body may have <see cref="LimitOptions.BulkJsonBytes"/>.</summary>
    public static TBuilder WithBulkBody<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(BulkBodyMetadata.Instance);

    /// <summary>
    /// The endpoint honours <c>Idempotency-Key</c>. Only for endpoints that need a token and whose answer holds no secret: answers are stored as they are.
    /// </summary>
    public static RouteHandlerBuilder WithIdempotencyKey(this RouteHandlerBuilder builder) =>
        builder.AddEndpointFilter<IdempotencyFilter>().WithMetadata(IdempotencyMetadata.Instance);

    internal static bool IsApi(PathString path) => path.StartsWithSegments(Prefix, StringComparison.OrdinalIgnoreCase);
}
