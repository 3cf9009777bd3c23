using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;

namespace InvitePortal.Demo;

/// <summary>
/// A crowd of any size, made one by one and kept nowhere: members who came over five years, more of them each year, and people who are invited. Everything
/// about a person follows from their number, so that an invitation can tell of a person by making them again.
/// </summary>
internal sealed class DemoCrowd(int people, int invitations, IReadOnlyList<Guid> inviters, DateTimeOffset now)
{
    private const int Seed = 20262;
    // The small demo numbers its addresses up to some hundreds.
    private const int FirstNumber = 1_000;
    private static readonly TimeSpan History = TimeSpan.FromDays(5 * 365);
    private static readonly TimeSpan Open = TimeSpan.FromDays(60);

    private static readonly (PersonStatus, int)[] Statuses =
        [(PersonStatus.Active, 870), (PersonStatus.Inactive, 70), (PersonStatus.Pending, 30), (PersonStatus.Suspended, 20), (PersonStatus.Banned, 10)];

    private static readonly (Role, int)[] MainRoles =
        [(Role.Student, 495), (Role.Parent, 200), (Role.Business, 150), (Role.Teacher, 110), (Role.Agency, 44), (Role.Staff, 1)];

    private static readonly (Role, int)[] SecondRoles = [(Role.Parent, 400), (Role.Teacher, 300), (Role.Business, 200), (Role.Student, 100)];

    private static readonly (Role, int)[] InvitedRoles = [(Role.Student, 400), (Role.Teacher, 250), (Role.Parent, 200), (Role.Business, 150)];

    private static readonly (string, int)[] Zones = [("UTC", 100), ("Europe/Moscow", 350), ("Europe/Berlin", 250), ("Europe/London", 200), ("America/New_York", 100)];

    private readonly DemoNames _names = new(Seed);
    private readonly int _open = invitations / 2;
    private readonly int _accepted = (int)(invitations * 35L / 100);

    private int Members => people - _open;

    public IEnumerable<AppUser> People() => Enumerable.Range(0, people).Select(Person);

    public IEnumerable<Invitation> Invitations() => Enumerable.Range(0, invitations).Select(Invited);

    /// <summary>A link for each invitation; nobody has its token.</summary>
    public IEnumerable<InvitationLink> Links() => Invitations().Select((invitation, number) =>
    {
        var dice = DiceOf(2, number);
        return new InvitationLink
        {
            Id = dice.Id(invitation.CreatedAt),
            InvitationId = invitation.Id,
            TokenHash = Secrets.Hash(Secrets.New()),
            Origin = LinkOrigin.Mailed,
            CreatedAt = invitation.CreatedAt,
        };
    });

    /// <summary>The message of each invitation: sent, or given up for a few.</summary>
    public IEnumerable<OutboxMessage> Messages() => Invitations().Select((invitation, number) =>
    {
        var dice = DiceOf(3, number);
        var failed = invitation.State is InvitationState.Pending && dice.Below(40) == 0;
        return new OutboxMessage
        {
            Id = invitation.LastMessageId!.Value,
            Channel = Channel.Email,
            Kind = InvitationMessage.First,
            Priority = Priority.Invitation,
            Recipient = invitation.Recipient,
            RecipientKey = invitation.NormalizedRecipient,
            SubjectId = invitation.Id,
            Language = invitation.Language,
            State = failed ? DeliveryState.Failed : DeliveryState.Sent,
            Reason = failed ? "550 5.1.1 No such mailbox here" : null,
            CreatedAt = invitation.CreatedAt,
            DueAt = invitation.CreatedAt,
            ExpiresAt = invitation.ExpiresAt,
            EndedDay = OutboxMessage.DayOf(invitation.CreatedAt),
            SentAt = failed ? null : invitation.CreatedAt.AddSeconds(1 + dice.Below(20)),
            Attempts = 1,
        };
    });

    /// <summary>How far the invitees came: who accepted or declined has looked, of the others some, and a few were looked at by machines alone.</summary>
    public IEnumerable<InvitationEvent> Events() => Invitations().SelectMany((invitation, number) => Events(invitation, DiceOf(4, number)));

    private static IEnumerable<InvitationEvent> Events(Invitation invitation, Dice dice)
    {
        var share = dice.Below(100);
        var answered = invitation.State is InvitationState.Accepted or InvitationState.Declined;
        InvitationEventKind[] kinds = (invitation.State, share) switch
        {
            (InvitationState.Accepted, < 70) => [InvitationEventKind.Opened, InvitationEventKind.CodeAsked],
            (InvitationState.Accepted, _) => [InvitationEventKind.Opened, InvitationEventKind.Started],
            (InvitationState.Declined, _) => [InvitationEventKind.Opened],
            (_, < 14) => [InvitationEventKind.Fetched],
            (_, < 26) => [InvitationEventKind.Opened, InvitationEventKind.Started],
            (_, < 52) => [InvitationEventKind.Opened],
            _ => [],
        };
        var at = answered ? invitation.CreatedAt + ((invitation.ClosedAt!.Value - invitation.CreatedAt) * 0.9) : invitation.CreatedAt.AddMinutes(2 + dice.Below(60));
        foreach (var kind in kinds)
        {
            yield return new InvitationEvent { Id = dice.Id(at), InvitationId = invitation.Id, Kind = kind, At = at, Count = 1 + dice.Below(3) };
        }
    }

    private static Dice DiceOf(int kind, int number) => new(((ulong)kind << 40) + ((ulong)(Seed + number) * 0xD1342543DE82EF95));

    private AppUser Person(int number) => number < Members ? Member(number) : Invitee(number);

    private AppUser Member(int number)
    {
        var dice = DiceOf(1, number);
        var cameAt = now - (History * (1 - Math.Sqrt((number + 0.5) / Members)));
        var invited = IsAccepted(number);
        var person = Make(ref dice, number, dice.Weighted<PersonStatus>(Statuses), dice.Weighted<Role>(invited ? InvitedRoles : MainRoles), cameAt);
        person.JoinedAt = invited ? cameAt + ((now - cameAt) * 0.02 * dice.Share()) : cameAt;
        person.EmailConfirmed = true;
        if (dice.Below(20) == 0)
        {
            person.RoleBits |= RoleBits.Of(dice.Weighted<Role>(SecondRoles));
            person.RoleBits |= dice.Below(8) == 0 ? RoleBits.Of(dice.Weighted<Role>(SecondRoles)) : 0;
        }

        if (!invited && dice.Below(70) == 0)
        {
            (person.Email, person.NormalizedEmail, person.EmailConfirmed) = (null, null, false);
        }

        var sinceJoined = now - person.JoinedAt.Value;
        var away = Math.Pow(dice.Share(), 3);
        person.LastSignInAt = person.Status switch
        {
            PersonStatus.Active => dice.Below(12) == 0 ? null : now - (sinceJoined * away),
            PersonStatus.Inactive or PersonStatus.Suspended or PersonStatus.Banned => now - (sinceJoined * (0.3 + (0.7 * away))),
            PersonStatus.Pending or PersonStatus.Invited => null,
            _ => throw new InvalidOperationException($"{person.Status} is no status."),
        };
        person.SearchText = SearchText.Of(person.DisplayName, person.NormalizedEmail);
        return person;
    }

    private AppUser Invitee(int number)
    {
        var dice = DiceOf(1, number);
        var at = now.AddMinutes(-5) - (Open * Math.Pow(1 - ((number - Members + 0.5) / _open), 2));
        var person = Make(ref dice, number, PersonStatus.Invited, dice.Weighted<Role>(InvitedRoles), at);
        person.DisplayName = person.Email!;
        person.SearchText = SearchText.Of(person.DisplayName, person.NormalizedEmail);
        return person;
    }

    private AppUser Make(ref Dice dice, int number, PersonStatus status, Role role, DateTimeOffset at)
    {
        var language = dice.Below(5) < 2 ? Languages.Russian : Languages.English;
        var (name, address) = _names.Person(ref dice, language, FirstNumber + number);
        var person = AppUser.Create(name, address, status, role, at);
        person.Id = dice.Id(at);
        person.UserName = person.NormalizedUserName = person.Id.ToString("N");
        person.Language = language;
        person.TimeZone = dice.Weighted<string>(Zones);
        return person;
    }

    // Members who came by an invitation, evenly among the others.
    private int AcceptedBy(int number) => (int)((long)number * Members / _accepted);

    private bool IsAccepted(int member)
    {
        if (_accepted == 0)
        {
            return false;
        }

        var number = (int)((((long)member * _accepted) + Members - 1) / Members);
        return number < _accepted && AcceptedBy(number) == member;
    }

    private Invitation Invited(int number)
    {
        var dice = DiceOf(5, number);
        var (person, state) = number < _accepted ? (Person(AcceptedBy(number)), InvitationState.Accepted)
            : number < _accepted + _open ? (Person(Members + number - _accepted), InvitationState.Pending)
            : (null, dice.Below(3) == 0 ? InvitationState.Declined : InvitationState.Cancelled);
        var gone = person is null ? _names.Person(ref dice, Languages.English, FirstNumber + people + number).Address : null;
        var created = person?.CreatedAt ?? now.AddDays(-1) - (History * dice.Share());
        var role = person?.ActiveRole ?? dice.Weighted<Role>(InvitedRoles);
        // Agencies invite businesses only.
        var inviter = inviters[dice.Below(role is Role.Business ? inviters.Count : inviters.Count - 1)];
        var lifetime = TimeSpan.FromDays(dice.Below(3) switch { 0 => 7, 1 => 14, _ => 30 });
        var email = person?.Email ?? gone!.Display;
        var normalized = person?.NormalizedEmail ?? gone!.Normalized;
        return new Invitation
        {
            Id = dice.Id(created),
            Recipient = email,
            NormalizedRecipient = normalized,
            Role = role,
            Message = dice.Below(5) == 0 ? "We start on Monday at nine. Have a look around before, and write to me if something is missing." : null,
            Channel = Channel.Email,
            Language = person?.Language ?? Languages.English,
            State = state,
            OpenKey = state is InvitationState.Pending ? Invitation.KeyFor(normalized, role) : null,
            PersonId = person?.Id,
            InvitedById = inviter,
            BatchId = DiceOf(6, number / 25).Id(created),
            CreatedAt = created,
            SendAt = created,
            LifetimeMinutes = (int)lifetime.TotalMinutes,
            ExpiresAt = created + lifetime,
            RemindersOn = state is InvitationState.Pending,
            LastMessageId = dice.Id(created),
            ClosedAt = state is InvitationState.Pending ? null : person?.JoinedAt ?? created + (TimeSpan.FromHours(20) * dice.Share()),
            AcceptedById = state is InvitationState.Accepted ? person!.Id : null,
            DeclineReason = state is InvitationState.Declined && dice.Below(2) == 0 ? "I have left the company." : null,
            Version = state is InvitationState.Pending ? 1 : 2,
        };
    }
}
