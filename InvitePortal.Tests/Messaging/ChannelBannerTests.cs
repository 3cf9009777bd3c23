using Bunit;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Shell;

namespace InvitePortal.Tests.Messaging;

public sealed class ChannelBannerTests
{
    [Theory]
    [InlineData("en", "The mail server cannot be reached: Connection refused")]
    [InlineData("ru", "Почтовый сервер недоступен: Connection refused")]
    public void R13_Banner_ShowsAfterFifteenMinutesAndGoesWhenMailFlows(string language, string expected)
    {
        using var ui = UiContext.In(language);
        var states = new ChannelStates(ui.Clock);
        ui.Services.AddSingleton(states);
        Assert.True(states.Pause(Channel.Email, "smtp.unreachable|Connection refused", needsPerson: false));
        ui.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.Empty(ui.Render<ChannelBanner>().FindAll(".note"));

        ui.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains(expected, ui.Render<ChannelBanner>().Find(".note").TextContent, StringComparison.Ordinal);

        Assert.True(states.Resume(Channel.Email));
        Assert.Empty(ui.Render<ChannelBanner>().FindAll(".note"));
    }
}
