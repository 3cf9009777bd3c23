using System.Buffers.Binary;
using static InvitePortal.Accounts.Pictures.ByteReader;

namespace InvitePortal.Accounts.Pictures;

/// <summary>WebP (RFC 9649), still pictures only: the frame and its transparency are kept.</summary>
internal static class WebpFile
{
    private const int Animated = 0x02;
    private const byte Transparent = 0x10;

    public static bool Fits(byte[] file) => file.Length > 12 && file.AsSpan().StartsWith("RIFF"u8) && file.AsSpan(8).StartsWith("WEBP"u8);

    public static (int Width, int Height) Measure(byte[] file)
    {
        var parts = Read(file);
        return parts.Lossless ? MeasureLossless(parts.Frame) : MeasureLossy(parts.Frame);
    }

    public static void Write(byte[] file, Stream output)
    {
        var parts = Read(file);
        var (width, height) = Measure(file);
        using var body = new MemoryStream();
        body.Write("WEBP"u8);
        if (parts.Alpha is not null)
        {
            Require(!parts.Lossless);
            Span<byte> canvas = stackalloc byte[10];
            canvas[0] = Transparent;
            (canvas[4], canvas[5], canvas[6]) = ((byte)(width - 1), (byte)((width - 1) >> 8), 0);
            (canvas[7], canvas[8], canvas[9]) = ((byte)(height - 1), (byte)((height - 1) >> 8), 0);
            WriteChunk(body, "VP8X"u8, canvas);
            WriteChunk(body, "ALPH"u8, parts.Alpha);
        }

        WriteChunk(body, parts.Lossless ? "VP8L"u8 : "VP8 "u8, parts.Frame);
        WriteChunk(output, "RIFF"u8, body.ToArray());
    }

    private static (byte[] Frame, bool Lossless, byte[]? Alpha) Read(byte[] file)
    {
        var reader = new ByteReader(file);
        reader.Take(4);
        Require(reader.LittleInt() == reader.Left);
        reader.Take(4);
        byte[]? frame = null;
        byte[]? alpha = null;
        var lossless = false;
        while (reader.Left > 0)
        {
            var type = System.Text.Encoding.ASCII.GetString(reader.Take(4));
            var data = reader.Take(reader.LittleInt());
            reader.Take(data.Length % 2);
            switch (type)
            {
                case "VP8 " or "VP8L":
                    Require(frame is null);
                    (frame, lossless) = (data.ToArray(), type is "VP8L");
                    break;
                case "ALPH":
                    Require(alpha is null && frame is null);
                    alpha = data.ToArray();
                    break;
                case "VP8X":
                    Require(data.Length == 10 && (data[0] & Animated) == 0);
                    break;
                default:
                    Require(type is "ICCP" or "EXIF" or "XMP ");
                    break;
            }
        }

        Require(frame is not null);
        return (frame!, lossless, alpha);
    }

    private static (int Width, int Height) MeasureLossy(ReadOnlySpan<byte> frame)
    {
        // A key frame, whose start code and measures follow the tag.
        Require(frame.Length > 10 && (frame[0] & 1) == 0 && frame[3..].StartsWith<byte>([0x9D, 0x01, 0x2A]));
        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(frame[8..]) & 0x3FFF);
        Require(width > 0 && height > 0);
        return (width, height);
    }

    private static (int Width, int Height) MeasureLossless(ReadOnlySpan<byte> frame)
    {
        Require(frame.Length > 5 && frame[0] == 0x2F);
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(frame[1..]);
        Require(bits >> 29 == 0);
        return ((int)(bits & 0x3FFF) + 1, (int)((bits >> 14) & 0x3FFF) + 1);
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        output.Write(type);
        output.Write(length);
        output.Write(data);
        if (data.Length % 2 == 1)
        {
            output.WriteByte(0);
        }
    }
}
