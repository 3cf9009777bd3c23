using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Protection;

/// <summary>H12: ways past the encoding of pages are written down here, with the reason why each is harmless.</summary>
public sealed partial class RawMarkupTests
{
    /// <summary>File and reason.</summary>
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["Messaging/MailLayout.razor"] = "Comments that only Outlook reads: constants.",
        ["Shell/Ui/Icons.cs"] = "Shapes of icons: constants.",
        ["Shell/Ui/Cells.cs"] = "Circles of the avatar: constants, and a hue from a closed list.",
    };

    [Fact]
    public void H12_RawMarkup_IsOnlyWhereItIsListed()
    {
        var root = Path.Combine(Source.Root, "InvitePortal");
        var found = Directory.EnumerateFiles(root, "*.*", SearchOption.AllDirectories)
            .Where(f => Path.GetExtension(f) is ".cs" or ".razor" or ".js")
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal) && !f.Contains("/_framework/", StringComparison.Ordinal))
            .Where(f => Raw().IsMatch(File.ReadAllText(Path.Combine(root, f))))
            .ToHashSet(StringComparer.Ordinal);

        Assert.Equal([], found.Except(Allowed.Keys));
        Assert.Equal([], Allowed.Keys.Except(found));
    }

    [GeneratedRegex(@"MarkupString|AddMarkupContent|Html\.Raw|\binnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(", RegexOptions.CultureInvariant)]
    private static partial Regex Raw();
}
