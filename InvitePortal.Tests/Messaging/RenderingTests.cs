using InvitePortal.Messaging;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Messaging;

public sealed class RenderingTests
{
    [Fact]
    public async Task Preview_EveryPart_IsInBothForms()
    {
        var message = await PreviewAsync(new Greeting("Ann", "Come soon.\nWe wait.", "123456", "https://portal.example.org/join?a=1&b=2"));

        Assert.Equal("Hello Ann", message.Subject);
        Assert.Equal(
            """
            Welcome to InvitePortal, Ann

            Language: en

            Second paragraph.

            The sender adds (their own words, not those of InvitePortal):

            > Come soon.
            > We wait.

            123456

            Open:
            https://portal.example.org/join?a=1&b=2

            Small print.

            -- 
            InvitePortal sent this message automatically. Nobody reads answers to it.
            http://localhost:5177

            """,
            message.Text);
        Assert.Matches("<td bgcolor=\"#f6f5f2\" style=\"[^\"]*\">Come soon.<br>We wait.</td>", message.Html);
        Assert.Matches("<a href=\"https://portal.example.org/join\\?a=1&amp;b=2\" style=\"[^\"]*\">Open</a>", message.Html);
        Assert.Matches("<a class=\"address\" href=\"https://portal.example.org/join\\?a=1&amp;b=2\" style=\"[^\"]*\">https://portal.example.org/join\\?a=1&amp;b=2</a>", message.Html);
        Assert.Contains(">123456</td>", message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_Russian_SpeaksRussianAround()
    {
        var message = await PreviewAsync(new Greeting("Анна", "Ждём"), "ru");

        Assert.Contains("Language: ru", message.Text, StringComparison.Ordinal);
        Assert.Contains("Отправитель добавляет", message.Text, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"ru\">", message.Html!.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task H01_Preview_MarkupInWords_IsShownAsText()
    {
        const string Words = "</td><script>alert(1)</script><img src=x onerror=alert(2)> https://evil.example/";
        var message = await PreviewAsync(new Greeting("<b>Ann</b>", Words, "<i>", "https://portal.example.org/?q=\"><script>"));

        Assert.DoesNotContain("<script", message.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", message.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", message.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"https://evil", message.Html, StringComparison.Ordinal);
        Assert.Contains("> </td><script>alert(1)</script><img src=x onerror=alert(2)>", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H13_Preview_WordsThatImitateThePortal_StayMarkedAsQuoted()
    {
        var message = await PreviewAsync(new Greeting("Ann", string.Join("\r\n", Enumerable.Repeat(string.Concat(Enumerable.Repeat("word ", 40)) + new string('x', 200), 3))));

        var quoted = message.Text.Split('\n').SkipWhile(l => !l.StartsWith('>')).TakeWhile(l => l.Length > 0).ToList();
        Assert.All(quoted, l => Assert.StartsWith("> ", l, StringComparison.Ordinal));
        Assert.All(quoted, l => Assert.InRange(l.Length, 1, 78));
        Assert.Equal(3 * 200, string.Concat(quoted).Count(c => c is 'x'));
    }

    [Fact]
    public async Task Preview_Html_LoadsNothingFromAnywhere()
    {
        var message = await PreviewAsync(new Greeting("Ann", "Words", "123456", "https://portal.example.org/"));

        Assert.DoesNotContain("src=", message.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", message.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", message.Html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", message.Html, StringComparison.OrdinalIgnoreCase);
        // Gmail cuts a mail off at 102 KB.
        Assert.InRange(message.Html!.Length, 1_000, 20_000);
    }

    [Fact]
    public async Task Render_UnknownKind_Throws()
    {
        await using var host = await Greetings.HostAsync(new FakeChannel());
        var draft = new MessageDraft("unheard-of", "ann@example.com", "en", new Greeting("Ann"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Get<MessageRenderer>().PreviewAsync(draft));
    }

    private static async Task<RenderedMessage> PreviewAsync(Greeting greeting, string language = "en")
    {
        await using var host = await Greetings.HostAsync(new FakeChannel());
        return await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft("greeting", "ann@example.com", language, greeting));
    }
}
