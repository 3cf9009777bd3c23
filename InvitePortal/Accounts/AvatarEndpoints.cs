using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Shell.Protection;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InvitePortal.Accounts;

/// <summary>Serves uploaded pictures. Their address changes with them, so browsers keep them for good.</summary>
internal static class AvatarEndpoints
{
    public static void MapAvatars(this IEndpointRouteBuilder app) =>
        app.MapMethods("/avatars/{id:guid}/{version}", [HttpMethods.Get, HttpMethods.Head], GetAsync)
            .RequireAuthorization().WithMetadata(InertContent.Marker).ExcludeFromDescription();

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult>> GetAsync(
        Guid id, string version, HttpContext context, AvatarService avatars, CancellationToken ct)
    {
        var found = await avatars.FindAsync(context.User.ToActor(), id, version, ct);
        return found.Succeeded ? TypedResults.File(found.Value.Content, found.Value.ContentType) : TypedResults.StatusCode(Problems.Status(found.Error.Kind));
    }
}
