using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace InvitePortal.Users;

/// <summary>What the rules need to know of a person.</summary>
internal sealed record Person(Guid Id, string Name, string? Email, PersonStatus Status, int RoleBits, Role ActiveRole, string Version)
{
    /// <summary>Whether this is one of those of whom one must remain.</summary>
    public bool IsActiveSuperAdmin => PersonRules.IsActiveSuperAdmin(Status, RoleBits);
}

/// <summary>What shall become of a person.</summary>
internal readonly record struct Outcome(PersonStatus Status, int RoleBits, bool Deleted = false)
{
    public static readonly Outcome Gone = new(default, default, Deleted: true);

    public bool Changes(Person person) => Deleted || Status != person.Status || RoleBits != person.RoleBits;

    /// <summary>Whether open sessions must not outlive it: somebody who may not sign in any more, or lost a role.</summary>
    public bool EndsSessions(Person person) => Deleted || Status is not PersonStatus.Active || (person.RoleBits & ~RoleBits) != 0;

    public bool TakesSuperAdmin(Person person) => person.IsActiveSuperAdmin && (Deleted || !PersonRules.IsActiveSuperAdmin(Status, RoleBits));

    /// <summary>The active role: what it was, or another one that is held.</summary>
    public Role ActiveRole(Person person) =>
        Common.RoleBits.Holds(RoleBits, person.ActiveRole) ? person.ActiveRole : Common.RoleBits.Read(RoleBits)[0];
}

/// <summary>A person as they were read, and what shall become of them.</summary>
internal sealed record PersonChange(Person Person, Outcome Outcome);

/// <summary>Who may do what to whom: the same for one person and for many.</summary>
internal static class PersonRules
{
    private static readonly int[] SuperAdminFacets =
        [.. Enumerable.Range(0, PeopleFacets.PerStatus).Where(bits => RoleBits.Holds(bits, Role.SuperAdmin)).Select(bits => ((int)PersonStatus.Active * PeopleFacets.PerStatus) + bits)];

    public static bool IsActiveSuperAdmin(PersonStatus status, int roleBits) => status is PersonStatus.Active && RoleBits.Holds(roleBits, Role.SuperAdmin);

    public static IQueryable<Person> Read(IQueryable<AppUser> people) =>
        people.Select(u => new Person(u.Id, u.DisplayName, u.Email, u.Status, u.RoleBits, u.ActiveRole, u.ConcurrencyStamp!));

    /// <summary>
    /// Holds the rows of all active super admins until the transaction ends, and counts them. Two admins who take the role from each other at once
    /// thus come one after the other, and the second sees what the first did; read the caller's own rights after this.
    /// </summary>
    public static Task<int> HoldSuperAdminsAsync(AppDbContext db, CancellationToken ct) => db.Users
        .Where(u => EF.Constant(SuperAdminFacets).Contains(u.Facet))
        .ExecuteUpdateAsync(set => set.SetProperty(u => u.ConcurrencyStamp, u => u.ConcurrencyStamp), ct);

    /// <summary>
    /// Sets status and roles with all that hangs on them, for people who are alike in both. The active role is only set where it must change: its
    /// owner may be switching it.
    /// </summary>
    public static void Set(UpdateSettersBuilder<AppUser> set, Person person, Outcome outcome, string stamp, DateTimeOffset now)
    {
        set.SetProperty(u => u.ConcurrencyStamp, stamp);
        if (!outcome.Changes(person))
        {
            return;
        }

        set.SetProperty(u => u.Status, outcome.Status).SetProperty(u => u.RoleBits, outcome.RoleBits);
        if (outcome.ActiveRole(person) is var active && active != person.ActiveRole)
        {
            set.SetProperty(u => u.ActiveRole, active);
        }

        if (outcome.Status is PersonStatus.Active)
        {
            set.SetProperty(u => u.JoinedAt, u => u.JoinedAt ?? now);
        }

        if (outcome.EndsSessions(person))
        {
            set.SetProperty(u => u.SecurityStamp, stamp);
        }
    }

    /// <summary>Why <paramref name="by"/> may not do this; null when they may.</summary>
    /// <param name="by">The caller's stored state.</param>
    /// <param name="person">As stored.</param>
    /// <param name="outcome">What they shall become.</param>
    /// <param name="superAdmins">How many active super admins there would be but for this.</param>
    public static Error? Refusal(ActorState by, Person person, Outcome outcome, int superAdmins) => outcome switch
    {
        _ when !Rights.MayManage(by.ActiveRole, person.RoleBits) => UserErrors.MayNotManage,
        _ when !outcome.Changes(person) => null,
        { Deleted: false } when person.Status is PersonStatus.Invited => UserErrors.StillInvited,
        { Deleted: false, Status: PersonStatus.Invited } => UserErrors.StatusInvalid,
        { Deleted: false } when !Enum.IsDefined(outcome.Status) => UserErrors.StatusInvalid,
        { Deleted: false, RoleBits: 0 } => UserErrors.NoRole,
        { Deleted: false } when ((outcome.RoleBits ^ person.RoleBits) & ~RoleBits.Of(Rights.Grants(by.ActiveRole))) != 0 => UserErrors.MayNotGrant,
        _ when outcome.TakesSuperAdmin(person) && superAdmins <= 1 => UserErrors.LastSuperAdmin,
        _ when person.Id == by.Id && (outcome.Deleted || outcome.Status != person.Status || (person.RoleBits & ~outcome.RoleBits) != 0) => UserErrors.Yourself,
        _ => null,
    };
}
