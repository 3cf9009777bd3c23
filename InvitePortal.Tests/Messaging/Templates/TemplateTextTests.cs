using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;

namespace InvitePortal.Tests.Messaging.Templates;

public sealed class TemplateTextTests
{
    private static readonly TemplateKind Kind = new("test", "invitations", "inviter", "portal", "group", "message", "link") { Required = ["link"], Channels = TemplateKind.AllChannels };
    private static readonly Dictionary<string, string?> Values = new() { ["inviter"] = "{{link}} <b>Ann</b> {{inviter}}", ["portal"] = "P", ["link"] = "https://p.example/x", ["group"] = null };

    [Theory]
    [InlineData("{{7*7}}", "{{7*7}}")]
    [InlineData("{{token.Hash}}", "{{token.Hash}}")]
    [InlineData("{0} {portal}", "{0} {portal}")]
    [InlineData("{{Portal}} {{ portal }}", "{{Portal}} {{ portal }}")]
    [InlineData("{{ {{portal}} }}", "{{ P }}")]
    [InlineData("{{{portal}}}", "{P}")]
    [InlineData("{{portal", "{{portal")]
    [InlineData("{{portal}}{{portal}}", "PP")]
    // What a value holds is never read again.
    [InlineData("{{inviter}}", "{{link}} <b>Ann</b> {{inviter}}")]
    public void H03_Line_ReplacesListedPlaceholdersOnce(string template, string expected) => Assert.Equal(expected, TemplateText.Line(template, Values));

    [Fact]
    public void O16_Pieces_OfBracesAlone_TakeNoTime()
    {
        var bomb = new string('{', TemplateLengths.MailBody / 2) + new string('}', TemplateLengths.MailBody / 2);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(bomb, TemplateText.Line(bomb, Values));
        Assert.NotEmpty(TemplateCheck.Of(Kind, Channel.Email, new TemplateWords(bomb, "s", "h", "b")));
        Assert.NotEmpty(TemplateCheck.Of(Kind, Channel.Email, new TemplateWords(string.Concat(Enumerable.Repeat("{{portal}} ", 1_000)), "s", "h", "b")));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), watch.Elapsed.ToString());
    }

    [Fact]
    public void Plain_LeavesOutLinesWithoutAValue_AndKeepsOneEmptyLine() => Assert.Equal(
        "Hello\n\nP\nhttps://p.example/x",
        TemplateText.Plain("Hello\n\nGroup: {{group}}\n\n\n{{message}}\n\n{{portal}}\n{{link}}\n", Values, _ => "never"));

    [Theory]
    [InlineData("Body", "See {{7*7}}\n{{link}}", "unknown", 1, 5)]
    [InlineData("Body", "See\n  {{token.Hash}}\n{{link}}", "unknown", 2, 3)]
    [InlineData("Body", "{{link}} {0}", "braces", 1, 10)]
    [InlineData("Body", "{{link}} {portal}", "braces", 1, 10)]
    [InlineData("Body", "{{link}}\n{{ {{portal}} }}", "nested", 2, 1)]
    [InlineData("Body", "{{link}} {{Portal}}", "spelling", 1, 10)]
    [InlineData("Body", "{{link}} {{ portal }}", "spelling", 1, 10)]
    [InlineData("Body", "{{link}} {{portal", "unclosed", 1, 10)]
    [InlineData("Body", "{{link}} portal}}", "unopened", 1, 16)]
    [InlineData("Body", "{{link}} {{code}}", "not-here", 1, 10)]
    [InlineData("Body", "{{link}}\nThey say {{message}}", "alone", 2, 10)]
    [InlineData("Body", "{{message}}\n{{message}}\n{{link}}", "once", 2, 1)]
    [InlineData("Body", "No link here", "missing", 1, 1)]
    [InlineData("Body", " \n ", "empty", 1, 1)]
    [InlineData("Body", "{{link}}\nab\u202Ec", "character", 2, 3)]
    [InlineData("Subject", "Hi {{link}}", "not-in-field", 1, 4)]
    [InlineData("Subject", "Hi\nBcc: x@example.org", "line-break", 1, 3)]
    [InlineData("Subject", "Hi\r\nBcc: x@example.org", "line-break", 1, 3)]
    [InlineData("Subject", "Hi\u0000", "character", 1, 3)]
    [InlineData("Subject", "", "empty", 1, 1)]
    [InlineData("Button", "", "empty", 1, 1)]
    [InlineData("Heading", "One\nTwo", "line-break", 1, 4)]
    [InlineData("Footnote", "{{message}}", "not-in-field", 1, 1)]
    public void H03_Check_NamesTheMistakeAndItsPlace(string field, string text, string code, int line, int column)
    {
        var mistake = Assert.Single(TemplateCheck.Of(Kind, Channel.Email, Words(field, text)));

        Assert.Equal((field, code, line, column), (mistake.Field, mistake.Code, mistake.Line, mistake.Column));
    }

    [Theory]
    [InlineData("Subject", 200, Channel.Email)]
    [InlineData("Body", 12_000, Channel.Email)]
    [InlineData("Body", 2_000, Channel.Telegram)]
    [InlineData("Body", 400, Channel.Sms)]
    public void Check_Length_HasItsEdge(string field, int most, Channel channel)
    {
        var text = field is "Body" ? "{{link}}".PadRight(most, 'x') : new string('x', most);

        Assert.Empty(TemplateCheck.Of(Kind, channel, Words(field, text)));
        Assert.Equal("too-long", Assert.Single(TemplateCheck.Of(Kind, channel, Words(field, text + "x"))).Code);
    }

    [Fact]
    public void Check_GoodWords_HaveNone_AndCssOrJsonBracesAreWords()
    {
        Assert.Empty(TemplateCheck.Of(Kind, Channel.Email, new TemplateWords("Hi {{portal}} { a } {x}\n\n  {{message}}  \n{{link}} 👋\ttab", "{{inviter}} 👋", "", "Go")));
        Assert.Empty(TemplateCheck.Of(Kind, Channel.Slack, new TemplateWords("{{link}}")));
        Assert.Equal("not-here", Assert.Single(TemplateCheck.Of(Kind, Channel.Sms, new TemplateWords("{{message}}\n{{link}}"))).Code);
    }

    [Fact]
    public void Markup_IsNoticed()
    {
        Assert.True(TemplateCheck.LooksLikeMarkup(Words("Body", "<b>{{link}}</b>")));
        Assert.False(TemplateCheck.LooksLikeMarkup(Words("Body", "1 < 2 {{link}} <3")));
    }

    [Fact]
    public void Difference_KeepsWhatIsCommon() => Assert.Equal(
        [new ComparedLine(0, "a"), new ComparedLine(-1, "b"), new ComparedLine(1, "B"), new ComparedLine(0, "c"), new ComparedLine(1, "d")],
        LineDifference.Between("a\nb\nc", "a\nB\nc\nd"));

    private static TemplateWords Words(string field, string text)
    {
        var draft = new TemplateDraft(new TemplateWords("{{link}}", "Subject", "Heading", "Button", "Footnote"));
        draft[field] = text;
        return draft.Words;
    }
}
