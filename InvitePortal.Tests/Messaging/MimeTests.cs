using System.Buffers;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Messaging;

public sealed class MimeTests
{
    [Theory]
    [InlineData("Hello", "Plain text.\nSecond line.\n")]
    [InlineData("Приглашение в «Школу № 5» — откройте до пятницы, иначе ссылка перестанет работать", "Здравствуйте!\n\nСсылка: https://example.org/?a=1&b=2\n")]
    [InlineData("Emoji 🎉 family 👨‍👩‍👧 and ümlauts", "A line with = signs, a trailing blank \nand a very long line: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789\n.\n..dots\n")]
    [InlineData("=?utf-8?B?SGFjaw==?=", ".")]
    [InlineData("A subject of many words that goes on and on until it needs to be folded, because nobody stopped it in time", "")]
    public void Write_AnyText_ReadsBackAsItWas(string subject, string text)
    {
        var mail = Written(Message(subject, text, $"<p>{text}</p>"));

        Assert.Equal(subject, mail.Subject);
        Assert.Equal(text.ReplaceLineEndings("\r\n"), mail.Text);
        Assert.Equal($"<p>{text}</p>".ReplaceLineEndings("\r\n"), mail.Html);
        Assert.All(mail.Raw.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
        Assert.All(mail.Raw, c => Assert.InRange(c, '\t', '~'));
    }

    [Fact]
    public void F06_Write_LineBreaksInSubjectAndName_OpenNoHeader()
    {
        var mail = Written(Message("Hi\r\nBcc: victim@example.com\r\n\r\n<b>body</b>", "text", null), "Portal\r\nBcc: other@example.com");

        Assert.Equal(
            ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"],
            mail.Headers.Select(h => h.Name));
        Assert.Equal("Hi Bcc: victim@example.com <b>body</b>", mail.Subject);
    }

    [Fact]
    public void H04_Write_LongSubjectWithDirectionOverride_IsShortenedFoldedAndFreeOfIt()
    {
        var mail = Written(Message(string.Concat(Enumerable.Repeat("Группа \u202Eabc🎉 ", 1_000)), "text", null));

        Assert.DoesNotContain('\u202E', mail.Subject);
        Assert.EndsWith("…", mail.Subject, StringComparison.Ordinal);
        Assert.InRange(mail.Subject.Length, 240, 250);
        Assert.All(mail.Raw.Split("\r\n"), line => Assert.InRange(line.Length, 0, 78));
    }

    [Fact]
    public void Write_Twice_HasTheSameMessageId()
    {
        var message = Message("Hello", "text", null);

        Assert.Equal($"<{message.Id:N}@example.org>", Written(message).MessageId);
        Assert.Equal(Written(message).MessageId, Written(message).MessageId);
        Assert.Equal("auto-generated", Written(message).Header("Auto-Submitted"));
        Assert.Equal("Mon, 06 May 2030 09:00:00 +0000", Written(message).Header("Date"));
    }

    [Theory]
    [InlineData("School \"No. 5\"", "\"School \\\"No. 5\\\"\" <portal@example.org>")]
    [InlineData("Школа", "=?utf-8?B?0KjQutC+0LvQsA==?= <portal@example.org>")]
    public void Write_SenderName_IsQuotedOrEncoded(string name, string expected) =>
        Assert.Equal(expected, Written(Message("Hello", "text", null), name).Header("From"));

    private static RenderedMessage Message(string subject, string text, string? html) => new(Guid.NewGuid(), "ann@example.com", "en", subject, text, html);

    private static SmtpMail Written(RenderedMessage message, string fromName = "Portal")
    {
        var output = new ArrayBufferWriter<byte>();
        MimeWriter.Write(output, fromName, "portal@example.org", message.Recipient, message, new FakeClock().Now);
        return new SmtpMail("portal@example.org", [message.Recipient], output.WrittenSpan.ToArray());
    }
}
