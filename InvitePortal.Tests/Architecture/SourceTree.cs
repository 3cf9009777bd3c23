using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Architecture;

/// <summary>One file of the portal's own source.</summary>
/// <param name="Path">Relative to the project, with slashes.</param>
/// <param name="Text">All of it.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The first folder, which is the feature; empty at the root.</summary>
    public string Feature => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>The folder, empty at the root.</summary>
    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public int Lines => Text.AsSpan().TrimEnd().Count('\n') + 1;

    public override string ToString() => Path;
}

/// <summary>The portal's own source, without what is generated.</summary>
internal static class SourceTree
{
    public static IReadOnlyList<SourceFile> Files { get; } = [.. Read()];

    public static IEnumerable<SourceFile> CSharp => Files.Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Razor => Files.Where(f => f.Path.EndsWith(".razor", StringComparison.Ordinal));

    /// <summary>Asserts that nothing was found, and shows all of it otherwise.</summary>
    public static void AssertNone(IEnumerable<string> found)
    {
        var list = found.Distinct().ToList();
        Assert.True(list.Count == 0, string.Join('\n', list));
    }

    private static IEnumerable<SourceFile> Read()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Portal, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = Path.GetRelativePath(Repository.Portal, file).Replace('\\', '/');
            var generated = path.StartsWith("bin/", StringComparison.Ordinal) || path.StartsWith("obj/", StringComparison.Ordinal)
                || path.Contains("Migrations/", StringComparison.Ordinal) || path.Contains("_framework/", StringComparison.Ordinal) || path.StartsWith("App_Data/", StringComparison.Ordinal);
            if (!generated && Path.GetExtension(file) is ".cs" or ".razor" or ".resx" or ".js" or ".css")
            {
                yield return new SourceFile(path, File.ReadAllText(file).Replace("\r\n", "\n", StringComparison.Ordinal));
            }
        }
    }
}
