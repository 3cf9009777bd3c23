using Bogus;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Demo;

/// <summary>Fills an empty database: one account per role, a crowd around them, and invitations in every state.</summary>
public sealed partial class DemoData(
    IDbContextFactory<AppDbContext> databases,
    IPasswordHasher<AppUser> hasher,
    IOptions<DemoOptions> options,
    TimeProvider clock,
    ILogger<DemoData> logger) : IStartupTask
{
    /// <summary>Password of every demo account.</summary>
    public const string Password = "demo-portal-2026";

    /// <summary>More people than this do not come of it.</summary>
    internal const int MostPeople = 1_000;

    /// <summary>Those of the accounts who invite: mailboxes of a super admin, staff and an agency.</summary>
    internal static readonly string[] Inviters = ["admin@example.com", "staff@example.com", "agency@example.com"];

    private const int Crowd = 240;
    private const int Invited = 180;
    private const int Seed = 20261;

    private static readonly (string Mailbox, string Name, Role Role, string Language)[] Accounts =
    [
        ("admin", "Anna Sokolova", Role.SuperAdmin, Languages.English),
        ("staff", "Marcus Bell", Role.Staff, Languages.English),
        ("agency", "Northlight Agency", Role.Agency, Languages.English),
        ("business", "Priya Raman", Role.Business, Languages.English),
        ("teacher", "Елена Кузнецова", Role.Teacher, Languages.Russian),
        ("student", "Tom Okafor", Role.Student, Languages.English),
        ("parent", "Мария Лебедева", Role.Parent, Languages.Russian),
    ];

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (options.Value.Enabled && !await db.Users.AnyAsync(ct))
        {
            await FillAsync(db, ct);
        }
    }

    /// <summary>Fills a database without people.</summary>
    internal async Task FillAsync(AppDbContext db, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var faker = new Faker("en") { Random = new Randomizer(Seed) };
        var russian = new Faker("ru") { Random = new Randomizer(Seed) };
        var people = Accounts.Select(a => Account(db, a.Mailbox, a.Name, a.Role, a.Language, now)).ToList();
        for (var i = 0; i < Crowd; i++)
        {
            AddPerson(db, i % 3 == 0 ? russian : faker, i, now);
        }

        AppUser[] inviters = [people[0], people[1], people[2]];
        for (var i = 0; i < Invited; i++)
        {
            AddInvitation(db, i % 3 == 0 ? russian : faker, i, inviters[i % 3], now);
        }

        DemoTeaching.Add(db, people[4], people[5], people[6], now);
        await db.SaveChangesAsync(ct);
        LogFilled(Accounts.Length + Crowd, Invited, Password);
    }

    private AppUser Account(AppDbContext db, string mailbox, string name, Role role, string language, DateTimeOffset now)
    {
        EmailAddress.TryParse($"{mailbox}@example.com", out var email);
        var person = AppUser.Create(name, email, PersonStatus.Active, role, now.AddDays(-120));
        person.EmailConfirmed = true;
        person.Language = language;
        person.PasswordHash = hasher.HashPassword(person, Password);
        db.Users.Add(person);
        return person;
    }

    private static void AddPerson(AppDbContext db, Faker faker, int index, DateTimeOffset now)
    {
        var joined = now.AddMinutes(-faker.Random.Int(60, 60 * 24 * 300));
        var role = faker.Random.WeightedRandom([Role.Student, Role.Parent, Role.Business, Role.Teacher, Role.Agency], [0.5f, 0.2f, 0.15f, 0.1f, 0.05f]);
        var status = faker.Random.WeightedRandom(
            [PersonStatus.Active, PersonStatus.Inactive, PersonStatus.Pending, PersonStatus.Suspended, PersonStatus.Banned], [0.86f, 0.06f, 0.04f, 0.03f, 0.01f]);
        var person = AppUser.Create($"{faker.Name.FirstName()} {faker.Name.LastName()}", Address(faker, index), status, role, joined);
        person.EmailConfirmed = true;
        person.Language = faker.Locale == "ru" ? Languages.Russian : Languages.English;
        person.LastSignInAt = status is PersonStatus.Active ? joined + ((now - joined) * faker.Random.Double()) : null;
        db.Users.Add(person);
    }

    private static void AddInvitation(AppDbContext db, Faker faker, int index, AppUser inviter, DateTimeOffset now)
    {
        var email = Address(faker, Crowd + index);
        var role = inviter.ActiveRole is Role.Agency ? Role.Business : faker.PickRandom(Role.Teacher, Role.Student, Role.Parent, Role.Business);
        var state = faker.Random.WeightedRandom(
            [InvitationState.Pending, InvitationState.Accepted, InvitationState.Declined, InvitationState.Cancelled], [0.5f, 0.35f, 0.05f, 0.1f]);
        var created = now.AddMinutes(-faker.Random.Int(20, 60 * 24 * (state is InvitationState.Pending ? 9 : 60)));
        var closed = state is InvitationState.Pending ? (DateTimeOffset?)null : created.AddMinutes(faker.Random.Int(8, 60 * 40));
        var person = state is InvitationState.Pending or InvitationState.Accepted
            ? AppUser.Create(
                state is InvitationState.Accepted ? $"{faker.Name.FirstName()} {faker.Name.LastName()}" : email.Display,
                email,
                state is InvitationState.Accepted ? PersonStatus.Active : PersonStatus.Invited,
                role,
                created)
            : null;
        var language = faker.Locale == "ru" ? Languages.Russian : Languages.English;
        if (person is not null)
        {
            person.Language = language;
            db.Users.Add(person);
        }

        var failed = state is InvitationState.Pending && index % 23 == 0;
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(created),
            Channel = Channel.Email,
            Kind = InvitationMessage.First,
            Priority = Priority.Invitation,
            Recipient = email.Display,
            RecipientKey = email.LimitKey,
            Language = language,
            State = failed ? DeliveryState.Failed : DeliveryState.Sent,
            Reason = failed ? "550 5.1.1 No such mailbox here" : null,
            CreatedAt = created,
            DueAt = created,
            EndedDay = OutboxMessage.DayOf(created),
            SentAt = failed ? null : created.AddSeconds(faker.Random.Int(1, 20)),
            Attempts = 1,
            SubjectId = Guid.CreateVersion7(created),
        };
        db.OutboxMessages.Add(message);
        db.Invitations.Add(new Invitation
        {
            Id = message.SubjectId!.Value,
            Recipient = email.Display,
            NormalizedRecipient = email.Normalized,
            Role = role,
            Language = language,
            Channel = Channel.Email,
            State = state,
            OpenKey = state is InvitationState.Pending ? Invitation.KeyFor(email.Normalized, role) : null,
            PersonId = person?.Id,
            InvitedById = inviter.Id,
            BatchId = Guid.CreateVersion7(created),
            CreatedAt = created,
            SendAt = created,
            LifetimeMinutes = 7 * 24 * 60,
            ExpiresAt = created.AddDays(7),
            RemindersOn = true,
            LastMessageId = message.Id,
            ClosedAt = closed,
            AcceptedById = state is InvitationState.Accepted ? person!.Id : null,
            DeclineReason = state is InvitationState.Declined && index % 2 == 0 ? "I have left the company." : null,
        });
        InvitationEventKind[] happened = (state, index % 10) switch
        {
            (InvitationState.Accepted, _) => [InvitationEventKind.Opened, index % 2 == 0 ? InvitationEventKind.CodeAsked : InvitationEventKind.Started],
            (InvitationState.Declined, _) => [InvitationEventKind.Opened],
            (_, 0) => [InvitationEventKind.Fetched],
            (_, 1) when !failed => [InvitationEventKind.Opened, InvitationEventKind.Started],
            (_, 2 or 3 or 4) when !failed => [InvitationEventKind.Opened],
            _ => [],
        };
        AuditLog.Record(db, created, new Actor(inviter.Id, null, "192.0.2.1"), inviter.DisplayName, "invitation.created", message.SubjectId, after: new { Email = email.Display, Role = role, ExpiresAt = created.AddDays(7) });
        if (state is InvitationState.Accepted)
        {
            AuditLog.Record(db, closed!.Value, new Actor(person!.Id, null, "198.51.100.7"), person.DisplayName, "invitation.accepted", message.SubjectId, after: new { Role = role });
        }

        foreach (var kind in happened)
        {
            InvitationEvents.Add(db, message.SubjectId!.Value, kind, created.AddMinutes(7));
        }
    }

    // example.com and its kin are reserved: nothing that goes there by accident reaches anybody (RFC 2606).
    private static EmailAddress Address(Faker faker, int index)
    {
        var latin = new Faker("en") { Random = new Randomizer(Seed + index) };
        EmailAddress.TryParse(
            $"{latin.Name.FirstName()}.{latin.Name.LastName()}{index}@{faker.PickRandom("example.com", "example.org", "school.example", "agency.example")}".ToLowerInvariant().Replace("'", "", StringComparison.Ordinal),
            out var address);
        return address!;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Filled the empty database with {People} demo people and {Invitations} invitations; every account's password is {Password}")]
    private partial void LogFilled(int people, int invitations, string password);
}
