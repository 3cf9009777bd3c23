using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Architecture;

/// <summary>What must not be written into pages, and what must not be asked of the machine.</summary>
public sealed partial class MarkupTests
{
    /// <summary>Mail programs know no style sheets.</summary>
    private static readonly string[] Mails = ["Messaging/MailLayout.razor"];

    /// <summary>Random numbers that decide nothing: waiting times, demo people.</summary>
    private static readonly string[] HarmlessRandom = ["Data/Transactions.cs", "Messaging/RetrySchedule.cs", "Demo/"];

    /// <summary>The clock itself, and what waits for it before it can be asked.</summary>
    private static readonly string[] OwnClock = ["Data/DatabaseClock.cs", "Data/DatabaseStartup.cs"];

    [Fact]
    public void Styles_AreInStyleSheets() => SourceTree.AssertNone(
        Find(SourceTree.Razor.Where(f => !Mails.Contains(f.Path)), InlineStyle()));

    [Fact]
    public void Scripts_AreInFiles() => SourceTree.AssertNone(Find(SourceTree.Razor, InlineScript()));

    [Fact]
    public void Handlers_AreBlazorsOwn() => SourceTree.AssertNone(Find(SourceTree.Razor, InlineHandler()));

    [Theory]
    [InlineData("<p style=\"color: red\">", true, false, false)]
    [InlineData("<p class=\"style\">", false, false, false)]
    [InlineData("<script>alert(1)</script>", false, true, false)]
    [InlineData("<script src=\"app.js\"></script>", false, false, false)]
    [InlineData("<a href=\"javascript:x()\">", false, true, false)]
    [InlineData("<button onclick=\"x()\">", false, false, true)]
    [InlineData("<button @onclick=\"X\">", false, false, false)]
    [InlineData("<Confirm OnClose=\"X\">", false, false, false)]
    public void Patterns_FindWhatTheyShould(string markup, bool style, bool script, bool handler)
    {
        Assert.Equal(style, InlineStyle().IsMatch(markup));
        Assert.Equal(script, InlineScript().IsMatch(markup));
        Assert.Equal(handler, InlineHandler().IsMatch(markup));
    }

    [Fact]
    public void Time_ComesFromTheClock() => SourceTree.AssertNone(Find(SourceTree.CSharp.Concat(SourceTree.Razor).Where(f => !OwnClock.Contains(f.Path)), MachineClock()));

    [Fact]
    public void A03_Secrets_ComeFromTheCryptographicGenerator() => SourceTree.AssertNone(
        Find(SourceTree.CSharp.Concat(SourceTree.Razor).Where(f => !HarmlessRandom.Any(h => f.Path.StartsWith(h, StringComparison.Ordinal))), WeakRandom()));

    [Fact]
    public void NothingIsLeftToDo() => SourceTree.AssertNone(Find(SourceTree.Files, Unfinished()));

    [Fact]
    public void EveryPage_SetsItsHeadingOnce() => SourceTree.AssertNone(
        from razor in SourceTree.Razor
        where razor.Name.EndsWith("Page.razor", StringComparison.Ordinal) && !razor.Text.Contains("<PageHeader", StringComparison.Ordinal) && !razor.Text.Contains("<h1", StringComparison.Ordinal)
        select $"{razor.Path} has neither a PageHeader nor a h1");

    private static IEnumerable<string> Find(IEnumerable<SourceFile> files, Regex pattern) =>
        from file in files
        from line in file.Text.Split('\n').Select((text, index) => (Text: text, Number: index + 1))
        where pattern.IsMatch(line.Text)
        select $"{file.Path}({line.Number}): {line.Text.Trim()}";

    [GeneratedRegex(@"(?<![\w@-])style\s*=\s*[""'@]")]
    private static partial Regex InlineStyle();

    [GeneratedRegex(@"<script(?![^>]*\bsrc=)|[""']\s*javascript:", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex(@"(?<![\w@])on[a-z]+\s*=\s*[""']")]
    private static partial Regex InlineHandler();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b")]
    private static partial Regex MachineClock();

    [GeneratedRegex(@"\bnew Random\(|\bRandom\.Shared\b|\bMath\.random\b")]
    private static partial Regex WeakRandom();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();
}
