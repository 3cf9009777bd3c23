using System.Buffers.Binary;
using System.IO.Compression;
using static InvitePortal.Accounts.Pictures.ByteReader;

namespace InvitePortal.Accounts.Pictures;

/// <summary>PNG (ISO 15948): every row is inflated, checked and deflated anew, so that nothing rides in the packed data either.</summary>
internal static class PngFile
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    // Left, top, step across and step down of the seven passes of interlaced pictures.
    private static readonly (int X, int Y, int Dx, int Dy)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static bool Fits(byte[] file) => file.AsSpan().StartsWith(Signature);

    public static (int Width, int Height) Measure(byte[] file)
    {
        var header = Header.Read(file);
        return (header.Width, header.Height);
    }

    public static void Write(byte[] file, Stream output)
    {
        var header = Header.Read(file);
        var reader = new ByteReader(file);
        output.Write(reader.Take(Signature.Length));
        using var packed = new MemoryStream();
        var (ended, palette) = (false, false);
        while (!ended)
        {
            var type = ReadChunk(ref reader, out var data);
            switch (type)
            {
                case "IHDR":
                    Require(output.Position == Signature.Length);
                    WriteChunk(output, "IHDR"u8, data);
                    break;
                case "PLTE":
                    Require(!palette && packed.Length == 0 && header.Colour is 2 or 3 or 6 && data.Length is > 0 and <= 768 && data.Length % 3 == 0);
                    palette = true;
                    WriteChunk(output, "PLTE"u8, data);
                    break;
                case "tRNS":
                    Require(packed.Length == 0 && header.Colour switch { 0 => data.Length == 2, 2 => data.Length == 6, 3 => palette && data.Length <= 256, _ => false });
                    WriteChunk(output, "tRNS"u8, data);
                    break;
                case "IDAT":
                    packed.Write(data);
                    break;
                case "IEND":
                    Require(data.Length == 0 && reader.Left == 0 && (palette || header.Colour != 3));
                    ended = true;
                    break;
                default:
                    // Critical chunks have a capital letter first; the others may be left out.
                    Require(char.IsAsciiLetterLower(type[0]));
                    break;
            }
        }

        WriteChunk(output, "IDAT"u8, Repack(header, packed));
        WriteChunk(output, "IEND"u8, []);
    }

    private static ReadOnlySpan<byte> Repack(Header header, MemoryStream packed)
    {
        packed.Position = 0;
        using var result = new MemoryStream();
        using (var rows = new ZLibStream(packed, CompressionMode.Decompress))
        using (var target = new ZLibStream(result, CompressionLevel.Optimal, leaveOpen: true))
        {
            foreach (var (width, height) in header.Interlaced ? Passes.Select(p => (Steps(header.Width, p.X, p.Dx), Steps(header.Height, p.Y, p.Dy))) : [(header.Width, header.Height)])
            {
                var row = new byte[1 + (((width * header.BitsPerPixel) + 7) / 8)];
                for (var y = 0; y < height && width > 0; y++)
                {
                    Require(rows.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) == row.Length && row[0] <= 4);
                    target.Write(row);
                }
            }

            Require(rows.ReadByte() < 0);
        }

        return result.ToArray();
    }

    private static int Steps(int size, int start, int step) => size <= start ? 0 : (size - start + step - 1) / step;

    private static string ReadChunk(ref ByteReader reader, out ReadOnlySpan<byte> data)
    {
        var length = reader.Int();
        var crcStart = reader.Rest;
        var type = reader.Take(4);
        foreach (var letter in type)
        {
            Require(char.IsAsciiLetter((char)letter));
        }

        data = reader.Take(length);
        Require(reader.Int() == Crc(crcStart[..(4 + data.Length)]));
        return System.Text.Encoding.ASCII.GetString(type);
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        output.Write(number);
        output.Write(type);
        output.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc([.. type, .. data]));
        output.Write(number);
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeCrcTable() =>
        [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1))];

    private sealed record Header(int Width, int Height, int Depth, int Colour, bool Interlaced)
    {
        public int BitsPerPixel => Depth * Colour switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

        public static Header Read(byte[] file)
        {
            var reader = new ByteReader(file);
            reader.Take(Signature.Length);
            Require(ReadChunk(ref reader, out var data) is "IHDR" && data.Length == 13);
            var fields = new ByteReader(data);
            var (width, height) = (fields.Int(), fields.Int());
            var (depth, colour, packing, filter, interlace) = (fields.Byte(), fields.Byte(), fields.Byte(), fields.Byte(), fields.Byte());
            Require(width is > 0 and <= int.MaxValue && height is > 0 and <= int.MaxValue && packing == 0 && filter == 0 && interlace <= 1);
            Require((colour, depth) is (0, 1 or 2 or 4 or 8 or 16) or (3, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16));
            return new Header((int)width, (int)height, depth, colour, interlace == 1);
        }
    }
}
