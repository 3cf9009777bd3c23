using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Tests.Common;

public sealed class ValuesTests
{
    private static readonly Error Busy = new(ErrorKind.Unavailable, "busy");

    [Theory]
    [InlineData(0, 25, 1)]
    [InlineData(25, 25, 1)]
    [InlineData(26, 25, 2)]
    [InlineData(100_000, 100, 1_000)]
    public void PageResult_Pages_AreAtLeastOne(long total, int pageSize, int pages) =>
        Assert.Equal(pages, new PageResult<int>([], total, 1, pageSize).Pages);

    [Fact]
    public void Result_Default_IsSuccess_AndAnErrorIsNot()
    {
        Assert.True(Result.Ok.Succeeded);
        Result failed = Busy;
        Assert.False(failed.Succeeded);
        Result<int> value = 7;
        Assert.True(value.Succeeded);
        Assert.Equal(7, value.Value);
        Result<int> failedValue = Busy;
        Assert.False(failedValue.Succeeded);
        Assert.Equal(Busy, failedValue.Error);
    }

    [Theory]
    [InlineData("en", "The portal")]
    [InlineData("ru", "Портал")]
    [InlineData("ru-RU", "Портал")]
    [InlineData("de", "The portal")]
    public void Error_Message_IsInTheReadersLanguage(string culture, string start)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.StartsWith(start, Busy.Message, StringComparison.Ordinal);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    [Theory]
    [InlineData("en", "en")]
    [InlineData("ru", "ru")]
    [InlineData("de", "en")]
    [InlineData(null, "en")]
    public void Languages_Unknown_IsEnglish(string? stored, string expected) => Assert.Equal(expected, Languages.Culture(stored).Name);

    [Theory]
    [InlineData("https://portal.example.org")]
    [InlineData("https://portal.example.org/")]
    public void PortalOptions_Link_HasOneSlash(string publicUrl) =>
        Assert.Equal("https://portal.example.org/join", new PortalOptions { PublicUrl = publicUrl }.Link("/join"));
}
