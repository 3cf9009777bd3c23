using InvitePortal.Codes;

namespace InvitePortal.Tests.Codes;

public sealed class CodeTextTests
{
    [Theory]
    [InlineData("ABCD2345", "ABCD2345")]
    [InlineData("abcd-2345", "ABCD2345")]
    [InlineData("  AB CD\u00A023 45 \n", "ABCD2345")]
    [InlineData("A-B–C—D‑2345", "ABCD2345")]
    [InlineData("\u200BABCD\uFEFF2345", "ABCD2345")]
    [InlineData("АВСЕ НКМР", "ABCEHKMP")]
    [InlineData("авсе-нкмр", "ABCEHKMP")]
    [InlineData("ТХУЅЈ222", "TXYSJ222")]
    [InlineData("ＡＢＣＤ２３４５", "ABCD2345")]
    [InlineData("https://portal.example/join?code=ABCD2345", "ABCD2345")]
    [InlineData("https://portal.example/join?role=admin&code=abcd-2345&x=1", "ABCD2345")]
    [InlineData("code=ABCD%2D2345", "ABCD2345")]
    public void TryRead_WhatPeopleType_IsRead(string typed, string code)
    {
        Assert.True(CodeText.TryRead(typed, out var read));
        Assert.Equal(code, read);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ABCD234")]
    [InlineData("ABCD23456")]
    [InlineData("ABCD2340")]
    [InlineData("ABCD2341")]
    [InlineData("OBCD2345")]
    [InlineData("IBCD2345")]
    [InlineData("LBCD2345")]
    [InlineData("БГДЖЗИЙЛ")]
    [InlineData("ABCD234\uD800")]
    [InlineData("ABCD;DROP")]
    public void TryRead_WhatIsNoCode_IsNot(string? typed) => Assert.False(CodeText.TryRead(typed, out _));

    [Fact]
    public void TryRead_AVeryLongText_IsNot() => Assert.False(CodeText.TryRead(new string('A', 100_000), out _));

    [Fact]
    public void Alphabet_HasNoLookAlikes()
    {
        Assert.Equal(31, CodeText.Alphabet.Distinct().Count());
        Assert.DoesNotContain(CodeText.Alphabet, "01OIL".Contains);
    }

    [Fact]
    public void New_10000Codes_UseEveryCharacterEverywhere_AndDoNotRepeat()
    {
        var codes = Enumerable.Range(0, 10_000).Select(_ => CodeText.New()).ToList();

        Assert.Equal(codes.Count, codes.Distinct().Count());
        foreach (var place in Enumerable.Range(0, CodeText.Length))
        {
            var counts = codes.GroupBy(c => c[place]).ToDictionary(g => g.Key, g => g.Count());
            Assert.Equal(31, counts.Count);
            // 323 each on average; six standard deviations are 106.
            Assert.All(counts.Values, n => Assert.InRange(n, 217, 429));
        }
    }

    [Fact]
    public void Grouped_IsReadBack()
    {
        Assert.Equal("ABCD-2345", CodeText.Grouped("ABCD2345"));
        Assert.True(CodeText.TryRead(CodeText.Grouped("ABCD2345"), out _));
    }
}
