using InvitePortal.Common;

namespace InvitePortal.Shell.Protection;

/// <summary>How protection knows requests: whose they are, and what they are for.</summary>
internal static class Callers
{
    private static readonly string[] SecretPages = ["/accept-invitation", "/reset-password", "/register", "/setup", "/telegram"];

    /// <summary>The caller's network, by which limits count.</summary>
    public static string AddressKey(this HttpContext context) => ActorClaims.AddressKey(context.Connection.RemoteIpAddress);

    /// <summary>The person who is signed in, by cookie or token.</summary>
    public static Guid? PersonId(this HttpContext context) => context.User.ToActor().UserId;

    public static bool IsApi(this HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);

    public static bool IsHealth(this HttpRequest request) => request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase);

    public static bool IsCircuit(this HttpRequest request) => request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether somebody asks for a page, rather than sends something or is a program.</summary>
    public static bool IsPage(this HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && !request.IsApi() && !request.IsCircuit();

    /// <summary>Pages whose address may hold a secret, or on which one is typed.</summary>
    public static bool IsSecretPage(this HttpRequest request) =>
        request.Path.Value?.StartsWith("/sign-in", StringComparison.OrdinalIgnoreCase) == true
        || Array.Exists(SecretPages, page => request.Path.StartsWithSegments(page, StringComparison.OrdinalIgnoreCase));
}
