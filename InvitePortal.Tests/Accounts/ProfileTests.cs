using Bunit;
using Bunit.TestDoubles;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Radzen;

namespace InvitePortal.Tests.Accounts;

/// <summary>The parts of the profile, over real services.</summary>
public sealed class ProfileTests
{
    [Fact]
    public async Task ProfileDetails_BadName_ShowsTheReasonAndStays()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await using var ui = Ui(host);
        var profile = await LoadAsync(host, person);
        var part = ui.Render<ProfileDetails>(p => p.Add(c => c.Profile, profile).Add(c => c.Caller, person.Actor));

        part.Find("#name").Input("A\u202Eb");
        await part.Find("form").SubmitAsync();

        Assert.Equal("true", part.Find("#name").GetAttribute("aria-invalid"));
        Assert.Contains(AccountsErrors.NameInvalid.Message, part.Find("#name-error").TextContent, StringComparison.Ordinal);
        Assert.Empty(Navigation(ui).History);
    }

    [Fact]
    public async Task ProfileDetails_GoodValues_AreSavedAndThePageLoadedAnew()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await using var ui = Ui(host);
        var profile = await LoadAsync(host, person);
        var part = ui.Render<ProfileDetails>(p => p.Add(c => c.Profile, profile).Add(c => c.Caller, person.Actor));

        part.Find("#name").Input("New Name");
        part.Find("#language").Change("ru");
        part.Find("#time-zone").Change("Europe/Berlin");
        await part.Find("form").SubmitAsync();

        var visit = Assert.Single(Navigation(ui).History);
        Assert.Equal(("/profile/saved", true), (visit.Uri, visit.Options.ForceLoad));
        await using var db = host.Open();
        var stored = await db.Users.SingleAsync(u => u.Id == person.Id);
        Assert.Equal(("New Name", "ru", "Europe/Berlin"), (stored.DisplayName, stored.Language, stored.TimeZone));
    }

    [Fact]
    public async Task RoleSwitch_OtherRole_SwitchesAndOffersNothingForTheActiveOne()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await using (var db = host.Open())
        {
            await People.GrantRoleAsync(db, person.Id, Role.Parent, default);
            await People.GrantRoleAsync(db, person.Id, Role.Teacher, default);
        }

        await using var ui = Ui(host);
        var profile = await LoadAsync(host, person);
        var part = ui.Render<RoleSwitch>(p => p.Add(c => c.Profile, profile).Add(c => c.Caller, person.Actor));

        await part.FindAll("button").Single().ClickAsync(new());

        Assert.Equal("/profile?notice=role", Assert.Single(Navigation(ui).History).Uri);
        Assert.Equal(Role.Parent, (await host.Get<ProfileService>().GetAsync(person.Actor, default)).Value!.ActiveRole);
    }

    [Fact]
    public async Task I01_RoleSwitch_SessionEndedMeanwhile_SaysSo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await using var db = host.Open();
        await People.GrantRoleAsync(db, person.Id, Role.Parent, default);
        await People.GrantRoleAsync(db, person.Id, Role.Teacher, default);
        await using var ui = Ui(host);
        var profile = await LoadAsync(host, person);
        var part = ui.Render<RoleSwitch>(p => p.Add(c => c.Profile, profile).Add(c => c.Caller, person.Actor));
        await SessionService.EndAllAsync(db, person.Id, null, default);

        await part.FindAll("button").Single().ClickAsync(new());

        Assert.NotNull(part.Find("[role=alert]"));
        Assert.Empty(Navigation(ui).History);
    }

    [Fact]
    public async Task SessionList_EndOne_RemovesItAndKeepsThisOne()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await host.Services.OpenSessionAsync(person.Id);
        await using var ui = Ui(host);
        var part = ui.Render<SessionList>(p => p.Add(c => c.Caller, person.Actor).Add(c => c.Zone, "UTC"));
        await part.WaitForStateAsync(() => part.FindAll("tbody tr").Count == 2 && part.FindAll(".skeleton").Count == 0);

        await part.FindAll("tbody button").Single().ClickAsync(new());

        await part.WaitForStateAsync(() => part.FindAll("tbody tr").Count == 1);
        Assert.Empty(part.FindAll("tbody button"));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("ru")]
    public void Texts_EveryKey_ExistsInBothLanguages(string language)
    {
        var texts = new System.Resources.ResourceManager(typeof(AccountsTexts));
        var english = Keys(texts, "en");

        Assert.True(english.Length > 100);
        Assert.Equal(english, Keys(texts, language));
    }

    private static string[] Keys(System.Resources.ResourceManager texts, string language) =>
        [.. texts.GetResourceSet(language is "en" ? System.Globalization.CultureInfo.InvariantCulture : Languages.Culture(language), true, false)!
            .Cast<System.Collections.DictionaryEntry>().Select(e => (string)e.Key).Order(StringComparer.Ordinal)];

    private static BunitContext Ui(ServiceHost host)
    {
        var ui = new BunitContext();
        ui.JSInterop.Mode = JSRuntimeMode.Loose;
        ui.Services.AddLocalization();
        ui.Services.AddRadzenComponents();
        ui.Services.AddSingleton<TimeProvider>(host.Clock);
        ui.Services.AddSingleton(host.Get<ProfileService>());
        ui.Services.AddSingleton(host.Get<SessionService>());
        ui.Services.AddSingleton(host.Get<AvatarService>());
        ui.Services.AddSingleton(host.Get<Microsoft.Extensions.Options.IOptions<LimitOptions>>());
        return ui;
    }

    private static BunitNavigationManager Navigation(BunitContext ui) => (BunitNavigationManager)ui.Services.GetRequiredService<NavigationManager>();

    private static async Task<ProfileView> LoadAsync(ServiceHost host, TestPerson person) =>
        (await host.Get<ProfileService>().GetAsync(person.Actor, default)).Value!;
}
