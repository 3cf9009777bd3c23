using System.Text;

namespace InvitePortal.Messaging.Templates;

/// <summary>How much a text message takes.</summary>
/// <param name="IsUnicode">Whether it is sent as UCS-2, because a character is not in the GSM alphabet.</param>
/// <param name="Units">Septets of the GSM alphabet (3GPP TS 23.038), or 16-bit units.</param>
/// <param name="Parts">Messages that the provider sends and counts.</param>
/// <param name="Room">Units that still fit into the last part.</param>
public sealed record SmsSize(bool IsUnicode, int Units, int Parts, int Room);

/// <summary>Measures and lightens text messages.</summary>
public static class SmsText
{
    private const string Basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private const string Extension = "\f^{}\\[~]|€";

    // One message holds 140 bytes; a part of several gives six of them to the header that joins them.
    private const int GsmAlone = 160;
    private const int GsmPart = 153;
    private const int UnicodeAlone = 70;
    private const int UnicodePart = 67;

    /// <summary>Counts as phones do: an escaped character and a surrogate pair are never cut in two.</summary>
    public static SmsSize Measure(string text)
    {
        var isUnicode = !text.All(IsGsm);
        var sizes = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            sizes.Add(isUnicode ? (pair ? 2 : 1) : Extension.Contains(text[i], StringComparison.Ordinal) ? 2 : 1);
            i += pair ? 1 : 0;
        }

        var (units, alone, part) = (sizes.Sum(), isUnicode ? UnicodeAlone : GsmAlone, isUnicode ? UnicodePart : GsmPart);
        if (units <= alone)
        {
            return new SmsSize(isUnicode, units, 1, alone - units);
        }

        var (parts, used) = (1, 0);
        foreach (var size in sizes)
        {
            (parts, used) = used + size > part ? (parts + 1, size) : (parts, used + size);
        }

        return new SmsSize(isUnicode, units, parts, part - used);
    }

    /// <summary>Straight quotes, plain dashes and blanks in the place of typographic ones, where the whole text then fits the GSM alphabet, which holds more than twice as much.</summary>
    public static string Lighten(string text)
    {
        var light = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            light.Append(c switch
            {
                '“' or '”' or '„' or '«' or '»' => "\"",
                '‘' or '’' or '‚' => "'",
                '–' or '—' or '‑' => "-",
                '…' => "...",
                '\u00A0' or '\u202F' or '\u2009' or '\t' => " ",
                _ => c.ToString(),
            });
        }

        var lighter = light.ToString();
        return lighter.All(IsGsm) ? lighter : text;
    }

    private static bool IsGsm(char c) => Basic.Contains(c, StringComparison.Ordinal) || Extension.Contains(c, StringComparison.Ordinal);
}
