using System.Runtime.CompilerServices;

namespace InvitePortal.Tests.Protection;

/// <summary>Where the source lies.</summary>
internal static class Source
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(File())!, "..", ".."));

    private static string File([CallerFilePath] string path = "") => path;
}
