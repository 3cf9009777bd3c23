using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using InvitePortal.Accounts;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Browser;

/// <summary>One portal in Development, with its demo people, for all walks through it.</summary>
public sealed class DemoPortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup
    {
        Environment = "Development",
        OnPort = true,
        Settings = new Dictionary<string, string?> { ["Demo:Enabled"] = "true" },
    });

    public ValueTask DisposeAsync() => Portal.DisposeAsync();
}

/// <summary>Every page that the router knows, as everybody who may see it, in both languages, both schemes, on a phone and a desk.</summary>
public sealed partial class EveryPageTests(DemoPortal demo) : IClassFixture<DemoPortal>
{
    /// <summary>Pages that need more than their path; each gives what to open. Every route with a parameter is in here.</summary>
    private static readonly Dictionary<string, Func<PortalFactory, string, Task<Visit[]>>> Samples = new()
    {
        ["/users"] = async (portal, _) =>
        {
            await using var db = portal.Database.Open();
            var staff = await db.Users.Where(u => u.NormalizedEmail == "staff@example.com").Select(u => u.Id).SingleAsync();
            var invited = await db.Users.Where(u => u.Status == PersonStatus.Invited).Select(u => u.Id).FirstAsync();
            return
            [
                new("/users"),
                new("/users?tab=users&status=ACTIVE&role=TEACHER&role=STUDENT&sort=-joinedAt&columns=EMAIL,STATUS"),
                new("/users?tab=users&q=nobody-at-all"),
                new("/users?tab=users", 200, page => page.Locator(".filters button").First.ClickAsync()),
                new("/users?tab=users", 200, page => page.Locator("td.actions button").First.ClickAsync()),
                new("/users?tab=users", 200, page => page.Locator("td.tick input").First.CheckAsync()),
                new("/users?tab=users", 200, page => page.Locator(".toolbar button.primary").ClickAsync()),
                new($"/users?tab=users&person={staff}", 200, page => page.Locator(".person-panel .timeline").WaitForAsync(new() { State = WaitForSelectorState.Attached })),
                new($"/users?tab=users&person={staff}", 200, page => page.Locator(".person-panel .btn.primary").ClickAsync()),
                new($"/users?tab=users&person={invited}", 200, page => page.Locator(".person-panel .timeline").WaitForAsync(new() { State = WaitForSelectorState.Attached })),
                new("/users?tab=invites"),
                new("/users?tab=invites", 200, async page =>
                {
                    await page.Locator(".page-header .btn.primary, .toolbar .btn.primary").First.ClickAsync();
                    await page.Locator("#invite-role").SelectOptionAsync("Student");
                    await page.Locator("#invite-group").WaitForAsync();
                    await page.Locator("details.more summary").ClickAsync();
                }),
                new("/users?tab=invites&state=Pending", 200, async page =>
                {
                    await page.Locator("button.link").First.ClickAsync();
                    await page.Locator(".panel .actions button").Nth(2).ClickAsync();
                    await page.Locator("svg.qr").WaitForAsync();
                }),
                new("/users?tab=invites&state=Expired&address=a"),
                new("/users?tab=insights"),
                new("/users?tab=insights&range=all", 200, page => page.Locator(".breakdown summary").First.ClickAsync()),
                new("/users?tab=insights&from=2020-01-01&to=2020-02-01"),
            ];
        },
        ["/section-settings/dashboard"] = Paths(
            "/section-settings/dashboard",
            "/section-settings/dashboard?tab=templates",
            "/section-settings/dashboard?tab=templates&kind=invitation&channel=EMAIL&language=en",
            "/section-settings/dashboard?tab=templates&kind=invitation&channel=SMS&language=ru",
            "/section-settings/dashboard?tab=templates&kind=code-share.group&channel=TELEGRAM&language=ru"),
        ["/audit"] = Paths("/audit", "/audit?action=user.edited", "/audit?who=nobody-at-all&range=7"),
        ["/users/import"] = Paths("/users/import", "/users/import?kind=invitations"),
        ["/users/import/{Id:guid}"] = async (portal, language) =>
        {
            var admin = await ImportOwnerAsync(portal, language);
            var (draft, done) = (await AddImportAsync(portal, admin, ImportKind.People), await AddImportAsync(portal, admin, ImportKind.Invitations, run: true));
            return
            [
                new($"/users/import/{draft}"),
                new($"/users/import/{draft}?show=INVALID", 200, page => page.Locator("td.actions button").First.ClickAsync()),
                new($"/users/import/{draft}", 200, page => page.Locator("details.more summary").First.ClickAsync()),
                new($"/users/import/{draft}?show=UNDONE"),
                new($"/users/import/{done}"),
                new($"/users/import/{Guid.NewGuid()}"),
            ];
        },
        ["/outbox"] = Paths("/outbox", "/outbox?state=FAILED&channel=EMAIL&kind=invitation", "/outbox?q=nobody-at-all&state=NONSENSE&page=x"),
        ["/section-settings/dashboard"] = Paths(
        [
            "/section-settings/dashboard", "/section-settings/dashboard?tab=channels",
            .. new[] { "EMAIL", "SMS", "TELEGRAM", "WHATSAPP", "SLACK" }.Select(c => "/section-settings/dashboard?tab=channels&channel=" + c),
        ]),
        ["/dev/mailbox/{Id:guid}"] = async (portal, _) =>
        {
            await using var db = portal.Database.Open();
            return [.. (await db.MailboxMessages.OrderBy(m => m.At).Take(1).Select(m => m.Id).ToListAsync()).Select(id => new Visit("/dev/mailbox/" + id))];
        },
        ["/sign-in"] = (_, _) => Task.FromResult<Visit[]>(
        [
            new("/sign-in"),
            new("/sign-in", 400, async page => await FillInAsync(page, ("#email", "nobody@example.org"), ("#password", "wrong password"))),
        ]),
        ["/sign-in/code"] = (_, _) => Task.FromResult<Visit[]>(
        [
            new("/sign-in/code"),
            new("/sign-in", 200, async page =>
            {
                // Somebody signed in is sent home instead.
                if (await page.Locator("#email").CountAsync() > 0)
                {
                    await page.FillAsync("#email", "nobody@example.org");
                    await page.ClickAsync("button[value=code]");
                    await page.WaitForURLAsync("**/sign-in/code*");
                }
            }),
        ]),
        ["/join/{Code}"] = async (portal, _) =>
        {
            var teacher = await portal.Services.AddPersonAsync(Role.Teacher);
            await using var scope = portal.Services.CreateAsyncScope();
            var link = (await scope.ServiceProvider.GetRequiredService<LinkService>().GetOrMakeAsync(teacher.Actor, default)).Value!;
            return [new("/join/" + link.Code), new("/join/T_AAAAAAAAAAAAAAAAAAAA", 404)];
        },
        ["/register/code"] = (_, _) => Task.FromResult<Visit[]>([new("/register", 200, async page => await FillInAsync(page, ("#email", "nobody@example.org")))]),
        ["/register/name"] = (portal, _) => Task.FromResult<Visit[]>(
        [
            new("/register?returnUrl=%2Fjoin", 200, async page =>
            {
                if (await page.Locator("#email").CountAsync() > 0)
                {
                    var address = $"{Guid.NewGuid():N}@newcomers.example";
                    await FillInAsync(page, ("#email", address));
                    await page.FillAsync("#code", await Accounts.SignInPagesTests.CodeAsync(portal, address));
                    await page.Locator("main form button[type=submit]").First.ClickAsync();
                    await page.WaitForURLAsync("**/register/name");
                }
            }),
        ]),
        ["/sign-in/link"] = async (portal, language) =>
        {
            var person = await portal.Services.AddPersonAsync(Role.Teacher, language: language);
            return [new("/sign-in/link", 410), new("/sign-in/link?token=" + await SendLinkAsync(portal, person))];
        },
        ["/forgot-password"] = (_, _) => Task.FromResult<Visit[]>([new("/forgot-password"), new("/forgot-password", 200, async page => await FillInAsync(page, ("#email", "nobody@example.org")))]),
        ["/reset-password"] = async (portal, _) =>
        {
            var person = await portal.Services.AddPersonAsync(Role.Teacher);
            return [new("/reset-password", 410), new("/reset-password?token=" + await AskForResetAsync(portal, person.Email))];
        },
        // Without what Telegram hands over; with it: TelegramJourneys.
        ["/telegram"] = Paths("/telegram", "/telegram?notice=other", "/telegram?notice=late"),
        ["/access-denied"] = (_, _) => Task.FromResult<Visit[]>([new("/access-denied", 403)]),
        // Closed for good once somebody has an account; EmptyPortal_Setup_IsSound sees it open.
        ["/setup"] = (_, _) => Task.FromResult<Visit[]>([new("/setup", 404)]),
        // As a teacher, and with codes: TeachingPages_AreSound.
        ["/codes/{Id:guid}"] = Paths("/codes/" + Guid.Empty),
        ["/join"] = Paths("/join", "/join?code=K7PM-2QXA", "/join?code=0OIL"),
        ["/accept-invitation"] = async (portal, language) =>
        [
            new("/accept-invitation"),
            new("/accept-invitation?token=" + Secrets.New()),
            new("/accept-invitation?token=" + await AddInvitationAsync(portal, language, LinkOrigin.Mailed)),
            new("/accept-invitation?token=" + await AddInvitationAsync(portal, language, LinkOrigin.Copied)),
            new("/accept-invitation?token=" + await AddInvitationAsync(portal, language, LinkOrigin.Mailed, channel: Channel.Sms)),
            new("/accept-invitation?token=" + await AddInvitationAsync(portal, language, LinkOrigin.Mailed, InvitationState.Expired)),
            new("/accept-invitation?token=" + await AddInvitationAsync(portal, language, LinkOrigin.Mailed, InvitationState.Accepted)),
            new("/accept-invitation?token=" + await AddInvitationAsync(portal, language, LinkOrigin.Mailed, InvitationState.Cancelled)),
        ],
    };

    private const string WalkerName = "Анна Admin";

    public static TheoryData<string, bool, int> Looks { get; } = new(
        from language in Languages.All
        from dark in new[] { false, true }
        from width in new[] { 360, 1280 }
        select (language, dark, width));

    [Theory, MemberData(nameof(Looks))]
    public async Task EveryPage_IsSound(string language, bool dark, int width)
    {
        var admin = await demo.Portal.Services.AddPersonAsync(Role.SuperAdmin, name: WalkerName, language: language);
        var mistakes = new List<string>();
        foreach (var signedIn in new[] { false, true })
        {
            await using var tab = await BrowserTab.OpenAsync(demo.Portal, new Look(language, dark, width, signedIn ? admin : null));
            foreach (var (template, type) in Pages())
            {
                // Public pages look the same to somebody signed in, but for the one that greets them.
                var isPublic = type.GetCustomAttribute<AllowAnonymousAttribute>() is not null;
                if (signedIn == isPublic && template is not "/accept-invitation")
                {
                    continue;
                }

                foreach (var visit in await (Samples.GetValueOrDefault(template) ?? Paths(template))(demo.Portal, language))
                {
                    var wrong = await VisitAsync(tab, visit, language).WaitAsync(TimeSpan.FromMinutes(1));
                    mistakes.AddRange(wrong.Select(m => $"{visit.Path} ({(signedIn ? "signed in" : "nobody")}): {m}"));
                    if (wrong.Count > 0)
                    {
                        await tab.PictureAsync($"page{visit.Path.Split('?')[0]}-{new Look(language, dark, width)}");
                    }
                }
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [Fact]
    public void EveryRoute_WithParameters_HasASample() => Assert.DoesNotContain(
        Pages().Select(p => p.Template), t => t.Contains('{', StringComparison.Ordinal) && !Samples.ContainsKey(t));

    [Theory]
    [InlineData(Languages.English, false, 1280)]
    [InlineData(Languages.Russian, true, 360)]
    public async Task TeachingPages_AreSound(string language, bool dark, int width)
    {
        await using var db = demo.Portal.Database.Open();
        var group = await db.InviteCodes.Where(c => c.GroupId != null && c.Phase == CodePhase.Open).OrderByDescending(c => c.Uses).FirstAsync();
        var used = await db.InviteCodes.Where(c => c.Phase == CodePhase.UsedUp).FirstAsync();
        var mistakes = new List<string>();
        foreach (var (mailbox, visits) in new[]
        {
            ("teacher@example.com", (Visit[])
            [
                new("/"), new("/codes"), new("/codes?tab=used"), new("/codes?tab=expired"), new("/codes?tab=groups"), new("/codes?tab=students"),
                new("/codes?tab=statistics&weeks=52"), new("/codes?tab=statistics&from=2026-01-01&to=2400-01-01"), new("/codes?tab=statistics&to=1990-01-01"), new("/codes?q=nothing-like-it"), new("/codes/cards?tab=active"),
                new($"/codes/{group.Id}"), new($"/codes/{used.Id}"), new($"/codes/{Guid.NewGuid()}"),
                new("/codes", 200, page => page.Locator(".page-header .btn.primary").ClickAsync()),
                new($"/codes/{group.Id}", 200, page => page.Locator(".page-header .btn").First.ClickAsync()),
            ]),
            ("student@example.com", (Visit[])[new("/"), new("/join"), new("/join?code=" + group.Code), new("/codes"), new("/profile")]),
            ("parent@example.com", (Visit[])[new("/")]),
            ("admin@example.com", (Visit[])[new("/"), new("/users?tab=invites&delivery=FAILED"), new("/users?tab=invites&expiring=1&sort=expiresAt")]),
        })
        {
            await using var tab = await BrowserTab.OpenAsync(demo.Portal, new Look(language, dark, width, await SessionOfAsync(mailbox, language)));
            foreach (var visit in visits)
            {
                var wrong = await VisitAsync(tab, visit, language).WaitAsync(TimeSpan.FromMinutes(1));
                mistakes.AddRange(wrong.Select(m => $"{visit.Path}: {m}"));
                if (wrong.Count > 0)
                {
                    await tab.PictureAsync($"teaching{visit.Path.Split('?')[0]}-{new Look(language, dark, width)}");
                }
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [Theory, MemberData(nameof(Looks))]
    public async Task WebhookPages_AreSound(string language, bool dark, int width)
    {
        var admin = await demo.Portal.Services.AddPersonAsync(Role.SuperAdmin, language: language);
        var endpoint = await AddWebhooksAsync(demo.Portal);
        const string List = "/section-settings/dashboard?tab=webhooks";
        await using var tab = await BrowserTab.OpenAsync(demo.Portal, new Look(language, dark, width, admin));
        var mistakes = new List<string>();
        foreach (var (visit, index) in new Visit[]
        {
            new("/"), new(List), new($"{List}&endpoint={endpoint}"), new($"{List}&endpoint={endpoint}&view=FAILED"), new($"{List}&endpoint={Guid.NewGuid()}"),
            new(List, 200, page => page.Locator(".webhooks .btn.primary").ClickAsync()),
            new($"{List}&endpoint={endpoint}", 200, page => page.Locator(".log td.lead-cell button").First.ClickAsync()),
            new($"{List}&endpoint={endpoint}", 200, async page =>
            {
                await page.Locator(".page-header button[aria-haspopup=menu]").ClickAsync();
                await page.Locator(".page-header .menu-item").First.ClickAsync();
            }),
        }.Select((v, i) => (v, i)))
        {
            var wrong = await VisitAsync(tab, visit, language).WaitAsync(TimeSpan.FromMinutes(1));
            mistakes.AddRange(wrong.Select(m => $"{visit.Path}: {m}"));
            if (wrong.Count > 0)
            {
                await tab.PictureAsync($"webhooks-{index}-{new Look(language, dark, width)}");
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [Fact]
    public async Task RoleByRole_HomePage_IsSound()
    {
        var mistakes = new List<string>();
        foreach (var role in Enum.GetValues<Role>())
        {
            var person = await demo.Portal.Services.AddPersonAsync(role);
            await using var tab = await BrowserTab.OpenAsync(demo.Portal, new Look(Person: person));
            foreach (var path in new[] { "/", "/profile" })
            {
                mistakes.AddRange((await VisitAsync(tab, new Visit(path), Languages.English)).Select(m => $"{path} as {role}: {m}"));
            }
        }

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    [Fact]
    public async Task MistakesAsync_BadPage_AreAllFound()
    {
        await using var tab = await BrowserTab.OpenAsync(demo.Portal, new Look(Width: 360));
        await tab.GoAsync("/sign-in");
        await tab.Page.EvaluateAsync(
            """
            () => {
              document.documentElement.lang = 'de';
              document.querySelector('h1').insertAdjacentHTML('afterend', '<h1>Two</h1><img src="/favicon.svg"><p>sign-in.no-such-text {0}</p><div id="wide">x</div>');
              document.getElementById('wide').style.minWidth = '2000px';
              console.error('complaint');
            }
            """);

        var mistakes = await PageExpectations.MistakesAsync(tab.Page, Languages.English);

        Assert.Contains(mistakes, m => m.StartsWith("axe image-alt", StringComparison.Ordinal));
        Assert.Contains(mistakes, m => m.StartsWith("scrolls sideways", StringComparison.Ordinal));
        Assert.Contains("html lang is de", mistakes);
        Assert.Contains("2 h1", mistakes);
        Assert.Contains("shows the key sign-in.no-such-text", mistakes);
        Assert.Contains("shows a placeholder: {0}", mistakes);
        Assert.Contains("console: complaint", tab.Complaints);
    }

    [Theory]
    [InlineData(Languages.English, false, 1280)]
    [InlineData(Languages.Russian, true, 360)]
    public async Task EmptyPortal_Setup_IsSound(string language, bool dark, int width)
    {
        await using var portal = await PortalFactory.StartAsync(new PortalSetup { Environment = "Development", OnPort = true });
        await using var tab = await BrowserTab.OpenAsync(portal, new Look(language, dark, width));

        var mistakes = await VisitAsync(tab, new Visit("/setup"), language);

        Assert.True(mistakes.Count == 0, string.Join('\n', mistakes));
    }

    private static async Task<IReadOnlyList<string>> VisitAsync(BrowserTab tab, Visit visit, string language)
    {
        tab.Forgive();
        var status = visit.Status.ToString(CultureInfo.InvariantCulture);
        tab.Expected = complaint => visit.Status >= 400 && complaint.Contains($" {status} ", StringComparison.Ordinal);
        var last = 0;
        void Note(object? sender, IResponse response) => last = response.Request.IsNavigationRequest ? response.Status : last;
        tab.Page.Response += Note;
        try
        {
            await tab.GoAsync(visit.Path);
            if (visit.Steps is not null)
            {
                await visit.Steps(tab.Page);
                await tab.ReadyAsync();
            }
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException or Xunit.Sdk.XunitException)
        {
            return [$"cannot be used: {e.Message}"];
        }
        finally
        {
            tab.Page.Response -= Note;
        }

        var mistakes = new List<string>(await PageExpectations.MistakesAsync(tab.Page, language));
        mistakes.AddRange(tab.Complaints);
        // Somebody signed in is sent home from the pages of signing in.
        if (last != visit.Status && !(last == 200 && new Uri(tab.Page.Url).AbsolutePath == "/"))
        {
            mistakes.Add($"answers {last} instead of {visit.Status}");
        }

        return mistakes;
    }

    // One of the demo's accounts, in the language of the look.
    private async Task<TestPerson> SessionOfAsync(string email, string language)
    {
        await using var db = demo.Portal.Database.Open();
        var person = await db.Users.FirstAsync(u => u.NormalizedEmail == email);
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Language, language));
        var (actor, secret) = await demo.Portal.Services.OpenSessionAsync(person.Id);
        return new TestPerson(person.Id, person.DisplayName, email, person.ActiveRole, actor, secret);
    }

    // Imports are their owner's alone: that of the walk, who has the same name in every look.
    private static async Task<Actor> ImportOwnerAsync(PortalFactory portal, string language)
    {
        await using var db = portal.Database.Open();
        var owner = await db.Users.Where(u => u.DisplayName == WalkerName && u.Language == language).OrderByDescending(u => u.Id).Select(u => u.Id).FirstAsync();
        var session = await db.Sessions.Where(s => s.UserId == owner).Select(s => s.Id).FirstAsync();
        return new Actor(owner, session, "192.0.2.1");
    }

    private static async Task<Guid> AddImportAsync(PortalFactory portal, Actor actor, ImportKind kind, bool run = false)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var rows = $"email;name;role\nana.{Guid.NewGuid():N}@example.org;Ana;Teacher\nnowhere;Nobody;Teacher\nteacher@example.com;Demo;Teacher\nb@example.org;Bo;wizard\nteacher@example.com;Demo;Teacher\n";
        var import = await scope.ServiceProvider.GetRequiredService<ImportService>().CreateAsync(actor, new NewImport(kind, "people.csv", System.Text.Encoding.UTF8.GetBytes(rows), Role.Business), default);
        if (run)
        {
            var runs = scope.ServiceProvider.GetRequiredService<ImportRunService>();
            await runs.StartAsync(actor, import.Value, new StartImport(SendAt: DateTimeOffset.UtcNow.AddHours(1)), default);
            var queries = scope.ServiceProvider.GetRequiredService<ImportQueries>();
            await Eventually.TrueAsync(async () => (await queries.GetAsync(actor, import.Value, default)).Value!.Summary.Phase is ImportPhase.AtRest, TimeSpan.FromSeconds(30));
        }

        return import.Value;
    }

    private static Func<PortalFactory, string, Task<Visit[]>> Paths(params string[] paths) => (_, _) => Task.FromResult<Visit[]>([.. paths.Select(p => new Visit(p))]);

    private static async Task FillInAsync(IPage page, params (string Field, string Value)[] values)
    {
        if (await page.Locator(values[0].Field).CountAsync() == 0)
        {
            return;
        }

        foreach (var (field, value) in values)
        {
            await page.FillAsync(field, value);
        }

        await page.Locator("main form button[type=submit]").First.ClickAsync();
        await page.WaitForLoadStateAsync();
    }

    private static async Task<string> AskForResetAsync(PortalFactory portal, string email)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<PasswordResetService>().AskAsync(Actor.Anonymous("192.0.2.1"), email, default)).Succeeded);
        return await TokenFromMailAsync(portal, email);
    }

    private static async Task<string> SendLinkAsync(PortalFactory portal, TestPerson person)
    {
        var admin = await portal.Services.AddPersonAsync(Role.Staff);
        await using var scope = portal.Services.CreateAsyncScope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<SignInLinks>().SendAsync(admin.Actor, person.Id, default)).Succeeded);
        return await TokenFromMailAsync(portal, person.Email);
    }

    private static async Task<string> TokenFromMailAsync(PortalFactory portal, string email)
    {
        var token = "";
        await Eventually.TrueAsync(async () =>
        {
            await using var db = portal.Database.Open();
            var mail = await db.MailboxMessages.FirstOrDefaultAsync(m => m.Recipient == email);
            token = mail is null ? "" : MailedToken().Match(mail.Text).Groups[1].Value;
            return token.Length > 0;
        });
        return token;
    }

    // An endpoint that has stopped, and one in use, with deliveries in every state.
    private static async Task<Guid> AddWebhooksAsync(PortalFactory portal)
    {
        await using var db = portal.Database.Open();
        var now = DateTimeOffset.UtcNow;
        var outbox = portal.Services.GetRequiredService<Outbox>();
        WebhookEndpoint Endpoint(string url, string? description, int events) => new()
        {
            Id = Guid.CreateVersion7(now),
            Url = url,
            Description = description,
            Events = events,
            Secret = [1],
            SecretChangedAt = now.AddDays(-40),
            CreatedAt = now.AddDays(-40),
            LastTryAt = now.AddMinutes(-3),
            LastStatus = 200,
        };
        var inUse = Endpoint("https://crm.example.org/integrations/inviteportal/hooks", "Our CRM: leads and pupils", 1023);
        var stopped = Endpoint("https://old.example.net/hook", null, 4);
        (stopped.IsOn, stopped.StoppedAt, stopped.LastStatus) = (false, now.AddDays(-2), 410);
        (inUse.OldSecret, inUse.OldSecretUntil, inUse.FailingSince) = ([1], now.AddHours(20), now.AddHours(-2));
        db.WebhookEndpoints.AddRange(stopped, inUse);
        foreach (var (state, index) in Enum.GetValues<DeliveryState>().Select((s, i) => (s, i)))
        {
            var type = (WebhookEvent)index;
            var body = JsonSerializer.SerializeToUtf8Bytes(new { type = WireNames<WebhookEvent>.Of(type), data = new { name = "Анна", email = "anna@example.org" } });
            var message = outbox.Enqueue(db, new MessageDraft(WireNames<WebhookEvent>.Of(type), "crm.example.org", Languages.English, body)
            {
                Channel = Channel.Webhook,
                RecipientKey = WebhookEndpoint.KeyOf(inUse.Id),
                DueAt = now.AddHours(2),
            });
            (message.State, message.Attempts) = (state, 1);
            message.LeaseToken = state is DeliveryState.Sending ? Guid.NewGuid() : null;
            message.LeaseUntil = state is DeliveryState.Sending ? now.AddHours(1) : null;
            message.SentAt = state is DeliveryState.Sent ? now : null;
            message.Reason = state is DeliveryState.Sent or DeliveryState.Queued ? null : "webhook.status|503";
            if (state is not DeliveryState.Queued)
            {
                db.WebhookTries.Add(new WebhookTry { Id = Guid.CreateVersion7(now), MessageId = message.Id, At = now, Status = state is DeliveryState.Sent ? 200 : 503, Milliseconds = 128, Answer = "Service temporarily unavailable, try again later", Reason = message.Reason });
            }
        }

        await db.SaveChangesAsync();
        return inUse.Id;
    }

    private static async Task<string> AddInvitationAsync(PortalFactory portal, string language, LinkOrigin origin, InvitationState state = InvitationState.Pending, Channel channel = Channel.Email)
    {
        await using var db = portal.Database.Open();
        var inviter = await db.Users.FirstAsync(u => u.NormalizedEmail == "admin@example.com");
        var now = DateTimeOffset.UtcNow;
        var typed = channel is Channel.Email ? $"{Guid.NewGuid():N}@invited.example" : $"+49151{Random.Shared.Next(10_000_000, 99_999_999)}";
        Assert.True(ChannelAddress.TryParse(channel, typed, out var contact));
        var group = channel is Channel.Email ? null : await db.Groups.OrderBy(g => g.Name).FirstAsync();
        var role = group is null ? Role.Teacher : Role.Student;
        var person = state is InvitationState.Pending or InvitationState.Expired ? People.AddInvited(db, contact, role, language, now) : null;
        var stored = state is InvitationState.Expired ? InvitationState.Pending : state;
        var invitation = new Invitation
        {
            Id = Guid.CreateVersion7(now),
            Recipient = contact.Display,
            NormalizedRecipient = contact.Key,
            Role = role,
            GroupId = group?.Id,
            Message = "Welcome to the school <b>with</b> all its pupils.",
            Channel = channel,
            Language = language,
            State = stored,
            OpenKey = stored is InvitationState.Pending ? Invitation.KeyFor(contact.Key, role, group?.Id) : null,
            PersonId = person?.Id,
            InvitedById = inviter.Id,
            BatchId = Guid.NewGuid(),
            CreatedAt = now.AddDays(-8),
            SendAt = now.AddDays(-8),
            LifetimeMinutes = 7 * 24 * 60,
            ExpiresAt = state is InvitationState.Expired ? now.AddDays(-1) : now.AddDays(5),
            ClosedAt = stored is InvitationState.Pending ? null : now.AddDays(-2),
        };
        var token = Secrets.New();
        db.Invitations.Add(invitation);
        db.InvitationLinks.Add(new InvitationLink { Id = Guid.CreateVersion7(now), InvitationId = invitation.Id, TokenHash = Secrets.Hash(token), Origin = origin, CreatedAt = now });
        await db.SaveChangesAsync();
        return token;
    }

    [GeneratedRegex("token=([A-Za-z0-9_-]{43,})")]
    private static partial Regex MailedToken();

    private sealed record Visit(string Path, int Status = 200, Func<IPage, Task>? Steps = null);

    private static IEnumerable<(string Template, Type Type)> Pages() => typeof(Program).Assembly.GetTypes()
        .SelectMany(t => t.GetCustomAttributes<RouteAttribute>().Select(r => (r.Template, t)))
        .OrderBy(p => p.Template, StringComparer.Ordinal);
}
