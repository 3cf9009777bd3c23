using System.Text.Json.Nodes;
using InvitePortal.Common;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace InvitePortal.Api;

/// <summary>The description at <c>/openapi/v1.json</c>, and its page at <c>/api</c>.</summary>
internal static class OpenApiDescription
{
    public static void AddPortalOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "InvitePortal";
            document.Info.Version = "v1";
            document.Info.Description = """
                Sign in with `POST /api/auth/login` and send the access token as `Authorization: Bearer …`. Cookies are not accepted here.
                Errors are problem details (RFC 9457) whose `code` never changes. Bodies are read strictly: unknown and repeated members are refused.
                """;
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[ApiFeature.BearerScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "The accessToken that POST /api/auth/login answers with.",
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeAsync);
        options.AddSchemaTransformer(DescribeSchemaAsync);
    });

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiFeature.BearerScheme, context.Document)] = [] }];
            await AddProblemAsync(operation, context, StatusCodes.Status401Unauthorized, "No token, or one that has ended", ct);
            await AddProblemAsync(operation, context, StatusCodes.Status403Forbidden, "The person may not do this", ct);
        }

        if (context.Description.RelativePath?.Contains('{', StringComparison.Ordinal) == true)
        {
            await AddProblemAsync(operation, context, StatusCodes.Status404NotFound, "Unknown, or not the caller's to see", ct);
        }

        if (context.Description.HttpMethod is not ("GET" or "HEAD"))
        {
            await AddProblemAsync(operation, context, StatusCodes.Status409Conflict, "The state does not allow it, or changed meanwhile", ct);
            await AddProblemAsync(operation, context, StatusCodes.Status413PayloadTooLarge, "The body is too large", ct);
        }

        if (metadata.OfType<IdempotencyMetadata>().Any())
        {
            await AddProblemAsync(operation, context, StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key came with another body before", ct);
            Add(operation, "Idempotency-Key", ParameterLocation.Header, JsonSchemaType.String, "Sent again with the same key within 24 hours, the request changes nothing and gets the first answer");
        }

        if (metadata.OfType<PagedMetadata>().Any())
        {
            Add(operation, "page", ParameterLocation.Query, JsonSchemaType.Integer, "Page number, from 1");
            Add(operation, "pageSize", ParameterLocation.Query, JsonSchemaType.Integer, $"Rows per page, 1 to {PageRequest.MaxPageSize}");
            Add(operation, "sort", ParameterLocation.Query, JsonSchemaType.String, "Column; a leading - means descending");
            Add(operation, "search", ParameterLocation.Query, JsonSchemaType.String, "Literal text to look for");
            Add(operation, "cursor", ParameterLocation.Query, JsonSchemaType.String, "next, previous or last of an earlier answer: fast however far the page is");
        }

        DescribeEnums(operation, context);
        var sorted = new OpenApiResponses();
        foreach (var (status, response) in operation.Responses!.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            sorted.Add(status, response);
        }

        operation.Responses = sorted;
    }

    private static async Task AddProblemAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, int status, string description, CancellationToken ct)
    {
        operation.Responses ??= [];
        operation.Responses.TryAdd(status.ToString(System.Globalization.CultureInfo.InvariantCulture), new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, ct) },
            },
        });
    }

    private static Task DescribeSchemaAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(string) || type.IsEnum)
        {
            // Both have converters, of which the exporter of schemas knows nothing.
            var mayBeNull = type != context.JsonTypeInfo.Type || context.JsonPropertyInfo?.IsGetNullable == true;
            schema.Type = mayBeNull ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        }
        else if (type == typeof(ProblemDetails))
        {
            schema.AdditionalPropertiesAllowed = true;
            schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
            schema.Properties["code"] = Property(JsonSchemaType.String, "Stable name of the failure");
            schema.Properties["field"] = Property(JsonSchemaType.String, "The member or parameter at fault, where there is one");
            schema.Properties["retryAfter"] = Property(JsonSchemaType.Integer, "Seconds to wait before another try");
            schema.Properties["traceId"] = Property(JsonSchemaType.String, "Under this id the log knows the request");
            schema.Examples = [JsonNode.Parse("""
                {
                  "type": "urn:problem-type:inviteportal:request.unknown_member", "title": "Bad Request", "status": 400,
                  "detail": "“rolle” is not known here.", "code": "request.unknown_member", "field": "rolle", "traceId": "0HNQ7DIJSLG2V:00000001"
                }
                """)!];
        }

        return Task.CompletedTask;
    }

    private static void DescribeEnums(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        foreach (var described in context.Description.ParameterDescriptions)
        {
            var declared = described.ParameterDescriptor?.ParameterType ?? described.Type;
            var element = declared.IsArray ? declared.GetElementType()! : Nullable.GetUnderlyingType(declared) ?? declared;
            if (element.IsGenericType && element.GetGenericTypeDefinition() == typeof(ApiEnum<>)
                && operation.Parameters?.FirstOrDefault(p => p.Name == described.Name) is OpenApiParameter parameter)
            {
                var values = (IEnumerable<string>)element.GetProperty(nameof(ApiEnum<ErrorKind>.Names))!.GetValue(null)!;
                var one = new OpenApiSchema { Type = JsonSchemaType.String, Enum = [.. values.Select(v => (JsonNode)v)] };
                parameter.Schema = declared.IsArray ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = one } : one;
            }
        }
    }

    private static OpenApiSchema Property(JsonSchemaType type, string description) => new() { Type = type, Description = description };

    private static void Add(OpenApiOperation operation, string name, ParameterLocation place, JsonSchemaType type, string description)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter { Name = name, In = place, Description = description, Schema = new OpenApiSchema { Type = type } });
    }
}
