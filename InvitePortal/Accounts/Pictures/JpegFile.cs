using static InvitePortal.Accounts.Pictures.ByteReader;

namespace InvitePortal.Accounts.Pictures;

/// <summary>JPEG (ITU-T T.81): 8 bit, grey or three colours, sequential or progressive. Of the metadata only the way up is kept.</summary>
internal static class JpegFile
{
    // A progressive picture has some ten scans; thousands of them keep a browser busy for minutes.
    private const int MaxScans = 50;
    private const int MaxOrientation = 8;

    private static ReadOnlySpan<byte> ExifName => "Exif\0\0"u8;

    private static ReadOnlySpan<byte> Jfif => [0xFF, 0xE0, 0, 16, (byte)'J', (byte)'F', (byte)'I', (byte)'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0];

    public static bool Fits(byte[] file) => file.AsSpan().StartsWith<byte>([0xFF, 0xD8, 0xFF]);

    public static (int Width, int Height) Measure(byte[] file)
    {
        var reader = new ByteReader(file);
        reader.Take(2);
        while (true)
        {
            var marker = ReadMarker(ref reader);
            var segment = ReadSegment(ref reader);
            Require(marker is not (0xDA or 0xD9));
            if (IsFrame(marker))
            {
                return ReadFrame(segment);
            }
        }
    }

    public static void Write(byte[] file, Stream output)
    {
        var (framed, scans, started) = (false, 0, false);
        var reader = new ByteReader(file);
        var (adobe, orientation) = ReadHints(file);
        output.Write(reader.Take(2));
        while (true)
        {
            var marker = ReadMarker(ref reader);
            if (marker == 0xD9)
            {
                Require(scans > 0 && reader.Left == 0);
                output.Write([0xFF, 0xD9]);
                return;
            }

            var segment = ReadSegment(ref reader);
            if (marker is (>= 0xE0 and <= 0xEF) or 0xFE)
            {
                continue;
            }

            if (!started)
            {
                WriteHints(output, adobe, orientation);
                started = true;
            }

            Require(marker switch
            {
                0xC0 or 0xC1 or 0xC2 => !framed && ReadFrame(segment) is var _,
                0xC4 => AreHuffmanTables(segment),
                0xDB => AreQuantizationTables(segment),
                0xDD => segment.Length == 2,
                0xDA => framed && ++scans <= MaxScans && segment.Length >= 6 && segment.Length == 4 + (2 * segment[0]),
                _ => false,
            });
            framed |= IsFrame(marker);
            output.Write([0xFF, marker, (byte)((segment.Length + 2) >> 8), (byte)(segment.Length + 2)]);
            output.Write(segment);
            if (marker == 0xDA)
            {
                output.Write(ReadScan(ref reader));
            }
        }
    }

    private static bool IsFrame(byte marker) => marker is 0xC0 or 0xC1 or 0xC2;

    private static (int Width, int Height) ReadFrame(ReadOnlySpan<byte> segment)
    {
        var reader = new ByteReader(segment);
        Require(reader.Byte() == 8);
        var (height, width, parts) = (reader.Short(), reader.Short(), reader.Byte());
        Require(width > 0 && height > 0 && parts is 1 or 3 && reader.Left == 3 * parts);
        return (width, height);
    }

    private static bool AreQuantizationTables(ReadOnlySpan<byte> segment)
    {
        var reader = new ByteReader(segment);
        while (reader.Left > 0)
        {
            var kind = reader.Byte();
            Require(kind >> 4 <= 1 && (kind & 15) <= 3);
            reader.Take(kind >> 4 == 0 ? 64 : 128);
        }

        return segment.Length > 0;
    }

    private static bool AreHuffmanTables(ReadOnlySpan<byte> segment)
    {
        var reader = new ByteReader(segment);
        while (reader.Left > 0)
        {
            var kind = reader.Byte();
            var symbols = 0;
            foreach (var count in reader.Take(16))
            {
                symbols += count;
            }

            Require(kind >> 4 <= 1 && (kind & 15) <= 3 && symbols <= 256);
            reader.Take(symbols);
        }

        return segment.Length > 0;
    }

    /// <summary>The packed pixels up to the next marker that does not belong to them.</summary>
    private static ReadOnlySpan<byte> ReadScan(ref ByteReader reader)
    {
        var bytes = reader.Rest;
        for (var i = 0; i + 1 < bytes.Length; i++)
        {
            if (bytes[i] == 0xFF && bytes[i + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
            {
                return reader.Take(i);
            }
        }

        throw new InvalidDataException("The picture has no end.");
    }

    private static byte ReadMarker(ref ByteReader reader)
    {
        Require(reader.Byte() == 0xFF);
        var marker = reader.Byte();
        while (marker == 0xFF)
        {
            marker = reader.Byte();
        }

        return marker;
    }

    private static ReadOnlySpan<byte> ReadSegment(ref ByteReader reader) => reader.Take(reader.Short() - 2);

    /// <summary>How the colours are to be read and which way is up: the only two things of the metadata that change how the picture looks.</summary>
    private static (int? Adobe, int Orientation) ReadHints(byte[] file)
    {
        int? adobe = null;
        var orientation = 1;
        var reader = new ByteReader(file);
        reader.Take(2);
        while (true)
        {
            var marker = ReadMarker(ref reader);
            if (marker is 0xDA or 0xD9)
            {
                return (adobe, orientation);
            }

            var segment = ReadSegment(ref reader);
            if (marker == 0xEE && segment.Length == 12 && segment.StartsWith("Adobe"u8))
            {
                adobe = segment[11];
            }
            else if (marker == 0xE1 && segment.StartsWith(ExifName))
            {
                orientation = Orientation(segment[ExifName.Length..]);
            }
        }
    }

    private static int Orientation(ReadOnlySpan<byte> tiff)
    {
        var little = tiff.StartsWith("II"u8);
        int Number(ReadOnlySpan<byte> bytes) => little ? bytes[0] | (bytes[1] << 8) : bytes[1] | (bytes[0] << 8);
        if (tiff.Length < 10)
        {
            return 1;
        }

        // The first directory lies at the start in every file that cameras write; one that lies elsewhere is left alone.
        var entries = Number(tiff[8..]);
        for (var at = 10; at + 12 <= tiff.Length && entries > 0; at += 12, entries--)
        {
            if (Number(tiff[at..]) == 0x0112 && Number(tiff[(at + 8)..]) is >= 1 and <= MaxOrientation and var found)
            {
                return found;
            }
        }

        return 1;
    }

    private static void WriteHints(Stream output, int? adobe, int orientation)
    {
        if (adobe is { } transform)
        {
            output.Write([0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)Math.Min(transform, 2)]);
        }
        else
        {
            output.Write(Jfif);
        }

        if (orientation is > 1 and <= MaxOrientation)
        {
            output.Write([0xFF, 0xE1, 0, 34, .. ExifName, .. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, 0]);
        }
    }
}
