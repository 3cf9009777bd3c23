using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Architecture;

/// <summary>How long things may grow before they must be cut.</summary>
public sealed partial class SizeTests
{
    [Fact]
    public void AComponentWithItsCode_HasAtMost200Lines() => SourceTree.AssertNone(
        from razor in SourceTree.Razor
        let code = SourceTree.Files.SingleOrDefault(f => f.Path == razor.Path + ".cs")
        let lines = razor.Lines + (code?.Lines ?? 0)
        where lines > 200
        select $"{razor.Path}: {lines} lines with its code");

    [Fact]
    public void CodeInAComponent_OfMoreThan50Lines_HasAFileOfItsOwn() => SourceTree.AssertNone(
        from razor in SourceTree.Razor
        let at = razor.Text.IndexOf("@code", StringComparison.Ordinal)
        where at >= 0
        let lines = razor.Text[at..].TrimEnd().Count(c => c == '\n') + 1
        where lines > 55
        select $"{razor.Path}: {lines} lines of @code");

    [Fact]
    public void AService_HasAtMost300Lines() => SourceTree.AssertNone(
        SourceTree.CSharp.Where(f => !f.Path.EndsWith(".razor.cs", StringComparison.Ordinal) && f.Lines > 300).Select(f => $"{f.Path}: {f.Lines} lines"));

    [Fact]
    public void Program_HasAtMost90FlatLines()
    {
        var program = SourceTree.Files.Single(f => f.Path == "Program.cs");

        Assert.True(program.Lines <= 90, $"{program.Lines} lines");
        Assert.DoesNotMatch("=> *{|\\bforeach\\b|\\bwhile\\b", program.Text);
    }

    [Fact]
    public void AnEndpoint_HasAtMost10Lines() => SourceTree.AssertNone(
        from file in SourceTree.CSharp
        where file.Name.EndsWith("Endpoints.cs", StringComparison.Ordinal)
        from Match method in Handler().Matches(file.Text)
        let lines = method.Groups["body"].Value.Count(c => c == '\n') - 1
        where lines > 10
        select $"{file.Path}: {method.Groups["name"].Value} has {lines} lines");

    [Fact]
    public void Handler_IsFoundAndMeasured()
    {
        var match = Assert.Single(Handler().Matches("    private static async Task<int> FindAsync(\n        string token)\n    {\n        a;\n\n        b;\n    }\n"));

        Assert.Equal("FindAsync", match.Groups["name"].Value);
        Assert.Equal(3, match.Groups["body"].Value.Count(c => c == '\n') - 1);
    }

    // A method at the first level of indentation, up to its closing brace at that level.
    [GeneratedRegex(@"^    (?:private|public|internal) static (?:async )?[^\n=(]*?(?<name>\w+Async)\([^{;]*?\)\n    \{(?<body>.*?\n)    \}\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Handler();
}
