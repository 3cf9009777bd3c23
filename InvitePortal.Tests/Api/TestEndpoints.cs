using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using System.Security.Claims;

namespace InvitePortal.Tests.Api;

/// <summary>Endpoints on the API's own group, in the real pipeline: what its conventions do to any endpoint.</summary>
internal sealed class TestEndpoints : IStartupFilter
{
    private int _created;

    public int Created => _created;

    /// <summary>How long creating takes.</summary>
    public TimeSpan Pause { get; set; }

    public Action<IServiceCollection> Register => services => services.AddSingleton<IStartupFilter>(this);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var group = ApiFeature.MapGroup((IEndpointRouteBuilder)app.Properties["__EndpointRouteBuilder"]!).MapGroup("/test");
        group.MapPost("/echo", Ok<Echo> (Echo echo) => TypedResults.Ok(echo)).AllowAnonymous();
        group.MapPost("/bulk", Ok<int> (Bulk bulk) => TypedResults.Ok(bulk.Items.Length)).AllowAnonymous().WithBulkBody();
        group.MapPost("/empty", NoContent () => TypedResults.NoContent()).AllowAnonymous();
        group.MapGet("/list", Ok<PageRequest> (PagedQuery paging) => TypedResults.Ok(paging.Request)).AllowAnonymous();
        group.MapGet("/role", Ok<Role> (ApiEnum<Role> role) => TypedResults.Ok(role.Value)).AllowAnonymous();
        group.MapGet("/me", Ok<Guid?> (ClaimsPrincipal user) => TypedResults.Ok(user.ToActor().UserId));
        group.MapGet("/anyone", Ok<Guid?> (ClaimsPrincipal user) => TypedResults.Ok(user.ToActor().UserId)).AllowAnonymous();
        group.MapGet("/limited", ProblemHttpResult () =>
            new Error(ErrorKind.TooMany, "busy", "name") { RetryAfter = TimeSpan.FromSeconds(6.2) }.ToProblem()).AllowAnonymous();
        group.MapGet("/fails", void () => throw new InvalidOperationException("canary-secret")).AllowAnonymous();
        group.MapGet("/database", void () => throw new InvalidOperationException("pool", new TimeoutException("canary-secret"))).AllowAnonymous();
        group.MapPost("/create", CreateAsync).WithIdempotencyKey();
    };

    private async Task<Results<Created<Made>, ProblemHttpResult>> CreateAsync(Echo echo)
    {
        await Task.Delay(Pause);
        if (echo.Name == "refused")
        {
            return new Error(ErrorKind.Conflict, "busy").ToProblem();
        }

        if (echo.Name == "fails")
        {
            throw new InvalidOperationException();
        }

        var number = Interlocked.Increment(ref _created);
        return TypedResults.Created($"/api/test/{number}", new Made(number));
    }

    internal sealed record Echo(string Name, Role? Role = null, DateTimeOffset? At = null, int? Number = null, Echo? Inner = null);

    internal sealed record Bulk(string[] Items);

    internal sealed record Made(int Number);
}
