using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Telegram;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InvitePortal.Tests.Browser;

/// <summary>The Mini App as Telegram opens it: everything it is told stands behind the # of its address.</summary>
public sealed class TelegramJourneys(TelegramJourneys.Host host) : IClassFixture<TelegramJourneys.Host>
{
    private static int s_people = 500;

    [Theory]
    [InlineData("ru", 360, true)]
    [InlineData("en", 1280, false)]
    public async Task NewPerson_IsWelcomed_AndGoesOnIntoThePortal(string language, int width, bool dark)
    {
        var russian = language == "ru";
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher, "Иван Петров");
        // The browser's own language and scheme are the other ones: Telegram's count.
        await BrowserTab.JourneyAsync(host.Portal, new Look(russian ? "en" : "ru", !dark, width), async tab =>
        {
            var title = tab.Page.Locator("h1");
            await tab.GoAsync(Launch(code, language, dark));

            await Expect(title).ToHaveTextAsync(russian ? "Приглашение принято!" : "Invitation accepted!");
            await Expect(tab.Page.Locator("#mini-app-text")).ToHaveTextAsync(russian ? "Вы стали учеником у Иван Петров" : "You are now a student of Иван Петров");
            await Expect(tab.Page.Locator("#mini-app-who")).ToHaveTextAsync(russian ? "Вы войдёте как Ada Lovelace." : "You go on as Ada Lovelace.");
            await Expect(tab.Page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
            await Expect(title).ToBeFocusedAsync();
            Assert.Equal(dark ? "dark" : "light", await tab.Page.Locator("html").GetAttributeAsync("data-scheme"));
            Assert.Equal(host.Portal.Url + "/telegram", tab.Page.Url);
            Assert.Empty(await PageExpectations.MistakesAsync(tab.Page, language));
            await tab.PictureAsync($"telegram-welcome-{language}-{(dark ? "dark" : "light")}-{width}");

            await tab.Page.GetByRole(AriaRole.Button, new() { Name = russian ? "Понятно" : "Got it" }).ClickAsync();
            await tab.Page.ReachAsync(host.Portal.Url + "/");
            await tab.ReadyAsync();
            await Expect(tab.Page.GetByText("Иван Петров")).ToBeVisibleAsync();
            await tab.GoAsync("/profile");
            await Expect(tab.Page.GetByText(new Regex("Telegram( account)?: Ada Lovelace"))).ToBeVisibleAsync();
            Assert.Empty(await PageExpectations.MistakesAsync(tab.Page, language));
            await tab.PictureAsync($"telegram-profile-{language}-{(dark ? "dark" : "light")}-{width}");
        });
        Assert.DoesNotContain("tgWebAppData", host.Portal.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SomebodyKnown_BecomesAParentThenSignsIn_AndIsToldOfALinkUsedAlready()
    {
        var id = NextPerson();
        var (_, first) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var (_, second) = await host.Portal.Services.LinkAsync(Role.Student);
        await BrowserTab.JourneyAsync(host.Portal, new Look(Width: 360), async tab =>
        {
            tab.Expected = complaint => complaint.Contains("409", StringComparison.Ordinal);
            await tab.GoAsync(Launch(first, "ru", id: id));
            await AwayAsync(tab, Launch(second, "ru", id: id));
            await Expect(tab.Page.Locator("#mini-app-text")).ToHaveTextAsync("Сейчас вы вошли как родитель. Чтобы сменить роль, перейдите в Профиль → Сменить роль");
            await AwayAsync(tab, Launch(null, "ru", id: id));
            await Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Здравствуйте, Ada Lovelace");
            await AwayAsync(tab, Launch(first, "ru", id: id));
            await Expect(tab.Page.Locator("h1")).ToHaveTextAsync("Приглашение не принято");
            await Expect(tab.Page.Locator("#mini-app-text")).ToHaveTextAsync("Вы уже приняли это приглашение. Ничего не изменилось.");

            // Who is known goes home signed in all the same.
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "На главную" }).ClickAsync();
            await tab.Page.ReachAsync(host.Portal.Url + "/");
            await tab.ReadyAsync();
            await Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Войти" })).ToHaveCountAsync(0);
        });
    }

    [Theory]
    [InlineData("ru", true, "Приглашение не принято", "Такой ссылки нет. Попросите её ещё раз.", "На главную")]
    [InlineData("en", false, "The invitation was not accepted", "There is no such link. Ask for it once more.", "Go to the home page")]
    public async Task UnknownLink_SaysSo_AndLeadsHome(string language, bool dark, string title, string text, string home)
    {
        await BrowserTab.JourneyAsync(host.Portal, new Look(language, dark, 360), async tab =>
        {
            tab.Expected = complaint => complaint.Contains("404", StringComparison.Ordinal);
            await tab.GoAsync(Launch("T_AAAAAAAAAAAAAAAAAAAA", language, dark));

            await Expect(tab.Page.Locator("h1")).ToHaveTextAsync(title);
            await Expect(tab.Page.Locator("#mini-app-text")).ToHaveTextAsync(text);
            Assert.Empty(await PageExpectations.MistakesAsync(tab.Page, language));
            await tab.PictureAsync($"telegram-unknown-{language}");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = home }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("/sign-in"));
        });
        await using var db = host.Portal.Database.Open();
        Assert.False(await db.Users.AnyAsync(u => u.DisplayName == "Nobody Known"));
    }

    [Fact]
    public async Task Forged_IsRefused_AndNobodyIsSignedIn()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        await BrowserTab.JourneyAsync(host.Portal, new Look(), async tab =>
        {
            tab.Expected = complaint => complaint.Contains("401", StringComparison.Ordinal);
            await tab.GoAsync(Launch(code, "en").Replace("Ada", "Eve", StringComparison.Ordinal));

            await Expect(tab.Page.Locator("#mini-app-text")).ToHaveTextAsync("Telegram does not vouch for this. Open the link in Telegram once more.");
            await Expect(tab.Page.Locator("#mini-app-who")).ToBeHiddenAsync();
            Assert.DoesNotContain(await tab.Page.Context.CookiesAsync(), c => c.Name == "portal");
        });
    }

    [Fact]
    public async Task Teacher_ConnectsTelegram_AndBecomesAStudentAsTheSamePerson()
    {
        var teacher = await host.Portal.Services.AddPersonAsync(Role.Teacher, name: "Elena Stone");
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        var id = NextPerson();
        var connect = "";
        await BrowserTab.JourneyAsync(host.Portal, new Look(Width: 360, Person: teacher), async tab =>
        {
            await tab.GoAsync("/profile");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Connect" }).ClickAsync();
            connect = (await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Open Telegram" }).GetAttributeAsync("href"))!;
            Assert.Empty(await PageExpectations.MistakesAsync(tab.Page, "en"));
            await tab.PictureAsync("telegram-connect");
        });
        await BrowserTab.JourneyAsync(host.Portal, new Look(Width: 360), async phone =>
        {
            phone.Expected = complaint => complaint.Contains("409", StringComparison.Ordinal);
            await phone.GoAsync(Launch(connect.Split("startapp=")[1], "ru", id: id));
            await Expect(phone.Page.Locator("h1")).ToHaveTextAsync("Подключить Telegram?");
            await Expect(phone.Page.Locator("#mini-app-text")).ToContainTextAsync("Elena Stone (t•••@p•••.example)");
            Assert.Empty(await PageExpectations.MistakesAsync(phone.Page, "ru"));
            await phone.PictureAsync("telegram-connect-ask");
            await phone.Page.GetByRole(AriaRole.Button, new() { Name = "Подключить" }).ClickAsync();
            await Expect(phone.Page.Locator("h1")).ToHaveTextAsync("Telegram подключён");
            await AwayAsync(phone, Launch(code, "ru", id: id));
            await Expect(phone.Page.Locator("#mini-app-text")).ToHaveTextAsync("Сейчас вы вошли как ученик. Чтобы сменить роль, перейдите в Профиль → Сменить роль");
            await Expect(phone.Page.Locator("#mini-app-who")).ToHaveTextAsync("Вы войдёте как Elena Stone.");
        });
        await using var db = host.Portal.Database.Open();
        Assert.Equal(RoleBits.Of([Role.Teacher, Role.Student]), (await db.Users.SingleAsync(u => u.Id == teacher.Id)).RoleBits);
    }

    [Fact]
    public async Task Teacher_HandsOutTheLinkForTelegram()
    {
        var (teacher, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        await BrowserTab.JourneyAsync(host.Portal, new Look(Width: 360, Person: teacher), async tab =>
        {
            await tab.GoAsync("/profile");

            await Expect(tab.Page.Locator("#my-link-telegram")).ToHaveTextAsync($"https://t.me/portal_test_bot?startapp={code}");
            await Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Copy for Telegram" })).ToHaveAttributeAsync("data-copy", $"https://t.me/portal_test_bot?startapp={code}");
            Assert.Empty(await PageExpectations.MistakesAsync(tab.Page, "en"));
            await tab.PictureAsync("telegram-my-link");
        });
    }

    [Fact]
    public async Task Person_AddsAnAddressInTheProfile_AndDisconnectsTelegram()
    {
        var (_, code) = await host.Portal.Services.LinkAsync(Role.Teacher);
        await BrowserTab.JourneyAsync(host.Portal, new Look(Width: 360), async tab =>
        {
            await tab.GoAsync(Launch(code, "ru"));
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Понятно" }).ClickAsync();
            await tab.Page.ReachAsync(host.Portal.Url + "/");
            await tab.GoAsync("/profile");
            await tab.Page.GetByLabel("Почта").FillAsync("adds@people.example");
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Прислать код" }).ClickAsync();
            await Expect(tab.Page.Locator("#address-code")).ToBeFocusedAsync();
            Assert.Empty(await PageExpectations.MistakesAsync(tab.Page, "ru"));
            await tab.PictureAsync("telegram-address");
            await tab.Page.Locator("#address-code").FillAsync(await Accounts.SignInPagesTests.CodeAsync(host.Portal, "adds@people.example"));
            await tab.Page.ReachAsync(new Regex("/profile\\?notice=address$"));
            await tab.ReadyAsync();
            await Expect(tab.Page.GetByText("Адрес почты добавлен")).ToBeVisibleAsync();
            await tab.PictureAsync("telegram-both");

            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Отключить" }).ClickAsync();
            await tab.Page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Отключить" }).ClickAsync();
            await tab.Page.ReachAsync(new Regex("/profile\\?notice=telegram$"));
            await tab.ReadyAsync();
            await Expect(tab.Page.GetByText(new Regex("Telegram( account)?: Ada Lovelace"))).ToHaveCountAsync(0);
        });
    }

    private static long NextPerson() => Interlocked.Increment(ref s_people);

    private static string Launch(string? code, string language, bool dark = false, long? id = null)
    {
        var data = Signed.Of(id ?? NextPerson(), TimeProvider.System.GetUtcNow(), code, language: language);
        var theme = dark ? """{"bg_color":"#17212b","text_color":"#f5f5f5"}""" : """{"bg_color":"#ffffff","text_color":"#000000"}""";
        return $"/telegram#tgWebAppData={Uri.EscapeDataString(data)}&tgWebAppVersion=8.0&tgWebAppPlatform=android&tgWebAppThemeParams={Uri.EscapeDataString(theme)}";
    }

    // Only the part behind the # would change: that alone opens no page anew.
    private static async Task AwayAsync(BrowserTab tab, string launch)
    {
        await tab.Page.GotoAsync("about:blank");
        await tab.GoAsync(launch);
    }

    public sealed class Host : IAsyncLifetime
    {
        internal PortalFactory Portal { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development", OnPort = true, Settings = Signed.Bot });

        public async ValueTask DisposeAsync() => await Portal.DisposeAsync();
    }
}
