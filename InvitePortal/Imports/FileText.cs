using System.Buffers;
using System.Text;
using InvitePortal.Common;

namespace InvitePortal.Imports;

/// <summary>How a file's letters are written. The numbers are stored.</summary>
public enum FileEncoding
{
    /// <summary>With or without its mark.</summary>
    Utf8 = 1,
    /// <summary>In the order of bytes that its mark says, or that it looks like.</summary>
    Utf16 = 2,
    /// <summary>Cyrillic, as older programs write it.</summary>
    Windows1251 = 3,
    /// <summary>Western European.</summary>
    Windows1252 = 4,
}

/// <summary>A file as text.</summary>
/// <param name="Encoding">How it was read.</param>
/// <param name="Text">Without the mark.</param>
internal sealed record FileText(FileEncoding Encoding, string Text)
{
    private static readonly byte[][] KnownOthers =
    [
        "PK\u0003\u0004"u8.ToArray(), "PK\u0005\u0006"u8.ToArray(), [0xD0, 0xCF, 0x11, 0xE0], "%PDF"u8.ToArray(), [0x1F, 0x8B], "Rar!"u8.ToArray(),
    ];

    private static readonly SearchValues<char> Unreadable = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')), '\uFFFE', '\uFFFF']);

    /// <summary>Reads bytes as text, strictly: what is not in the encoding is an error that names its line. Without <paramref name="wanted"/> the encoding is guessed.</summary>
    public static Result<FileText> Read(ReadOnlySpan<byte> bytes, FileEncoding? wanted)
    {
        foreach (var other in KnownOthers)
        {
            if (bytes.StartsWith(other))
            {
                return ImportErrors.NotText;
            }
        }

        var (encoding, decoder) = Choose(bytes, wanted);
        string text;
        try
        {
            text = decoder.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            return ImportErrors.Undecodable(1 + bytes[..Math.Clamp(e.Index, 0, bytes.Length)].Count((byte)'\n'));
        }

        text = text.TrimStart('\uFEFF');
        var at = text.AsSpan().IndexOfAny(Unreadable);
        return at < 0 ? new FileText(encoding, text)
            : wanted is null && text.AsSpan().Count('\0') > 8 ? ImportErrors.NotText
            : ImportErrors.Undecodable(1 + text.AsSpan(0, at).Count('\n'));
    }

    private static (FileEncoding, Encoding) Choose(ReadOnlySpan<byte> bytes, FileEncoding? wanted)
    {
        var bigEndian = bytes.StartsWith<byte>([0xFE, 0xFF]) || (!bytes.StartsWith<byte>([0xFF, 0xFE]) && Zeros(bytes, 0) > Zeros(bytes, 1));
        var encoding = wanted ?? Guess(bytes);
        return (encoding, encoding switch
        {
            FileEncoding.Utf8 => new UTF8Encoding(false, throwOnInvalidBytes: true),
            FileEncoding.Utf16 => new UnicodeEncoding(bigEndian, false, throwOnInvalidBytes: true),
            FileEncoding.Windows1251 => CodePage(1251),
            FileEncoding.Windows1252 => CodePage(1252),
            _ => throw new ArgumentOutOfRangeException(nameof(wanted), wanted, null),
        });
    }

    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private static FileEncoding Guess(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0xFF, 0xFE]) || bytes.StartsWith<byte>([0xFE, 0xFF]))
        {
            return FileEncoding.Utf16;
        }

        // Addresses and separators are ASCII: every other byte of them is zero.
        if (bytes.Length % 2 == 0 && Math.Max(Zeros(bytes, 0), Zeros(bytes, 1)) > Math.Min(bytes.Length, Sample) / 6)
        {
            return FileEncoding.Utf16;
        }

        var (right, wrong) = CountUtf8(bytes);
        // A slip or two in what is otherwise UTF-8 is told, not read as something else.
        if (wrong == 0 || right > 4 * wrong)
        {
            return FileEncoding.Utf8;
        }

        return LooksCyrillic(bytes) ? FileEncoding.Windows1251 : FileEncoding.Windows1252;
    }

    private const int Sample = 4096;

    private static int Zeros(ReadOnlySpan<byte> bytes, int from)
    {
        var count = 0;
        for (var i = from; i < Math.Min(bytes.Length, Sample); i += 2)
        {
            count += bytes[i] == 0 ? 1 : 0;
        }

        return count;
    }

    private static (int Right, int Wrong) CountUtf8(ReadOnlySpan<byte> bytes)
    {
        var (right, wrong) = (0, 0);
        while (bytes.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) is var next && next >= 0)
        {
            bytes = bytes[next..];
            var status = Rune.DecodeFromUtf8(bytes, out _, out var length);
            (right, wrong) = status is OperationStatus.Done ? (right + 1, wrong) : (right, wrong + 1);
            bytes = bytes[length..];
        }

        return (right, wrong);
    }

    // Cyrillic words are letters beyond ASCII side by side; in Western ones such a letter stands alone among plain ones.
    private static bool LooksCyrillic(ReadOnlySpan<byte> bytes)
    {
        var (together, alone) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] >= 0xC0)
            {
                var beside = (i > 0 && bytes[i - 1] >= 0xC0) || (i + 1 < bytes.Length && bytes[i + 1] >= 0xC0);
                (together, alone) = beside ? (together + 1, alone) : (together, alone + 1);
            }
        }

        return together > alone;
    }
}
