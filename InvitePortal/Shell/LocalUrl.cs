using System.Diagnostics.CodeAnalysis;

namespace InvitePortal.Shell;

/// <summary>Where a form may send its sender back to: a path of this portal, nothing else.</summary>
public static class LocalUrl
{
    /// <summary>Whether <paramref name="url"/> is an absolute path of this portal. Browsers read <c>//host</c> and <c>/\host</c> as another host.</summary>
    public static bool IsLocal([NotNullWhen(true)] string? url) =>
        url is ['/', ..] && !(url.Length > 1 && url[1] is '/' or '\\') && !url.Any(char.IsControl);

    /// <summary>The path if it is local, the home page if not.</summary>
    public static string OrHome(string? url) => IsLocal(url) ? url : "/";
}
