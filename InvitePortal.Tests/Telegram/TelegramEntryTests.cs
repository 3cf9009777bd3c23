using System.Text.Json;
using Bunit;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Telegram;
using InvitePortal.Telegram.Pages;
using InvitePortal.Tests.Accounts;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Telegram;

/// <summary>People known by Telegram only: an address in addition, Telegram taken away, and what is shown of it.</summary>
public sealed class TelegramEntryTests
{
    private const string Address = "ada@people.example";
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Add_AddressProvenByItsCode_SignsInTheSamePerson(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var ada = await PersonAsync(host);

        Assert.True((await host.Get<AddressService>().SendCodeAsync(ada, "Ada@people.example ", Ct)).Succeeded);
        var message = await MessageAsync(host);
        Assert.Equal("Ada@people.example", message.Recipient);
        Assert.Equal(AddressService.Purpose, message.Data.Purpose);
        Assert.True((await host.Get<AddressService>().AddAsync(ada, message.Recipient, message.Data.Code, Ct)).Succeeded);

        await using var db = host.Open();
        var person = await db.Users.SingleAsync(u => u.Id == ada.UserId);
        Assert.Equal(("Ada@people.example", Address, true), (person.Email, person.NormalizedEmail, person.EmailConfirmed));
        Assert.Contains(Address, person.SearchText, StringComparison.Ordinal);
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.address_added" && a.SubjectId == ada.UserId));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var flow = (await host.Get<SignInService>().AskForCodeAsync(ada, Address, false, "/", Ct)).Value!;
        var entered = await host.Get<SignInService>().WithCodeAsync(ada, flow, (await MessageAsync(host)).Data.Code, new SessionWanted(SessionKind.Browser, false, null), Ct);
        Assert.Equal(ada.UserId, (await db.Sessions.SingleAsync(s => s.Id == entered.Value!.SessionId)).UserId);
        Assert.Equal(ada.UserId, (await host.JoinAsync(1, null)).Value?.User.Id);
        Assert.Equal("account.has_address", (await host.Get<AddressService>().SendCodeAsync(ada, "other@people.example", Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task E05_Add_AddressOfSomebodyElse_IsToldOnlyWithItsCode_AndChangesNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var owner = await host.AddPersonAsync(Role.Teacher, email: Address);
        var ada = await PersonAsync(host);

        Assert.True((await host.Get<AddressService>().SendCodeAsync(ada, Address, Ct)).Succeeded);
        Assert.Equal("code_invalid", (await host.Get<AddressService>().AddAsync(ada, Address, "000000", Ct)).Error?.Code);
        Assert.Equal(AccountsErrors.AddressTaken, (await host.Get<AddressService>().AddAsync(ada, Address, (await MessageAsync(host)).Data.Code, Ct)).Error);

        await using var db = host.Open();
        Assert.Null((await db.Users.SingleAsync(u => u.Id == ada.UserId)).Email);
        Assert.Equal(owner.Id, (await db.Users.SingleAsync(u => u.NormalizedEmail == Address)).Id);
        Assert.Equal(ada.UserId, (await db.UserLogins.SingleAsync()).UserId);
    }

    [Fact]
    public async Task B05_Add_CodeForAnotherAddressOrOfAnotherSession_IsWrong()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var ada = await PersonAsync(host);
        var (second, _) = await host.Services.OpenSessionAsync(ada.UserId!.Value);
        Assert.True((await host.Get<AddressService>().SendCodeAsync(ada, "mine@people.example", Ct)).Succeeded);
        var code = (await MessageAsync(host)).Data.Code;

        Assert.Equal("code_invalid", (await host.Get<AddressService>().AddAsync(ada, "victim@people.example", code, Ct)).Error?.Code);
        Assert.Equal("code_invalid", (await host.Get<AddressService>().AddAsync(second, "mine@people.example", code, Ct)).Error?.Code);
        Assert.True((await host.Get<AddressService>().AddAsync(ada, "mine@people.example", code, Ct)).Succeeded);
    }

    [Fact]
    public async Task Add_LongAfterEntering_WantsAFreshEntry()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var ada = await PersonAsync(host);
        host.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("account.enter_again", (await host.Get<AddressService>().SendCodeAsync(ada, Address, Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<AddressService>().SendCodeAsync(Actor.Anonymous("192.0.2.1"), Address, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(0, await db.OutboxMessages.CountAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C06_Add_SameAddressByTwoPeopleAtOnce_OneHasIt(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var people = new List<(Actor Actor, string Code)>();
        for (var id = 1; id <= 4; id++)
        {
            var person = await PersonAsync(host, id);
            Assert.True((await host.Get<AddressService>().SendCodeAsync(person, Address, Ct)).Succeeded);
            people.Add((person, (await MessageAsync(host)).Data.Code));
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var added = await Task.WhenAll(people.Select(p => Task.Run(() => host.Get<AddressService>().AddAsync(p.Actor, Address, p.Code, Ct))));

        Assert.Single(added, a => a.Succeeded);
        Assert.All(added.Where(a => !a.Succeeded), a => Assert.Equal("account.address_taken", a.Error?.Code));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Disconnect_OnlyWhereAnotherWayInRemains_AndEndsOtherSessions(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        var ada = await PersonAsync(host);
        var phone = (await host.JoinAsync(1, null, userName: "ada")).Value!;
        Assert.Equal("telegram.only_way_in", (await host.Get<TelegramEntryService>().DisconnectAsync(ada, Ct)).Error?.Code);
        await AddAddressAsync(host, ada);
        Assert.Equal("@ada", (await host.Get<TelegramEntryService>().FindAsync(ada, Ct)).Value);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("account.confirm_again", (await host.Get<TelegramEntryService>().DisconnectAsync(ada, Ct)).Error?.Code);
        await ProveAsync(host, ada);

        Assert.True((await host.Get<TelegramEntryService>().DisconnectAsync(ada, Ct)).Succeeded);

        Assert.Equal("telegram.not_connected", (await host.Get<TelegramEntryService>().DisconnectAsync(ada, Ct)).Error?.Code);
        Assert.Equal("telegram.unknown_person", (await host.JoinAsync(1, null)).Error?.Code);
        await using var db = host.Open();
        Assert.False(await db.Sessions.AnyAsync(s => s.Id == phone.Session.SessionId));
        Assert.True(await db.Sessions.AnyAsync(s => s.Id == ada.SessionId));
        Assert.Equal(1, await db.AuditEntries.CountAsync(a => a.Action == "account.telegram_disconnected"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Exchange_OldTokenRefreshTokenOrTwiceAtOnce_OpensNoSecondSession(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, Signed.Bot);
        await PersonAsync(host);
        var joined = (await host.JoinAsync(1, null)).Value!;
        var visitor = Actor.Anonymous("192.0.2.1");
        var late = (await host.JoinAsync(1, null)).Value!;

        var exchanged = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => host.Get<SessionExchange>().ExchangeAsync(visitor, joined.Session.Secret, null, Ct))));

        Assert.Single(exchanged, e => e.Succeeded);
        Assert.Equal("session.ticket_gone", (await host.Get<SessionExchange>().ExchangeAsync(visitor, late.Session.RefreshToken, null, Ct)).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("session.ticket_gone", (await host.Get<SessionExchange>().ExchangeAsync(visitor, late.Session.Secret, null, Ct)).Error?.Code);
        Assert.False((await host.Get<ApiTokens>().RefreshAsync(visitor, joined.Session.RefreshToken, Ct)).Succeeded);
    }

    [Fact]
    public async Task People_WithoutAnAddress_AreListedSearchedExportedAndShown()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var ada = await PersonAsync(host);

        var page = (await host.Get<UserQueries>().ListAsync(admin.Actor, new UserFilter { Search = "lovelace" }, new PageRequest { Page = 1, PageSize = 25, Sort = "email" }, Ct)).Value!;
        var row = Assert.Single(page.Items);
        Assert.Equal((ada.UserId!.Value, (string?)null), (row.Id, row.Email));
        var details = (await host.Get<UserQueries>().GetAsync(admin.Actor, row.Id, Ct)).Value!;
        Assert.True(details.HasTelegram);
        Assert.False((await host.Get<UserQueries>().GetAsync(admin.Actor, admin.Id, Ct)).Value!.HasTelegram);
        using var export = new MemoryStream();
        Assert.True((await host.Get<UserExport>().WriteAsync(admin.Actor, new UserFilter(), null, export, Ct)).Succeeded);
        Assert.Contains("Ada Lovelace", System.Text.Encoding.UTF8.GetString(export.ToArray()), StringComparison.Ordinal);
        Assert.Equal("account.no_address", (await host.Get<SignInLinks>().SendAsync(admin.Actor, row.Id, Ct)).Error?.Code);
        Assert.Equal("account.no_address", (await host.Get<PasswordService>().SendCodeAsync(ada, Ct)).Error?.Code);
        Assert.True((await host.Get<UserService>().EditAsync(admin.Actor, row.Id, new EditUser(row.Version, Name: "Ada King", Roles: [Role.Student, Role.Parent]), Ct)).Succeeded);
        var edited = (await host.Get<UserQueries>().GetAsync(admin.Actor, row.Id, Ct)).Value!.Row;
        Assert.True((await host.Get<UserService>().EditAsync(admin.Actor, row.Id, new EditUser(edited.Version, Email: Address), Ct)).Succeeded);
    }

    [Fact]
    public async Task EntryMethods_WithoutAnAddress_ShowTelegramAndTakeAnAddress()
    {
        await using var host = await ServiceHost.CreateAsync(settings: Signed.Bot);
        var ada = await PersonAsync(host);
        await using var ui = new AccountsUi(
            host, new TestPerson(ada.UserId!.Value, "Ada", "", Role.Student, ada, ""), host.Get<TelegramEntryService>(), host.Get<TelegramConnections>(), host.Get<AddressService>(), new EntryMethod(10, typeof(TelegramEntry)));
        var profile = (await host.Get<ProfileService>().GetAsync(ada, Ct)).Value!;
        var part = ui.Render<EntryMethods>(p => p.Add(c => c.Profile, profile));

        Assert.Contains("Telegram account: @ada", part.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("/profile/password", part.Markup, StringComparison.Ordinal);
        Assert.Empty(part.FindAll("button:not([type=submit])"));
        part.Find("#new-address").Input(Address);
        await part.Find("form").SubmitAsync();
        part.Find("#address-code").Input((await MessageAsync(host)).Data.Code);

        part.WaitForAssertion(() => Assert.EndsWith("/profile?notice=address", ui.Navigation.Uri, StringComparison.Ordinal));
        await using var db = host.Open();
        Assert.Equal(Address, (await db.Users.SingleAsync(u => u.Id == ada.UserId)).NormalizedEmail);
    }

    private static async Task<Actor> PersonAsync(ServiceHost host, long id = 1)
    {
        var (_, code) = await host.Services.LinkAsync(Role.Teacher);
        var joined = (await host.JoinAsync(id, code, userName: "ada")).Value!;
        return new Actor(joined.User.Id, joined.Session.SessionId, "192.0.2.7");
    }

    private static async Task AddAddressAsync(ServiceHost host, Actor actor)
    {
        Assert.True((await host.Get<AddressService>().SendCodeAsync(actor, Address, Ct)).Succeeded);
        Assert.True((await host.Get<AddressService>().AddAsync(actor, Address, (await MessageAsync(host)).Data.Code, Ct)).Succeeded);
    }

    private static async Task ProveAsync(ServiceHost host, Actor actor)
    {
        Assert.True((await host.Get<Reauthentication>().SendCodeAsync(actor, Ct)).Succeeded);
        Assert.True((await host.Get<Reauthentication>().WithCodeAsync(actor, (await MessageAsync(host)).Data.Code, Ct)).Succeeded);
    }

    private static async Task<(string Recipient, CodeData Data)> MessageAsync(ServiceHost host)
    {
        await using var db = host.Open();
        var message = await db.OutboxMessages.Where(m => m.Kind == CodeMessage.KindName && m.Body != null).OrderByDescending(m => m.Id).FirstAsync();
        return (message.Recipient, JsonSerializer.Deserialize<CodeData>(host.Get<Outbox>().Unprotect(message.Body!))!);
    }
}
