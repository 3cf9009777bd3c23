using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Support;

/// <summary>The words of a PDF as Chromium writes it: numbers of glyphs, whose letters each font tells in a map beside it.</summary>
public static partial class PdfText
{
    /// <summary>All pages, in the order in which things are drawn.</summary>
    public static string Read(byte[] pdf)
    {
        var raw = Encoding.Latin1.GetString(pdf);
        var objects = Objects().Matches(raw).ToDictionary(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture), m => m.Groups[2].Value);
        var maps = new Dictionary<int, Dictionary<int, string>>();
        var text = new StringBuilder();
        foreach (var page in objects.Values.Where(o => o.Contains("/Contents ", StringComparison.Ordinal)))
        {
            var fonts = FontNames().Matches(page).GroupBy(f => f.Groups[1].Value).ToDictionary(f => f.Key, f => Number(f.First().Groups[2]));
            Dictionary<int, string>? map = null;
            foreach (Match shown in Shown().Matches(Content(objects[Number(ContentsOf().Match(page).Groups[1])])))
            {
                if (shown.Groups["font"] is { Success: true } font)
                {
                    var id = fonts[font.Value];
                    map = maps.TryGetValue(id, out var known) ? known : maps[id] = Letters(Content(objects[Number(MapOf().Match(objects[id]).Groups[1])]));
                }
                else if (map is not null)
                {
                    text.Append(string.Concat(Glyphs().Matches(shown.Value).SelectMany(g => g.Groups[1].Value.Chunk(4)).Select(g => map.GetValueOrDefault(Hex(new string(g)), "?"))));
                }
            }
        }

        return text.ToString();
    }

    private static Dictionary<int, string> Letters(string map)
    {
        var letters = new Dictionary<int, string>();
        foreach (Match one in Single().Matches(map))
        {
            letters[Hex(one.Groups[1].Value)] = ((char)Hex(one.Groups[2].Value)).ToString();
        }

        foreach (Match range in Range().Matches(map))
        {
            for (var glyph = Hex(range.Groups[1].Value); glyph <= Hex(range.Groups[2].Value); glyph++)
            {
                letters[glyph] = ((char)(Hex(range.Groups[3].Value) + glyph - Hex(range.Groups[1].Value))).ToString();
            }
        }

        return letters;
    }

    private static string Content(string body)
    {
        var start = body.IndexOf("stream\n", StringComparison.Ordinal) + "stream\n".Length;
        var bytes = Encoding.Latin1.GetBytes(body[start..body.LastIndexOf("endstream", StringComparison.Ordinal)]);
        if (!body[..start].Contains("/FlateDecode", StringComparison.Ordinal))
        {
            return Encoding.Latin1.GetString(bytes);
        }

        using var inflated = new StreamReader(new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress), Encoding.Latin1);
        return inflated.ReadToEnd();
    }

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?<=^|\n)(\d+) 0 obj\n(.*?)\nendobj", RegexOptions.Singleline)]
    private static partial Regex Objects();

    [GeneratedRegex(@"/Contents (\d+) 0 R")]
    private static partial Regex ContentsOf();

    [GeneratedRegex(@"/(F\d+) (\d+) 0 R")]
    private static partial Regex FontNames();

    [GeneratedRegex(@"/ToUnicode (\d+) 0 R")]
    private static partial Regex MapOf();

    [GeneratedRegex(@"/(?<font>F\d+) [\d.]+ Tf|<[0-9A-Fa-f]+> Tj|\[[^\]]*\] TJ")]
    private static partial Regex Shown();

    [GeneratedRegex("<([0-9A-Fa-f]+)>")]
    private static partial Regex Glyphs();

    [GeneratedRegex(@"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})>$", RegexOptions.Multiline)]
    private static partial Regex Single();

    [GeneratedRegex(@"^<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})>$", RegexOptions.Multiline)]
    private static partial Regex Range();
}
