using System.Text;
using System.Text.RegularExpressions;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Browser;

/// <summary>What some pages need before they can be opened: imports, invitations in every state, mailed links.</summary>
internal static partial class PageSampleData
{
    /// <summary>Name of whoever walks through the pages signed in.</summary>
    public const string WalkerName = "Анна Admin";

    /// <summary>Imports are their owner's alone: that of the walk, who has the same name in every look.</summary>
    public static async Task<Actor> ImportOwnerAsync(PortalFactory portal, string language)
    {
        await using var db = portal.Database.Open();
        var owner = await db.Users.Where(u => u.DisplayName == WalkerName && u.Language == language).OrderByDescending(u => u.Id).Select(u => u.Id).FirstAsync();
        var session = await db.Sessions.Where(s => s.UserId == owner).Select(s => s.Id).FirstAsync();
        return new Actor(owner, session, "192.0.2.1");
    }

    public static async Task<Guid> AddImportAsync(PortalFactory portal, Actor actor, ImportKind kind, bool run = false)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var rows = $"email;name;role\nana.{Guid.NewGuid():N}@example.org;Ana;Teacher\nnowhere;Nobody;Teacher\nteacher@example.com;Demo;Teacher\nb@example.org;Bo;wizard\nteacher@example.com;Demo;Teacher\n";
        var import = await scope.ServiceProvider.GetRequiredService<ImportService>().CreateAsync(actor, new NewImport(kind, "people.csv", Encoding.UTF8.GetBytes(rows), Role.Business), default);
        if (run)
        {
            var runs = scope.ServiceProvider.GetRequiredService<ImportRunService>();
            await runs.StartAsync(actor, import.Value, new StartImport(SendAt: DateTimeOffset.UtcNow.AddHours(1)), default);
            var queries = scope.ServiceProvider.GetRequiredService<ImportQueries>();
            await Eventually.TrueAsync(async () => (await queries.GetAsync(actor, import.Value, default)).Value!.Summary.Phase is ImportPhase.AtRest, TimeSpan.FromSeconds(30));
        }

        return import.Value;
    }

    public static async Task<string> AskForResetAsync(PortalFactory portal, string email)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        Assert.True((await scope.ServiceProvider.GetRequiredService<PasswordResetService>().AskAsync(Actor.Anonymous("192.0.2.1"), email, default)).Succeeded);
        return await TokenFromMailAsync(portal, email);
    }

    public static async Task<string> SendLinkAsync(PortalFactory portal, TestPerson person)
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

    public static async Task<string> AddInvitationAsync(PortalFactory portal, string language, LinkOrigin origin, InvitationState state = InvitationState.Pending, Channel channel = Channel.Email)
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
}
