using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Support;

/// <summary>A mail as <see cref="SmtpSink"/> received it, read back the way a mail program reads it.</summary>
public sealed partial class SmtpMail
{
    private readonly Lazy<Part> _root;

    public SmtpMail(string sender, IReadOnlyList<string> recipients, byte[] raw)
    {
        Sender = sender;
        Recipients = recipients;
        Raw = Encoding.UTF8.GetString(raw);
        _root = new Lazy<Part>(() => Part.Read(Unstuff(Raw)));
    }

    /// <summary>Address of MAIL FROM.</summary>
    public string Sender { get; }

    /// <summary>Addresses of RCPT TO.</summary>
    public IReadOnlyList<string> Recipients { get; }

    /// <summary>The first of <see cref="Recipients"/>.</summary>
    public string Recipient => Recipients[0];

    /// <summary>What came between DATA and the final dot.</summary>
    public string Raw { get; }

    /// <summary>Headers, unfolded, in their order; encoded words as they came.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers => _root.Value.Headers;

    public string Subject => Decode(Header("Subject") ?? "");

    public string? MessageId => Header("Message-ID");

    /// <summary>The decoded <c>text/plain</c> part.</summary>
    public string Text => _root.Value.Find("text/plain") ?? "";

    /// <summary>The decoded <c>text/html</c> part.</summary>
    public string Html => _root.Value.Find("text/html") ?? "";

    /// <summary>Addresses of the links in the HTML part.</summary>
    public IReadOnlyList<string> Links => [.. Href().Matches(Html).Select(m => WebUtility.HtmlDecode(m.Groups[1].Value)).Distinct()];

    /// <summary>The first link that contains <paramref name="part"/>.</summary>
    public string Link(string part) => Links.First(l => l.Contains(part, StringComparison.Ordinal));

    /// <summary>The one-time code: six digits on a line of their own in the plain part.</summary>
    public string Code => SixDigits().Match(Text).Groups[1].Value;

    /// <summary>The first header of a name, as it came.</summary>
    public string? Header(string name) => Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Decodes the encoded words of a header (RFC 2047).</summary>
    public static string Decode(string header) =>
        EncodedWord().Replace(BetweenWords().Replace(header, "?=$1"), m => m.Groups[2].Value is "B" or "b"
            ? Encoding.GetEncoding(m.Groups[1].Value).GetString(Convert.FromBase64String(m.Groups[3].Value))
            : QuotedPrintable(m.Groups[3].Value.Replace('_', ' ')));

    private static string Unstuff(string raw) =>
        string.Join("\r\n", raw.Split("\r\n").Select(l => l.StartsWith('.') ? l[1..] : l));

    private static string QuotedPrintable(string text)
    {
        var bytes = new List<byte>();
        var joined = text.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < joined.Length; i++)
        {
            if (joined[i] is '=')
            {
                bytes.Add(byte.Parse(joined.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(joined, i, 1));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    [GeneratedRegex("href=\"([^\"]+)\"")]
    private static partial Regex Href();

    [GeneratedRegex(@"^\s*(\d{6}|\d{3} \d{3})\s*$", RegexOptions.Multiline)]
    private static partial Regex SixDigits();

    [GeneratedRegex(@"=\?([^?]+)\?([BbQq])\?([^?]*)\?=")]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+(=\?)")]
    private static partial Regex BetweenWords();

    [GeneratedRegex("boundary=\"?([^\";]+)\"?")]
    private static partial Regex Boundary();

    private sealed record Part(IReadOnlyList<(string Name, string Value)> Headers, string Body)
    {
        public static Part Read(string text)
        {
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var head = end < 0 ? text : text[..end];
            var unfolded = head.Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal);
            var headers = unfolded.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Split(':', 2))
                .Select(h => (h[0], h.Length > 1 ? h[1].Trim() : ""))
                .ToList();
            return new Part(headers, end < 0 ? "" : text[(end + 4)..]);
        }

        public string? Find(string type)
        {
            var contentType = Value("Content-Type") ?? "text/plain";
            if (contentType.StartsWith(type, StringComparison.OrdinalIgnoreCase))
            {
                return (Value("Content-Transfer-Encoding") ?? "7bit").ToLowerInvariant() switch
                {
                    "base64" => Encoding.UTF8.GetString(Convert.FromBase64String(Body.Trim())),
                    "quoted-printable" => QuotedPrintable(Body),
                    _ => Body,
                };
            }

            return contentType.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
                ? Body.Split("--" + Boundary().Match(contentType).Groups[1].Value)[1..^1]
                    .Select(p => Read(p["\r\n".Length..^"\r\n".Length]).Find(type))
                    .FirstOrDefault(found => found is not null)
                : null;
        }

        private string? Value(string name) => Headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }
}
