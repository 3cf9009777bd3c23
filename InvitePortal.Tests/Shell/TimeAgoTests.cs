using Bunit;
using InvitePortal.Shell.Ui;

namespace InvitePortal.Tests.Shell;

public sealed class TimeAgoTests
{
    [Theory]
    [InlineData("en", -10, "just now")]
    [InlineData("en", 10, "in a moment")]
    [InlineData("en", -60, "1 minute ago")]
    [InlineData("en", -119, "1 minute ago")]
    [InlineData("en", -300, "5 minutes ago")]
    [InlineData("en", 7200, "in 2 hours")]
    [InlineData("en", -86400, "1 day ago")]
    [InlineData("en", -86400 * 29, "29 days ago")]
    [InlineData("en", -86400 * 100, "3 months ago")]
    [InlineData("en", -86400 * 800, "2 years ago")]
    [InlineData("ru", -10, "только что")]
    [InlineData("ru", -60, "1 минуту назад")]
    [InlineData("ru", -120, "2 минуты назад")]
    [InlineData("ru", -300, "5 минут назад")]
    [InlineData("ru", -660, "11 минут назад")]
    [InlineData("ru", -1260, "21 минуту назад")]
    [InlineData("ru", -1320, "22 минуты назад")]
    [InlineData("ru", 3600, "через 1 час")]
    [InlineData("ru", 3600 * 3, "через 3 часа")]
    [InlineData("ru", 3600 * 12, "через 12 часов")]
    [InlineData("ru", 86400 * 7, "через 7 дней")]
    [InlineData("ru", -86400 * 24, "24 дня назад")]
    [InlineData("ru", -86400 * 365 * 6, "5 лет назад")]
    public void Text_Distance_IsSaidAsPeopleSayIt(string language, long seconds, string expected)
    {
        using var ui = UiContext.In(language);

        var time = ui.Render<TimeAgo>(p => p.Add(t => t.At, ui.Clock.Now.AddSeconds(seconds)).Add(t => t.Zone, "UTC")).Find("time");

        Assert.Equal(expected, time.TextContent);
    }

    [Theory]
    [InlineData("en", "Europe/Berlin", "6 May 2030, 11:00")]
    [InlineData("ru", "Europe/Moscow", "6 мая 2030, 12:00")]
    [InlineData("en", "Mars/Olympus", "6 May 2030, 09:00")]
    public void Title_Zone_HoldsTheExactTimeThere(string language, string zone, string expected)
    {
        using var ui = UiContext.In(language);

        var time = ui.Render<TimeAgo>(p => p.Add(t => t.At, ui.Clock.Now).Add(t => t.Zone, zone)).Find("time");

        Assert.Equal(expected, time.GetAttribute("title"));
        Assert.Equal("2030-05-06T09:00:00Z", time.GetAttribute("datetime"));
    }
}
