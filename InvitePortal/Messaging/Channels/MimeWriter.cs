using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace InvitePortal.Messaging.Channels;

/// <summary>Writes a message as a mail (RFC 5322, 2045–2047): only ASCII leaves, lines stay below 78 characters, no value can open a header of its own.</summary>
internal static class MimeWriter
{
    // 45 bytes give 60 letters of base64; with the frame of an encoded word that stays below its limit of 75.
    private const int EncodedWordBytes = 45;
    private const int Base64LineBytes = 57;
    private const int QuotedLineLength = 75;
    private const int SoftLineLength = 76;

    /// <summary>Writes the whole mail, headers and bodies, with CRLF line ends.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="fromName">Name beside the sender's address.</param>
    /// <param name="fromAddress">Valid ASCII address.</param>
    /// <param name="to">Valid ASCII address.</param>
    /// <param name="message">What it says.</param>
    /// <param name="now">For the Date header.</param>
    public static void Write(IBufferWriter<byte> output, string fromName, string fromAddress, string to, RenderedMessage message, DateTimeOffset now)
    {
        var domain = fromAddress[(fromAddress.LastIndexOf('@') + 1)..];
        Ascii(output, "From: ");
        Phrase(output, OneLine.Of(fromName, 100), "From: ".Length);
        Ascii(output, $" <{fromAddress}>\r\nTo: <{to}>\r\nSubject: ");
        Unstructured(output, OneLine.Of(message.Subject, 250), "Subject: ".Length);
        Ascii(output, $"\r\nDate: {now.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture)} +0000\r\n");
        Ascii(output, $"Message-ID: <{message.Id:N}@{domain}>\r\n");
        // Keeps out-of-office answers away (RFC 3834; the second one is Exchange's own).
        Ascii(output, $"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nContent-Language: {message.Language}\r\nMIME-Version: 1.0\r\n");
        if (message.Html is null)
        {
            Body(output, "text/plain", message.Text);
            return;
        }

        var boundary = $"=_{message.Id:N}";
        Ascii(output, $"Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
        Body(output, "text/plain", message.Text);
        Ascii(output, $"\r\n--{boundary}\r\n");
        Body(output, "text/html", message.Html);
        Ascii(output, $"\r\n--{boundary}--\r\n");
    }

    private static void Body(IBufferWriter<byte> output, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));
        // Quoted-printable triples each byte that is not ASCII, base64 adds a third to all.
        var quoted = bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)127) is false || bytes.Count(b => b > 127) * 6 < bytes.Length;
        Ascii(output, $"Content-Type: {type}; charset=utf-8\r\nContent-Transfer-Encoding: {(quoted ? "quoted-printable" : "base64")}\r\n\r\n");
        if (quoted)
        {
            QuotedPrintable(output, bytes);
        }
        else
        {
            Base64Lines(output, bytes);
        }
    }

    private static void Base64Lines(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var part = bytes[..Math.Min(bytes.Length, Base64LineBytes)];
            var span = output.GetSpan(SoftLineLength + 2);
            Base64.EncodeToUtf8(part, span, out _, out var written);
            "\r\n"u8.CopyTo(span[written..]);
            output.Advance(written + 2);
            bytes = bytes[part.Length..];
        }
    }

    private static void QuotedPrintable(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        const string Hex = "0123456789ABCDEF";
        var line = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b is (byte)'\r' && i + 1 < bytes.Length && bytes[i + 1] is (byte)'\n')
            {
                output.Write("\r\n"u8);
                (line, i) = (0, i + 1);
                continue;
            }

            var lastOfLine = i + 1 == bytes.Length || bytes[i + 1] is (byte)'\r';
            // A dot that begins a line is encoded too: it then needs no stuffing and survives relays that forget to remove it.
            var plain = b is >= 33 and <= 126 and not (byte)'=' ? b is not (byte)'.' || line > 0 : b is (byte)' ' or (byte)'\t' && !lastOfLine;
            if (line + (plain ? 1 : 3) > QuotedLineLength)
            {
                output.Write("=\r\n"u8);
                line = 0;
                plain = plain && b is not (byte)'.';
            }

            if (plain)
            {
                output.Write([b]);
                line++;
            }
            else
            {
                output.Write([(byte)'=', (byte)Hex[b >> 4], (byte)Hex[b & 15]]);
                line += 3;
            }
        }
    }

    /// <summary>A display name: quoted when it is ASCII, encoded words otherwise.</summary>
    private static void Phrase(IBufferWriter<byte> output, string text, int column)
    {
        if (Ascii(text))
        {
            Ascii(output, $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }
        else
        {
            EncodedWords(output, text, column);
        }
    }

    private static void Unstructured(IBufferWriter<byte> output, string text, int column)
    {
        if (!Ascii(text) || text.Split(' ').Any(word => word.Length > 60))
        {
            EncodedWords(output, text, column);
            return;
        }

        foreach (var (i, word) in text.Split(' ').Index())
        {
            // Folding happens at blanks: the line break goes before the blank that stays.
            var fold = i > 0 && column + 1 + word.Length > SoftLineLength;
            Ascii(output, fold ? "\r\n " : i > 0 ? " " : "");
            Ascii(output, word);
            column = fold ? 1 + word.Length : column + word.Length + (i > 0 ? 1 : 0);
        }
    }

    private static void EncodedWords(IBufferWriter<byte> output, string text, int column)
    {
        Span<byte> word = stackalloc byte[EncodedWordBytes];
        var length = 0;
        // The first word shares its line with the header's name.
        var room = Math.Max(3, (SoftLineLength - column - "=?utf-8?B??=".Length) / 4 * 3);
        var first = true;
        foreach (var rune in text.EnumerateRunes())
        {
            // A character is never cut in two.
            if (length + rune.Utf8SequenceLength > Math.Min(room, EncodedWordBytes))
            {
                Flush(word[..length]);
            }

            length += rune.EncodeToUtf8(word[length..]);
        }

        Flush(word[..length]);

        void Flush(ReadOnlySpan<byte> bytes)
        {
            Ascii(output, first ? "=?utf-8?B?" : "\r\n =?utf-8?B?");
            Ascii(output, Convert.ToBase64String(bytes));
            Ascii(output, "?=");
            (first, length, room) = (false, 0, EncodedWordBytes);
        }
    }

    private static bool Ascii(string text) =>
        !text.AsSpan().ContainsAnyExceptInRange(' ', '~') && !text.Contains("=?", StringComparison.Ordinal);

    private static void Ascii(IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(text.Length);
        output.Advance(Encoding.ASCII.GetBytes(text, span));
    }
}
