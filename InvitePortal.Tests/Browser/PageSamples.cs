using System.Reflection;
using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Browser;

/// <summary>Every page that the router knows, and what is opened of it.</summary>
internal static class PageSamples
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
        ["/audit"] = Paths("/audit", "/audit?action=user.edited", "/audit?who=nobody-at-all&range=7"),
        ["/users/import"] = Paths("/users/import", "/users/import?kind=invitations"),
        ["/users/import/{Id:guid}"] = async (portal, language) =>
        {
            var admin = await PageSampleData.ImportOwnerAsync(portal, language);
            var (draft, done) = (await PageSampleData.AddImportAsync(portal, admin, ImportKind.People), await PageSampleData.AddImportAsync(portal, admin, ImportKind.Invitations, run: true));
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
            "/section-settings/dashboard",
            "/section-settings/dashboard?tab=templates",
            "/section-settings/dashboard?tab=templates&kind=invitation&channel=EMAIL&language=en",
            "/section-settings/dashboard?tab=templates&kind=invitation&channel=SMS&language=ru",
            "/section-settings/dashboard?tab=templates&kind=code-share.group&channel=TELEGRAM&language=ru",
            "/section-settings/dashboard?tab=channels",
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
                    await page.ReachAsync(new Regex("/sign-in/code"));
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
                    await page.ReachAsync(new Regex("/register/name$"));
                }
            }),
        ]),
        ["/sign-in/link"] = async (portal, language) =>
        {
            var person = await portal.Services.AddPersonAsync(Role.Teacher, language: language);
            return [new("/sign-in/link", 410), new("/sign-in/link?token=" + await PageSampleData.SendLinkAsync(portal, person))];
        },
        ["/forgot-password"] = (_, _) => Task.FromResult<Visit[]>([new("/forgot-password"), new("/forgot-password", 200, async page => await FillInAsync(page, ("#email", "nobody@example.org")))]),
        ["/reset-password"] = async (portal, _) =>
        {
            var person = await portal.Services.AddPersonAsync(Role.Teacher);
            return [new("/reset-password", 410), new("/reset-password?token=" + await PageSampleData.AskForResetAsync(portal, person.Email))];
        },
        // Without what Telegram hands over; with it: TelegramJourneys.
        ["/telegram"] = Paths("/telegram", "/telegram?notice=other", "/telegram?notice=late"),
        ["/access-denied"] = (_, _) => Task.FromResult<Visit[]>([new("/access-denied", 403)]),
        // Closed for good once somebody has an account; EveryPageTests.EmptyPortal_Setup_IsSound sees it open.
        ["/setup"] = (_, _) => Task.FromResult<Visit[]>([new("/setup", 404)]),
        // As a teacher, and with codes: TeachingPagesTests.
        ["/codes/{Id:guid}"] = Paths("/codes/" + Guid.Empty),
        ["/join"] = Paths("/join", "/join?code=K7PM-2QXA", "/join?code=0OIL"),
        ["/accept-invitation"] = async (portal, language) =>
        [
            new("/accept-invitation"),
            new("/accept-invitation?token=" + Secrets.New()),
            new("/accept-invitation?token=" + await PageSampleData.AddInvitationAsync(portal, language, LinkOrigin.Mailed)),
            new("/accept-invitation?token=" + await PageSampleData.AddInvitationAsync(portal, language, LinkOrigin.Copied)),
            new("/accept-invitation?token=" + await PageSampleData.AddInvitationAsync(portal, language, LinkOrigin.Mailed, channel: Channel.Sms)),
            new("/accept-invitation?token=" + await PageSampleData.AddInvitationAsync(portal, language, LinkOrigin.Mailed, InvitationState.Expired)),
            new("/accept-invitation?token=" + await PageSampleData.AddInvitationAsync(portal, language, LinkOrigin.Mailed, InvitationState.Accepted)),
            new("/accept-invitation?token=" + await PageSampleData.AddInvitationAsync(portal, language, LinkOrigin.Mailed, InvitationState.Cancelled)),
        ],
    };

    /// <summary>Routes, and the components that show them.</summary>
    public static IEnumerable<(string Template, Type Type)> Pages() => typeof(Program).Assembly.GetTypes()
        .SelectMany(t => t.GetCustomAttributes<RouteAttribute>().Select(r => (r.Template, t)))
        .OrderBy(p => p.Template, StringComparer.Ordinal);

    public static bool Has(string template) => Samples.ContainsKey(template);

    /// <summary>What to open of a page.</summary>
    /// <param name="template">Its route.</param>
    /// <param name="portal">Where the samples are made.</param>
    /// <param name="language">Of the people and invitations that are made.</param>
    public static Task<Visit[]> OfAsync(string template, PortalFactory portal, string language) =>
        (Samples.GetValueOrDefault(template) ?? Paths(template))(portal, language);

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

        await LeaveAsync(page, () => page.Locator("main form button[type=submit]").First.ClickAsync());
    }

    /// <summary>Waits for the page that an act leads to. A click returns before it on a busy machine, and the page that is being left is loaded already.</summary>
    private static async Task LeaveAsync(IPage page, Func<Task> act)
    {
        await page.EvaluateAsync("() => { window.isLeft = true; }");
        await act();
        await page.WaitForFunctionAsync("() => !window.isLeft && document.readyState === 'complete'");
    }
}
