using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class DisplayNameTests
{
    [Theory]
    [InlineData("Anna Bell", "Anna Bell")]
    [InlineData("  Anna  ", "Anna")]
    [InlineData("\u00A0Анна\u00A0", "Анна")]
    [InlineData("Zoe\u0308", "Zo\u00EB")]
    [InlineData("👩‍👧 Anna", "👩‍👧 Anna")]
    [InlineData("O'Neil & <b>", "O'Neil & <b>")]
    public void TryParse_AName_IsTrimmedAndComposed(string typed, string expected)
    {
        Assert.True(DisplayName.TryParse(typed, out var name));
        Assert.Equal(expected, name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t ")]
    [InlineData("Anna\r\nBcc: x@y.z")]
    [InlineData("Anna\0")]
    [InlineData("Anna\u001B[31m")]
    [InlineData("Anna\u202Egpj.exe")]
    [InlineData("Anna\u2066x\u2069")]
    [InlineData("Anna\u2028Bell")]
    public void F06_ControlsOverridesAndBrokenText_AreRefused(string? typed) => Assert.False(DisplayName.TryParse(typed, out _));

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(10_000, false)]
    public void TryParse_Length_EndsAt100(int length, bool accepted) => Assert.Equal(accepted, DisplayName.TryParse(new string('x', length), out _));

    [Theory]
    [InlineData("Dear Anna,\n\n\tsee you\r\n— Bell", true)]
    [InlineData("", true)]
    [InlineData("a\0b", false)]
    [InlineData("a\u0007b", false)]
    [InlineData("a\u202Eb", false)]
    public void H04_LongerText_KeepsLineBreaksOnly(string text, bool clean) => Assert.Equal(clean, DisplayName.IsCleanText(text));

    [Fact]
    public void F06_HalfCharacters_AreRefused()
    {
        // Not as data of a theory: on the way there, the runner mends them.
        Assert.False(DisplayName.TryParse("Anna\uD800", out _));
        Assert.False(DisplayName.TryParse("\uDC00Anna", out _));
        Assert.False(DisplayName.IsCleanText("a\uDC00b"));
        Assert.True(DisplayName.IsCleanText("a\uD83D\uDE00b"));
    }

    [Fact]
    public void TryParse_AnyText_NeverThrows_AndWhatPassesStaysAsItIs()
    {
        const string Nasty = "aЖ é\u0301\u0308\0\r\n\u202E\u2066\uD83D\uDE00\uD800漢'<>\u00A0";
        var random = new Random(7);
        var accepted = 0;
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 8)).Select(_ => Nasty[random.Next(Nasty.Length)]));
            if (DisplayName.TryParse(text, out var name))
            {
                accepted++;
                Assert.True(DisplayName.TryParse(name, out var again));
                Assert.Equal(name, again);
                Assert.DoesNotContain(name, char.IsControl);
                Assert.True(name.IsNormalized());
            }
        }

        Assert.InRange(accepted, 500, 45_000);
    }
}
