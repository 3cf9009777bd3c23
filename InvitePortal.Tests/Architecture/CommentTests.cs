using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Architecture;

/// <summary>Comments say why, where code cannot: a few lines of a hundred. Documentation of public parts is not counted.</summary>
public sealed partial class CommentTests
{
    private const double Most = 0.08;

    [Fact]
    public void Comments_AreFew()
    {
        var folders = SourceTree.CSharp.Concat(SourceTree.Razor).Where(f => f.Feature.Length > 0).GroupBy(f => f.Feature)
            .Select(g => (Folder: g.Key, Comments: g.Sum(f => Lines(f).Count(IsComment)), Code: g.Sum(f => Lines(f).Count(l => !IsComment(l) && !IsDocumentation(l)))))
            .ToList();
        foreach (var (folder, comments, code) in folders)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{folder,-14}{comments,5} comments{code,7} lines of code{100.0 * comments / code,7:F1} %");
        }

        // A handful of lines in a tiny folder says nothing about its share.
        SourceTree.AssertNone(folders.Where(f => f.Comments > 5 && f.Comments > Most * f.Code).Select(f => $"{f.Folder}: {100.0 * f.Comments / f.Code:F1} %"));
    }

    [Fact]
    public void CommentedOutCode_IsDeleted() => SourceTree.AssertNone(
        from file in SourceTree.CSharp
        from line in Lines(file)
        where OldCode().IsMatch(line)
        select $"{file.Path}: {line.Trim()}");

    private static IEnumerable<string> Lines(SourceFile file) => file.Text.Split('\n').Where(l => l.Trim().Length > 0);

    private static bool IsDocumentation(string line) => line.TrimStart().StartsWith("///", StringComparison.Ordinal);

    private static bool IsComment(string line) =>
        !IsDocumentation(line) && (line.TrimStart().StartsWith("//", StringComparison.Ordinal) || line.TrimStart().StartsWith("@*", StringComparison.Ordinal)
            || line.TrimStart().StartsWith("/*", StringComparison.Ordinal) || line.TrimStart().StartsWith("<!--", StringComparison.Ordinal));

    [GeneratedRegex(@"^\s*//(?!/).*(;|\{|\})\s*$")]
    private static partial Regex OldCode();
}
