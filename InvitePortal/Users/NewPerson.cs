using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Webhooks;

namespace InvitePortal.Users;

/// <summary>Somebody to be made, read and found good: by the same rules by hand, over the API and from a file.</summary>
internal sealed record NewPerson(EmailAddress Email, string Name, int RoleBits, Role ActiveRole, string Language, PersonStatus Status)
{
    /// <summary>Reads what a command says, with the rights of <paramref name="by"/>; whether the address is known, the caller asks the database.</summary>
    public static Result<NewPerson> Read(ActorState by, CreateUser command, PersonStatus status = PersonStatus.Active)
    {
        if (!EmailAddress.TryParse(command.Email, out var email))
        {
            return AccountsErrors.EmailInvalid;
        }

        if (!DisplayName.TryParse(command.Name, out var name))
        {
            return AccountsErrors.NameInvalid;
        }

        var bits = UserEditing.BitsOf(command.Roles);
        return command switch
        {
            _ when bits is 0 => UserErrors.NoRole,
            _ when MayNotGrant(by, bits) => UserErrors.MayNotGrant,
            { Language: { } language } when !Languages.IsKnown(language) => AccountsErrors.LanguageInvalid,
            _ when status is PersonStatus.Invited || !Enum.IsDefined(status) => UserErrors.StatusInvalid,
            _ => new NewPerson(email, name, bits, command.Roles[0], command.Language ?? by.Language, status),
        };
    }

    /// <summary>Whether one of the roles is not <paramref name="by"/>'s to give.</summary>
    public static bool MayNotGrant(ActorState by, int bits) => (bits & ~Common.RoleBits.Of(Rights.Grants(by.ActiveRole))) != 0;

    /// <summary>Adds the person with an entry in the audit log; the caller saves.</summary>
    public AppUser Add(AppDbContext db, Actor actor, ActorState by, DateTimeOffset now)
    {
        var person = AppUser.Create(Name, Email, Status, ActiveRole, now);
        person.RoleBits = RoleBits;
        person.Language = Language;
        person.JoinedAt = Status is PersonStatus.Active ? now : null;
        db.Users.Add(person);
        WebhookEvents.PublishUser(db, WebhookEvent.UserCreated, person);
        PersonStatus? unusual = Status is PersonStatus.Active ? null : Status;
        AuditLog.Record(
            db, now, actor, by.Name, "user.created", person.Id, after: new { Name, person.Email, Roles = Common.RoleBits.Read(RoleBits), person.Language, Status = unusual });
        return person;
    }
}
