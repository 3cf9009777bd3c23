using InvitePortal.Messaging.Templates;

namespace InvitePortal.Tests.Messaging.Templates;

/// <summary>Counting as 3GPP TS 23.038 and 23.040 have it.</summary>
public sealed class SmsTextTests
{
    [Theory]
    [InlineData("", false, 0, 1, 160)]
    [InlineData("Hello", false, 5, 1, 155)]
    // Letters of the basic alphabet that Unicode keeps elsewhere.
    [InlineData("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", false, 42, 1, 118)]
    // The extension costs an escape each.
    [InlineData("^{}\\[~]|€", false, 18, 1, 142)]
    // Not in the alphabet, though they look at home in it.
    [InlineData("ç", true, 1, 1, 69)]
    [InlineData("“quoted”", true, 8, 1, 62)]
    [InlineData("Привет", true, 6, 1, 64)]
    [InlineData("👋", true, 2, 1, 68)]
    public void Measure_ShortTexts(string text, bool unicode, int units, int parts, int room) => Assert.Equal(new SmsSize(unicode, units, parts, room), SmsText.Measure(text));

    [Theory]
    [InlineData('a', 160, false, 1)]
    [InlineData('a', 161, false, 2)]
    [InlineData('a', 306, false, 2)]
    [InlineData('a', 307, false, 3)]
    [InlineData('a', 459, false, 3)]
    [InlineData('a', 460, false, 4)]
    [InlineData('я', 70, true, 1)]
    [InlineData('я', 71, true, 2)]
    [InlineData('я', 134, true, 2)]
    [InlineData('я', 135, true, 3)]
    [InlineData('я', 201, true, 3)]
    [InlineData('€', 80, false, 1)]
    [InlineData('€', 81, false, 2)]
    // 153 septets hold 76 pairs and one to spare, which stays empty.
    [InlineData('€', 152, false, 2)]
    [InlineData('€', 153, false, 3)]
    public void Measure_LongTexts_Are153Or67APart(char letter, int count, bool unicode, int parts)
    {
        var size = SmsText.Measure(new string(letter, count));

        Assert.Equal((unicode, parts), (size.IsUnicode, size.Parts));
    }

    [Fact]
    public void Measure_PairAtTheEdgeOfAPart_IsNotCut()
    {
        // 66 units, then pairs: 67 would cut the first of them in two.
        var text = new string('я', 66) + string.Concat(Enumerable.Repeat("👋", 4));

        Assert.Equal(new SmsSize(true, 74, 2, 59), SmsText.Measure(text));
        Assert.Equal(new SmsSize(false, 162, 2, 143), SmsText.Measure(new string('a', 152) + "{{{{{"));
    }

    [Fact]
    public void Lighten_TypographyAlone_BecomesPlain()
    {
        Assert.Equal("\"Anna's\" class - 9A...", SmsText.Lighten("“Anna’s” class — 9A…"));
        Assert.False(SmsText.Measure(SmsText.Lighten("„Anna’s“ class – 9A…")).IsUnicode);
        // Where it would save nothing, typography stays.
        Assert.Equal("«Привет» — Анна", SmsText.Lighten("«Привет» — Анна"));
    }
}
