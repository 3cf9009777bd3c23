using Bunit;
using InvitePortal.Common;
using InvitePortal.Settings;
using InvitePortal.Settings.Pages;
using InvitePortal.Tests.Accounts;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Settings;

/// <summary>The form of one section, over the real service.</summary>
public sealed class SettingsFormTests
{
    [Fact]
    public async Task Save_GoodValue_HoldsAndIsSaid()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host);
        var form = Form(ui);

        form.Find("#Portal-Name").Change("School 57");
        await form.Find("form").SubmitAsync();

        Assert.Single(form.FindAll(".note.green"));
        Assert.Equal("School 57", host.Services.GetRequiredService<IOptions<PortalOptions>>().Value.Name);
        await form.Find(".field button").ClickAsync(new());
        Assert.Equal("InvitePortal", host.Services.GetRequiredService<IOptions<PortalOptions>>().Value.Name);
        Assert.Equal("InvitePortal", form.Find("#Portal-Name").GetAttribute("value"));
    }

    [Fact]
    public async Task Save_WrongValue_IsSaidAtItsField_AndTypedTextStays()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host);
        var form = Form(ui);

        form.Find("#Portal-PublicUrl").Change("ftp://example.org");
        await form.Find("form").SubmitAsync();

        Assert.Equal("true", form.Find("#Portal-PublicUrl").GetAttribute("aria-invalid"));
        Assert.NotEmpty(form.FindAll("#Portal-PublicUrl-error"));
        Assert.Equal("ftp://example.org", form.Find("#Portal-PublicUrl").GetAttribute("value"));
    }

    [Fact]
    public async Task Save_SomebodyWasFaster_OffersWhatIsStored()
    {
        await using var host = await ServiceHost.CreateAsync();
        var other = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = await UiAsync(host);
        var form = Form(ui);
        var theirs = await host.Get<SettingsService>().SaveAsync(other.Actor, new SaveSettings("Portal", "", new Dictionary<string, string?> { ["Name"] = "Theirs" }), default);
        Assert.True(theirs.Succeeded);

        form.Find("#Portal-Name").Change("Mine");
        await form.Find("form").SubmitAsync();
        await form.Find(".note.red button").ClickAsync(new());

        Assert.Equal("Theirs", form.Find("#Portal-Name").GetAttribute("value"));
    }

    private static async Task<AccountsUi> UiAsync(ServiceHost host) => new(host, await host.AddPersonAsync(Role.SuperAdmin), host.Get<SettingsService>());

    private static IRenderedComponent<SettingsForm> Form(AccountsUi ui) =>
        ui.Render<SettingsForm>(p => p.Add(f => f.Section, PortalOptions.Section).Add(f => f.Texts, ui.Services.GetRequiredService<IStringLocalizer<SettingsTexts>>()));
}
