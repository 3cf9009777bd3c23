using System.Net;
using System.Text.RegularExpressions;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Messaging.Templates;

/// <summary>Every kind of message, on every channel, in every language: as delivered and changed.</summary>
public sealed partial class TemplateRenderingTests
{
    [Fact]
    public async Task EveryKind_AsDelivered_SaysEverythingAndLeavesNoPlaceholder()
    {
        await using var host = await ServiceHost.CreateAsync();
        var mistakes = new List<string>();
        foreach (var (key, kind) in Keys(host))
        {
            var words = host.Get<TemplateCatalog>().Defaults(key);
            var message = await host.Get<MessageRenderer>().PreviewAsync(host.Get<TemplateCatalog>().Example(key, "ann@example.com"));
            mistakes.AddRange(TemplateCheck.Of(kind, key.Channel, words).Select(m => $"{key}: {m}"));
            mistakes.AddRange(Wrong(key, kind, message));
        }

        Assert.Empty(mistakes);
    }

    [Fact]
    public async Task H01_H02_H03_EveryKind_WithHostileWords_IsEncodedAndReplacedOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        const string Hostile = "<script>alert(1)</script><img src=x onerror=alert(2)><form action=//evil><meta http-equiv=refresh><style>a{background:url(//evil)}</style> {{7*7}} {{token.Hash}} {0}";
        var mistakes = new List<string>();
        foreach (var (key, kind) in Keys(host))
        {
            var body = Hostile + "\n" + string.Join('\n', kind.On(key.Channel).Select(p => p is "message" ? "{{message}}" : $"<i title=\"{{{{{p}}}}}\">\n{{{{{p}}}}}"));
            var words = key.Channel is Channel.Email ? new TemplateWords(body, Hostile, Hostile, "<b>" + Hostile, Hostile) : new TemplateWords(body);
            var message = await host.Get<MessageRenderer>().PreviewAsync(host.Get<TemplateCatalog>().Example(key, "ann@example.com"), words);
            if (!message.Text.Contains("{{7*7}} {{token.Hash}} {0}", StringComparison.Ordinal))
            {
                mistakes.Add($"{key}: unknown placeholders are not literal");
            }

            if (Tags().Matches(message.Html ?? "").Select(m => m.Value.ToLowerInvariant()).Except(Layout) is var foreign && foreign.Any())
            {
                mistakes.Add($"{key}: {string.Join(' ', foreign)}");
            }

            mistakes.AddRange(kind.On(key.Channel).Where(p => message.Text.Contains($"{{{{{p}}}}}", StringComparison.Ordinal)).Select(p => $"{key}: {p} is left"));
        }

        Assert.Empty(mistakes);
    }

    [Theory]
    [InlineData("en", "Maria invites you to InvitePortal", "Maria invites you to join InvitePortal as a teacher.", "The invitation is valid until May 10, 2030, 12:00 UTC.", "See the invitation:")]
    [InlineData("ru", "Maria приглашает вас в InvitePortal", "Maria приглашает вас присоединиться к InvitePortal учителем.", "Приглашение действует до 10 мая 2030 г., 12:00 UTC.", "Открыть приглашение:")]
    public async Task Invitation_AsDelivered_ReadsAsEver(string language, string subject, string body, string until, string button)
    {
        await using var host = await ServiceHost.CreateAsync();
        var data = new InvitationMessageData("Maria", Role.Teacher, "Come soon", "tok", new DateTimeOffset(2030, 5, 10, 12, 0, 0, TimeSpan.Zero));

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "ann@example.com", language, data));

        Assert.Equal(subject, message.Subject);
        Assert.Contains($"\n\n{body}\n\n{until}\n\n", message.Text, StringComparison.Ordinal);
        Assert.Contains($"> Come soon\n\n{button}\nhttp://localhost:5177/accept-invitation?token=tok\n\n", message.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("group", message.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(("invitation", Channel.Email), (message.Template, message.Channel));
        Assert.Equal("Maria", message.Parameters.Single(p => p.Name == "inviter").Value);
    }

    [Fact]
    public async Task Code_OfAPurposeWithoutWords_TakesThoseOfSigningIn()
    {
        await using var host = await ServiceHost.CreateAsync();

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(CodeMessage.KindName, "ann@example.com", "en", new CodeData("123456", "unheard-of")));

        Assert.Equal(("123456 is your code for InvitePortal", "code.sign-in"), (message.Subject, message.Template));
    }

    [Theory]
    [InlineData("Maria\r\nBcc: victim@example.org")]
    [InlineData("Maria\u202E<b>\u2028x")]
    public async Task H04_F06_Subject_StaysOneCleanLine(string inviter)
    {
        await using var host = await ServiceHost.CreateAsync();
        var data = new InvitationMessageData(inviter, Role.Teacher, null, "tok", host.Clock.Now.AddDays(7));
        var words = new TemplateWords("{{link}}", "Hi {{inviter}}\r\nX-Evil: 1 " + new string('я', 400), "h", "b");

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "ann@example.com", "en", data), words);

        Assert.DoesNotContain(message.Subject, char.IsControl);
        Assert.DoesNotContain('\u202E', message.Subject);
        Assert.True(message.Subject.Length <= 250);
        Assert.DoesNotContain("<b>", message.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Channel.Sms, 660)]
    [InlineData(Channel.Telegram, 3_500)]
    [InlineData(Channel.WhatsApp, 880)]
    [InlineData(Channel.Slack, 3_500)]
    public async Task LongValues_AreCut_TheLinkNever(Channel channel, int most)
    {
        await using var host = await ServiceHost.CreateAsync();
        var token = Secrets.New();
        var data = new InvitationMessageData(new string('Ж', 100), Role.Teacher, string.Concat(Enumerable.Repeat("слова ", 160)), token, host.Clock.Now.AddDays(7));
        var words = new TemplateWords(string.Concat(Enumerable.Repeat("{{inviter}} ", 33)) + "\n{{link}}\nAfter.");

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "+4915112345678", "ru", data) { Channel = channel }, words);
        var delivered = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "+4915112345678", "ru", data) { Channel = channel });

        Assert.All([message, delivered], m =>
        {
            Assert.Null(m.Html);
            Assert.InRange(m.Text.Length, 20, most);
            Assert.Contains($"http://localhost:5177/accept-invitation?token={token}", m.Text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task LongWordsOfAPerson_GiveWayBeforeThePortalsOwn()
    {
        await using var host = await ServiceHost.CreateAsync();
        var data = new InvitationMessageData("Maria", Role.Teacher, string.Concat(Enumerable.Repeat("word\r\n", 166)), Secrets.New(), host.Clock.Now.AddDays(7));

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "+4915112345678", "en", data) { Channel = Channel.WhatsApp });

        Assert.InRange(message.Text.Length, 600, 880);
        Assert.Contains("…\n\nhttp://localhost:5177/accept-invitation?token=", message.Text, StringComparison.Ordinal);
        Assert.EndsWith("If you do not know the sender, ignore this message.", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task H13_Chat_WordsOfAPerson_StayMarked()
    {
        await using var host = await ServiceHost.CreateAsync();
        var data = new InvitationMessageData("Maria", Role.Teacher, "First\r\nYour account is blocked, go to https://evil.example", "tok", host.Clock.Now.AddDays(7));

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "1", "en", data) { Channel = Channel.Telegram });

        Assert.Contains("(their own words, not those of InvitePortal):\n> First\n> Your account is blocked, go to https://evil.example\n", message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_LayoutOfOwnWords_ButtonCodeFrameAndInlineLink()
    {
        await using var host = await ServiceHost.CreateAsync();
        var data = new InvitationMessageData("Maria & Co", Role.Teacher, "Come", "tok", host.Clock.Now.AddDays(7));
        var words = new TemplateWords("{{message}}\nBefore\n{{link}}\nLine one\nLine two {{link}}", "S", "", "Go & see", "Small");

        var message = await host.Get<MessageRenderer>().PreviewAsync(new MessageDraft(InvitationMessage.First, "ann@example.com", "en", data), words);

        Assert.DoesNotContain("<h1", message.Html, StringComparison.Ordinal);
        Assert.Matches("Come</td>.*Before</p>.*>Go &amp; see</a>.*Line one<br>Line two <a class=\"address\" href=\"http://localhost:5177/accept-invitation\\?token=tok\">.*Small</p>", message.Html!.ReplaceLineEndings(" "));
        Assert.Contains("<!--[if mso]>", message.Html, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Wrong(TemplateKey key, TemplateKind kind, RenderedMessage message)
    {
        foreach (var text in new[] { message.Subject, message.Text, message.Html ?? "" })
        {
            if (text.Contains("{{", StringComparison.Ordinal) || text.Contains("}}", StringComparison.Ordinal) || Format().IsMatch(text))
            {
                yield return $"{key}: a placeholder is left in {text}";
            }
        }

        foreach (var name in kind.Required)
        {
            var value = message.Parameters.Single(p => p.Name == name).Value;
            if (value.Length is 0 || !message.Text.Contains(value, StringComparison.Ordinal) || (message.Html is not null && !WebUtility.HtmlDecode(message.Html).Contains(value, StringComparison.Ordinal)))
            {
                yield return $"{key}: {name} is missing";
            }
        }

        if (message.Subject.Length is 0 || (message.Html is not null) != (key.Channel is Channel.Email) || (message.Html is not null && !message.Html.Contains($"<html lang=\"{key.Language}\"", StringComparison.Ordinal)))
        {
            yield return $"{key}: no subject, or in the wrong form";
        }

        if (key.Channel is Channel.Sms && SmsText.Measure(message.Text).Parts > 3)
        {
            yield return $"{key}: {SmsText.Measure(message.Text)}";
        }
    }

    private static IEnumerable<(TemplateKey Key, TemplateKind Kind)> Keys(ServiceHost host)
    {
        var kinds = host.Get<TemplateCatalog>().Kinds;
        Assert.True(kinds.Count >= 17);
        // Also on channels that no message of the kind takes today: another feature may send it there.
        return from kind in kinds from channel in TemplateKind.AllChannels from language in Languages.All select (new TemplateKey(kind.Name, channel, language), kind);
    }

    /// <summary>The elements of the layout itself.</summary>
    private static readonly string[] Layout = ["<!doctype", "<html", "<head", "<meta", "<title", "<style", "<body", "<div", "<table", "<tr", "<td", "<h1", "<p", "<a", "<br", "<tbody"];

    [GeneratedRegex("<[A-Za-z!][a-zA-Z0-9]+|<[ap]\\b")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Format();
}
