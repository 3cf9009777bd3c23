using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using InvitePortal.Accounts.Pictures;

namespace InvitePortal.Tests.Accounts.Pictures;

/// <summary>H11: what is stored is a picture and nothing else.</summary>
public sealed class PictureTests
{
    private const int MaxPixels = 4_096;

    public static TheoryData<string, string> Kinds { get; } = new()
    {
        { "png", "image/png" },
        { "jpeg", "image/jpeg" },
        { "webp", "image/webp" },
        { "lossless webp", "image/webp" },
        { "transparent webp", "image/webp" },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void Read_Sound_IsKeptWithoutMetadata(string kind, string contentType)
    {
        var picture = Picture.Read(Samples.Of(kind), MaxPixels).Value!;

        Assert.Equal(contentType, picture.ContentType);
        Assert.DoesNotContain("ICC", Encoding.ASCII.GetString(picture.Content), StringComparison.Ordinal);
        // Once clean it stays as it is.
        Assert.Equal(picture.Content, Picture.Read(picture.Content, MaxPixels).Value!.Content);
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H11_Read_PolyglotOrCutShort_IsRefused(string kind, string contentType)
    {
        var file = Samples.Of(kind);
        Assert.NotNull(contentType);

        Assert.Equal("avatar.unreadable", Code([.. file, .. "<script>alert(1)</script>"u8]));
        Assert.Equal("avatar.unreadable", Code([.. "GIF89a"u8, .. file]));
        for (var length = 0; length < file.Length; length += 7)
        {
            Assert.Equal("avatar.unreadable", Code(file[..length]));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void H11_Read_BytesChanged_NeverFailsOtherwiseThanByRefusing(string kind, string contentType)
    {
        var random = new Random(contentType.Length);
        for (var round = 0; round < 2_000; round++)
        {
            var file = Samples.Of(kind);
            for (var i = 0; i < 3; i++)
            {
                file[random.Next(file.Length)] = (byte)random.Next(256);
            }

            Assert.Contains(Code(file), new[] { null, "avatar.unreadable", "avatar.too_many_pixels" });
        }
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")]
    [InlineData("<!DOCTYPE html><html><script>alert(1)</script></html>")]
    [InlineData("GIF89a\u0001\u0000\u0001\u0000")]
    [InlineData("%PDF-1.7")]
    [InlineData("")]
    public void H11_Read_SomethingElse_IsRefused(string text) => Assert.Equal("avatar.unreadable", Code(Encoding.Latin1.GetBytes(text)));

    [Theory]
    [InlineData(30_000, 30_000)]
    [InlineData(4_097, 16)]
    [InlineData(16, 4_097)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void H11_Read_TooManyPixels_IsToldFromTheHeader(int width, int height)
    {
        var png = Png(width, height, 8, 6, 0);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal("avatar.too_many_pixels", Code(png));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        if (width <= ushort.MaxValue)
        {
            var jpeg = Samples.Jpeg;
            var frame = jpeg.AsSpan().IndexOf<byte>([0xFF, 0xC0]);
            BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), (ushort)height);
            BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), (ushort)width);
            Assert.Equal("avatar.too_many_pixels", Code(jpeg));
        }
    }

    [Theory]
    [InlineData(8, 6, 0)]
    [InlineData(16, 6, 0)]
    [InlineData(8, 2, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(4, 0, 0)]
    public void Read_PngOfAnyShape_IsWrittenWithTheSameRows(int depth, int colour, int interlace)
    {
        var rows = Rows(13, 5, depth, colour, interlace);
        var file = Png(13, 5, (byte)depth, (byte)colour, (byte)interlace, rows, ("tEXt", "Author\0Somebody"u8.ToArray()));

        var clean = Picture.Read(file, MaxPixels).Value!.Content;

        Assert.DoesNotContain("Somebody", Encoding.Latin1.GetString(clean), StringComparison.Ordinal);
        Assert.Equal(rows, Inflate(clean));
    }

    [Fact]
    public void H11_Read_PngThatInflatesToMoreOrLess_IsRefused()
    {
        var rows = Rows(13, 5, 8, 6, 0);

        Assert.Equal("avatar.unreadable", Code(Png(13, 5, 8, 6, 0, [.. rows, 0])));
        Assert.Equal("avatar.unreadable", Code(Png(13, 5, 8, 6, 0, rows[..^1])));
        Assert.Equal("avatar.unreadable", Code(Png(13, 5, 8, 6, 0, new byte[10_000_000])));
        Assert.Null(Code(Png(13, 5, 8, 6, 0, rows)));
    }

    [Fact]
    public void H11_Read_PngWithDataBehindThePackedRows_LosesIt()
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(Rows(13, 5, 8, 6, 0));
        }

        packed.Write("<script>alert(1)</script>"u8);
        var file = Png(13, 5, 8, 6, 0, null, ("IDAT", packed.ToArray()));

        Assert.DoesNotContain("script", Encoding.Latin1.GetString(Picture.Read(file, MaxPixels).Value?.Content ?? []), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_JpegOfACamera_KeepsTheWayUpAndLosesThePlace()
    {
        byte[] exif = [.. "Exif\0\0MM\0*\0\0\0\b"u8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, .. "GPS 52.5N 13.4E"u8];
        var jpeg = Samples.Jpeg;
        byte[] file = [0xFF, 0xD8, 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];

        var clean = Picture.Read(file, MaxPixels).Value!.Content;

        Assert.DoesNotContain("GPS", Encoding.Latin1.GetString(clean), StringComparison.Ordinal);
        Assert.True(clean.AsSpan().IndexOf<byte>([.. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0]) > 0);
    }

    [Fact]
    public void H11_Read_JpegOfManyScans_IsRefused()
    {
        var jpeg = Samples.Jpeg;
        var scan = jpeg.AsSpan().IndexOf<byte>([0xFF, 0xDA]);
        var again = jpeg[scan..^2];

        Assert.Equal("avatar.unreadable", Code([.. jpeg[..^2], .. Enumerable.Repeat(again, 100).SelectMany(s => s), 0xFF, 0xD9]));
    }

    private static string? Code(byte[] file) => Picture.Read(file, MaxPixels).Error?.Code;

    private static byte[] Rows(int width, int height, int depth, int colour, int interlace)
    {
        var bits = depth * colour switch { 2 => 3, 6 => 4, _ => 1 };
        (int, int)[] sizes = interlace == 0 ? [(width, height)] : [(2, 1), (2, 1), (4, 1), (3, 2), (7, 1), (6, 3), (13, 2)];
        return [.. sizes.SelectMany(s => Enumerable.Range(0, s.Item2).SelectMany(y => new byte[] { (byte)(y % 5) }.Concat(Enumerable.Range(0, ((s.Item1 * bits) + 7) / 8).Select(x => (byte)(x * 7)))))];
    }

    private static byte[] Png(int width, int height, byte depth, byte colour, byte interlace, byte[]? rows = null, params (string Type, byte[] Data)[] more)
    {
        using var file = new MemoryStream();
        file.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, colour, interlace);
        Write(file, "IHDR", header);
        foreach (var (type, data) in more)
        {
            Write(file, type, data);
        }

        if (rows is not null)
        {
            using var packed = new MemoryStream();
            using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            {
                zlib.Write(rows);
            }

            Write(file, "IDAT", packed.ToArray());
        }

        Write(file, "IEND", []);
        return file.ToArray();
    }

    private static void Write(Stream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var crc = uint.MaxValue;
        foreach (var b in body)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            }
        }

        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        file.Write(number);
    }

    private static byte[] Inflate(byte[] png)
    {
        var at = png.AsSpan().IndexOf("IDAT"u8);
        var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at - 4));
        using var rows = new ZLibStream(new MemoryStream(png, at + 4, length), CompressionMode.Decompress);
        using var all = new MemoryStream();
        rows.CopyTo(all);
        return all.ToArray();
    }
}
