using InvitePortal.Common;

namespace InvitePortal.Accounts.Pictures;

/// <summary>A picture that holds nothing but what is needed to show it.</summary>
/// <param name="ContentType"><c>image/png</c>, <c>image/jpeg</c> or <c>image/webp</c>.</param>
/// <param name="Content">The file, written anew.</param>
public sealed record Picture(string ContentType, byte[] Content)
{
    /// <summary>
    /// Reads an untrusted file by its content, whatever its name says. The measures are read from the header before anything else. The structure is
    /// checked to the last byte and written anew without metadata, comments and anything that follows the picture: what is stored is a picture and nothing
    /// else. A library that decodes all three formats would have to be a native one; the pixels are decoded by browsers only.
    /// </summary>
    /// <returns><c>avatar.unreadable</c> or <c>avatar.too_many_pixels</c>.</returns>
    public static Result<Picture> Read(byte[] file, int maxPixels)
    {
        try
        {
            var format = Formats.FirstOrDefault(f => f.Fits(file));
            if (format is null)
            {
                return AccountsErrors.AvatarUnreadable;
            }

            var (width, height) = format.Measure(file);
            if (width > maxPixels || height > maxPixels)
            {
                return AccountsErrors.AvatarTooManyPixels(maxPixels);
            }

            using var clean = new MemoryStream();
            format.Write(file, clean);
            return new Picture(format.ContentType, clean.ToArray());
        }
        catch (InvalidDataException)
        {
            return AccountsErrors.AvatarUnreadable;
        }
    }

    private static readonly Format[] Formats =
    [
        new("image/png", PngFile.Fits, PngFile.Measure, PngFile.Write),
        new("image/jpeg", JpegFile.Fits, JpegFile.Measure, JpegFile.Write),
        new("image/webp", WebpFile.Fits, WebpFile.Measure, WebpFile.Write),
    ];

    private sealed record Format(string ContentType, Func<byte[], bool> Fits, Func<byte[], (int Width, int Height)> Measure, Action<byte[], Stream> Write);
}
