using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Users;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Invitations.InvitationCase;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationAcceptanceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_ByCode_MakesTheAccountActiveAndSignsIn(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org", Role.Teacher);

        var accepted = await host.AcceptByCodeAsync(token, "new@example.org", "  Robin Field ");

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        var person = await host.PersonAsync("new@example.org");
        Assert.Equal((PersonStatus.Active, "Robin Field", Role.Teacher, (string?)null), (person!.Status, person.DisplayName, person.ActiveRole, person.PasswordHash));
        Assert.Equal([Role.Teacher], person.Roles);
        Assert.Equal(InvitationState.Accepted, (await host.ReadAsync(id)).State);
        await using var db = host.Open();
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == person.Id));
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.Kind == "welcome"));
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "invitation.accepted"));
        Assert.Equal(0, await db.OutboxMessages.CountAsync(m => m.SubjectId == id && m.State == DeliveryState.Queued));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_PendingPersonWithANewAddress_OldLinkIsRevoked(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var person = await host.AddPersonAsync(Role.Teacher, PersonStatus.Pending, email: "old@example.org");
        var (_, token) = await host.InviteOneAsync(admin, "old@example.org");
        Assert.Null((await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!.Refusal);
        Assert.True((await host.EditAsync(admin, person.Id, c => c with { Email = "new@example.org" })).Succeeded);

        var accepted = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));

        Assert.Equal(InvitationErrors.Revoked.Code, accepted.Error?.Code);
        var stored = await host.StoredAsync(person.Id);
        Assert.Equal((PersonStatus.Pending, (string?)null), (stored.Status, stored.PasswordHash));
        Assert.False(await host.Databases.InTransactionAsync<bool>(
            async db => await People.ActivateAsync(db, person.Id, Address("old@example.org"), "Robin", Role.Teacher, "en", null, host.Clock.Now, Ct), Ct) is { Value: true });

        static ChannelAddress Address(string text) => ChannelAddress.TryParse(Channel.Email, text, out var address) ? address : throw new ArgumentException(text);
    }

    [Fact]
    public async Task Invitations_OfPeopleAmongThousands_CountAtOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddManyAsync(1_100);
        Assert.Equal((1_101, 1_101), await TotalsAsync());
        var (cancelled, _) = await host.InviteOneAsync(admin, "cancelled@example.org");
        Assert.Equal((1_102, 1_101), await TotalsAsync());
        Assert.True((await host.Get<InvitationService>().CancelAsync(admin.Actor, cancelled, Ct)).Succeeded);
        Assert.Equal((1_101, 1_101), await TotalsAsync());
        var (_, declined) = await host.InviteOneAsync(admin, "declined@example.org");
        Assert.Equal((1_102, 1_101), await TotalsAsync());
        Assert.True((await host.Get<InvitationAcceptance>().DeclineAsync(Stranger(), declined, null, Ct)).Succeeded);
        Assert.Equal((1_101, 1_101), await TotalsAsync());
        var (_, accepted) = await host.InviteOneAsync(admin, "accepted@example.org");
        Assert.Equal((1_102, 1_101), await TotalsAsync());
        Assert.True((await host.AcceptByCodeAsync(accepted, "accepted@example.org")).Succeeded);
        Assert.Equal((1_102, 1_102), await TotalsAsync());

        async Task<(long? All, long? Active)> TotalsAsync() => (await TotalAsync(), await TotalAsync(PersonStatus.Active));

        async Task<long?> TotalAsync(params PersonStatus[] statuses) =>
            (await host.Get<UserQueries>().ListAsync(admin.Actor, new UserFilter { Statuses = statuses }, new PageRequest(), Ct)).Value?.Total;
    }

    [Fact]
    public async Task AcceptAsync_ByPasswordOnAMailedLink_NeedsNoCode()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "new@example.org");
        var accepted = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        Assert.NotNull((await host.PersonAsync("new@example.org"))!.PasswordHash);
    }

    [Fact]
    public async Task AcceptAsync_ByPasswordOnACopiedLink_NeedsTheCodeToo()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, _) = await host.InviteOneAsync(admin, "new@example.org");
        var link = await host.Get<InvitationService>().CopyLinkAsync(admin.Actor, id, Ct);
        var token = link.Value!.Split("token=")[1];

        var without = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.Equal("code_invalid", without.Error?.Code);

        await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, Ct);
        var with = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, await host.CodeAsync("new@example.org"), Password));
        Assert.True(with.Succeeded, with.Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C01_FiftyAcceptsAtOnce_MakeExactlyOneAccount(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, new Dictionary<string, string?> { ["Limits:QueuedHashes"] = "100" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "race@example.org");
        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() =>
            host.AcceptAsync(new AcceptInvitation(token, $"Racer {i}", AcceptMethod.Password, Password: Password)))));

        Assert.Equal(1, all.Count(r => r.Succeeded));
        Assert.All(all.Where(r => !r.Succeeded), r => Assert.Contains(r.Error!.Kind, new[] { ErrorKind.Gone, ErrorKind.Conflict }));
        await using var db = host.Open();
        var person = await host.PersonAsync("race@example.org");
        Assert.Single(person!.Roles);
        Assert.Equal(1, await db.Sessions.CountAsync(s => s.UserId == person.Id));
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "invitation.accepted" && e.SubjectId == id));
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.Kind == "welcome"));
    }

    [Fact]
    public async Task AcceptAsync_TwentyTabsWithOneRightCode_OneWinsAndTheOthersHearItIsUsed()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "tabs@example.org");
        await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, Ct);
        var code = await host.CodeAsync("tabs@example.org");
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: code)))));
        Assert.Equal(1, all.Count(r => r.Succeeded));
        Assert.All(all.Where(r => !r.Succeeded), r => Assert.Contains(r.Error!.Code, new[] { "already_used", "code_invalid", "invitation.sign_in_first" }));
    }

    [Fact]
    public async Task B01_AcceptedToken_IsGone()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "new@example.org");
        Assert.True((await host.AcceptByCodeAsync(token, "new@example.org")).Succeeded);
        var again = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.Equal((ErrorKind.Gone, "already_used"), (again.Error!.Kind, again.Error.Code));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B08_OneSecondAroundTheExpiry_DecidesByTheClock(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "late@example.org");
        host.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Null((await host.Get<InvitationLandingQueries>().FindAsync(Stranger(), token, Ct)).Value!.Refusal);
        host.Clock.Advance(TimeSpan.FromSeconds(2));
        var late = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.Equal((ErrorKind.Gone, "invitation.expired"), (late.Error!.Kind, late.Error.Code));
        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task B06_CodesOfOtherPurposesOrFlows_DoNotAccept()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org");
        var link = await host.Get<InvitationService>().CopyLinkAsync(admin.Actor, id, Ct);
        var other = link.Value!.Split("token=")[1];

        await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), other, Ct);
        var code = await host.CodeAsync("new@example.org");
        var wrongFlow = await host.AcceptAsync(new AcceptInvitation(token, "Robin", Code: code));
        Assert.Equal("code_invalid", wrongFlow.Error?.Code);
    }

    [Fact]
    public async Task A07_AddressWithAnAccount_MustSignInAndGetsNoSecondAccount()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var student = await host.AddPersonAsync(Role.Student, email: "known@example.org");
        var (id, token) = await host.InviteOneAsync(admin, "known@example.org", Role.Parent);
        var asStranger = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.Equal("invitation.sign_in_first", asStranger.Error?.Code);

        var accepted = await host.Get<InvitationAcceptance>().AcceptSignedInAsync(student.Actor, token, Ct);
        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        var person = await host.PersonAsync("known@example.org");
        Assert.Equal(Role.Parent, person!.ActiveRole);
        Assert.Equal([Role.Student, Role.Parent], person.Roles);
        Assert.Equal(InvitationState.Accepted, (await host.ReadAsync(id)).State);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AcceptAsync_RegisteredButNotActivated_IsActivatedAndKeepsWhatTheyHave(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.AddPersonAsync(Role.Parent, PersonStatus.Pending, "waiting@example.org", password: Password);
        var before = await host.PersonAsync("waiting@example.org");
        var (id, token) = await host.InviteOneAsync(admin, "waiting@example.org", Role.Student);

        var accepted = await host.AcceptByCodeAsync(token, "waiting@example.org", "Robin");

        Assert.True(accepted.Succeeded, accepted.Error?.Code);
        var person = await host.PersonAsync("waiting@example.org");
        Assert.Equal((PersonStatus.Active, Role.Student, before!.PasswordHash), (person!.Status, person.ActiveRole, person.PasswordHash));
        Assert.Equal([Role.Student, Role.Parent], person.Roles);
        Assert.Equal(InvitationState.Accepted, (await host.ReadAsync(id)).State);
    }

    [Fact]
    public async Task E01_SignedInAsSomebodyElse_ChangesNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var other = await host.AddPersonAsync(Role.Business);
        var (id, token) = await host.InviteOneAsync(admin, "new@example.org", Role.Staff);
        var result = await host.Get<InvitationAcceptance>().AcceptSignedInAsync(other.Actor, token, Ct);
        Assert.Equal("invitation.wrong_account", result.Error?.Code);
        Assert.Equal(InvitationState.Pending, (await host.ReadAsync(id)).State);
        Assert.Equal([Role.Business], (await host.PersonAsync(other.Email))!.Roles);
    }

    [Theory]
    [InlineData(PersonStatus.Banned)]
    [InlineData(PersonStatus.Suspended)]
    public async Task D09_OldLinkOfABannedPerson_IsRefused(PersonStatus status)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "new@example.org");
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.NormalizedEmail == "new@example.org").ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, status));
        }

        var result = await host.AcceptAsync(new AcceptInvitation(token, "Robin", AcceptMethod.Password, Password: Password));
        Assert.Equal("invitation.revoked", result.Error?.Code);
        Assert.Equal(status, (await host.PersonAsync("new@example.org"))!.Status);
    }

    [Fact]
    public async Task AcceptSignedInAsync_ToBecomeAdministrator_HoldsAllSessionsToTheShortLimits()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var member = await host.AddPersonAsync(Role.Teacher, email: "member@example.org");
        var (_, token) = await host.InviteOneAsync(admin, "member@example.org", Role.Staff);
        Assert.True((await host.Get<InvitationAcceptance>().AcceptSignedInAsync(member.Actor, token, Ct)).Succeeded);
        await using var db = host.Open();
        var session = await db.Sessions.AsNoTracking().SingleAsync(s => s.Id == member.Actor.SessionId);
        Assert.Equal((host.Clock.Now.AddHours(8), host.Clock.Now.AddMinutes(30)), (session.EndsAt, session.ExpiresAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("line\nbreak")]
    [InlineData("\u202Eevil")]
    public async Task AcceptAsync_NameThatCannotBeShown_IsRefused(string name)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var (_, token) = await host.InviteOneAsync(admin, "new@example.org");
        var result = await host.AcceptAsync(new AcceptInvitation(token, name, AcceptMethod.Password, Password: Password));
        Assert.Equal("invitation.name_invalid", result.Error?.Code);
    }
}
