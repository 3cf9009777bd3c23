using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>Recipients as people paste them: parted by commas, semicolons, new lines or blanks, which may also lie within a number; addresses also as <c>Name &lt;a@b.org&gt;</c>.</summary>
public static class AddressList
{
    /// <summary>Splits a text into what stands for one recipient each, in order; repeated ones stay in, so that they can be shown.</summary>
    public static IReadOnlyList<string> Split(string? text, Channel channel = Channel.Email)
    {
        var parts = new List<string>();
        if (string.IsNullOrWhiteSpace(text))
        {
            return parts;
        }

        foreach (var line in text.Split(['\n', '\r', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            switch (channel)
            {
                case Channel.Email:
                    SplitLine(line, parts);
                    break;
                case Channel.Telegram or Channel.Slack:
                    SplitPlain(line, parts);
                    break;
                case Channel.Sms or Channel.WhatsApp:
                    // Where one number ends and the next begins is seen by the country prefix, or by a comma.
                    parts.AddRange(line.Replace("+", ",+", StringComparison.Ordinal).Split([',', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(channel), channel, null);
            }
        }

        return parts;
    }

    // A name may hold commas inside quotes and always blanks; both end at the address in angle brackets.
    private static void SplitLine(string line, List<string> parts)
    {
        var rest = line.AsSpan();
        while (!rest.IsEmpty)
        {
            var open = rest.IndexOf('<');
            var close = open < 0 ? -1 : rest[open..].IndexOf('>');
            if (close < 0)
            {
                SplitMails(rest, parts);
                return;
            }

            // What stands before the name belongs to earlier addresses: everything up to the last comma outside quotes.
            var before = rest[..open];
            var comma = LastCommaOutsideQuotes(before);
            if (comma >= 0)
            {
                SplitMails(before[..comma], parts);
            }
            else
            {
                SplitMails(AddressesBeforeName(before), parts);
            }

            parts.Add(rest[(open + 1)..(open + close)].Trim().ToString());
            rest = rest[(open + close + 1)..].TrimStart([',', ' ', '\t']);
        }
    }

    private static int LastCommaOutsideQuotes(ReadOnlySpan<char> text)
    {
        var quoted = false;
        var last = -1;
        for (var i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '"';
            if (text[i] == ',' && !quoted)
            {
                last = i;
            }
        }

        return last;
    }

    private static ReadOnlySpan<char> AddressesBeforeName(ReadOnlySpan<char> text)
    {
        var at = text.LastIndexOf('@');
        if (at < 0)
        {
            return [];
        }

        var end = text[at..].IndexOfAny(' ', '\t');
        return end < 0 ? text : text[..(at + end)];
    }

    // What holds no address at all stays as it was written, so that it can be found again.
    private static void SplitMails(ReadOnlySpan<char> text, List<string> parts)
    {
        foreach (var part in text.ToString().Split([',', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Contains('@', StringComparison.Ordinal))
            {
                SplitPlain(part, parts);
            }
            else
            {
                parts.Add(part);
            }
        }
    }

    private static void SplitPlain(ReadOnlySpan<char> text, List<string> parts)
    {
        foreach (var part in text.ToString().Split([',', ' ', '\t', '\u00A0'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            parts.Add(part);
        }
    }

    /// <summary>Reads each entry; says of each whether it is a recipient on the channel, and whether it stood in the list before.</summary>
    public static IEnumerable<(string Text, ChannelAddress? Address, bool Repeated)> Read(IEnumerable<string> entries, Channel channel = Channel.Email)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            // JSON lists may hold nulls, whatever the type says.
            yield return ChannelAddress.TryParse(channel, entry, out var address)
                ? (entry, address, !seen.Add(address.Key))
                : (entry ?? "", null, false);
        }
    }
}
