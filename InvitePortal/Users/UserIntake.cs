using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Users;

/// <summary>One of many people to be taken in.</summary>
internal sealed record IntakePerson(CreateUser Command, PersonStatus Status);

/// <summary>What taking somebody in means.</summary>
internal enum IntakeOutcome
{
    /// <summary>An account is made.</summary>
    New = 1,
    /// <summary>The address has an account, which gets the roles that it lacks.</summary>
    AddsRole = 2,
    /// <summary>The account is there and holds the roles.</summary>
    Unchanged = 3,
    Refused = 4,
}

/// <summary>The verdict on one of them.</summary>
/// <param name="Outcome">What it means, or what was done.</param>
/// <param name="Error">Why it was refused.</param>
/// <param name="PersonId">The account, where there is one.</param>
/// <param name="Version">Of the account after what was done with it.</param>
/// <param name="RolesBefore">The roles that an account held before.</param>
internal sealed record IntakeVerdict(IntakeOutcome Outcome, Error? Error = null, Guid? PersonId = null, string? Version = null, int RolesBefore = 0);

/// <summary>Takes in many people at once by the rules for one: makes accounts, and gives roles to accounts that are there. Nothing else of them is changed.</summary>
public sealed class UserIntake(UserBulkService bulk, SignInLinks links, TimeProvider clock)
{
    /// <summary>What would become of them; addresses that stand among them twice are the caller's to find.</summary>
    internal async Task<IReadOnlyList<IntakeVerdict>> CheckAsync(AppDbContext db, ActorState by, IReadOnlyList<IntakePerson> people, CancellationToken ct)
    {
        var plans = await PlanAsync(db, by, people, ct);
        return [.. plans.Select(p => p.Verdict)];
    }

    /// <summary>
    /// Takes them in, in the caller's transaction; the caller has checked the rights and a fresh proof where it is wanted, and saves.
    /// </summary>
    /// <returns>Null where somebody was changed between reading and writing: then the caller gives the transaction up and may try again.</returns>
    internal async Task<IReadOnlyList<IntakeVerdict>?> StoreAsync(
        AppDbContext db, Actor actor, ActorState by, IReadOnlyList<IntakePerson> people, bool notify, CancellationToken ct)
    {
        var plans = await PlanAsync(db, by, people, ct);
        var verdicts = plans.ConvertAll(p => p.Verdict);
        var now = clock.GetUtcNow();
        for (var i = 0; i < plans.Count; i++)
        {
            if (plans[i].New is not { } plan)
            {
                continue;
            }

            var person = plan.Add(db, actor, by, now);
            verdicts[i] = verdicts[i] with { PersonId = person.Id, Version = person.ConcurrencyStamp };
            if (notify && person.Status is PersonStatus.Active)
            {
                await links.EnqueueAsync(db, person, welcome: true, ct);
            }
        }

        var changes = plans.Select((p, i) => (p.Change, Index: i)).Where(c => c.Change is not null).ToLookup(c => c.Change!.Outcome.RoleBits);
        foreach (var alike in changes)
        {
            if (await bulk.UpdateAsync(db, actor, by, [.. alike.Select(c => c.Change!)]) is not { } version)
            {
                return null;
            }

            foreach (var (_, index) in alike)
            {
                verdicts[index] = verdicts[index] with { Version = version };
            }
        }

        return verdicts;
    }

    private static async Task<List<Plan>> PlanAsync(AppDbContext db, ActorState by, IReadOnlyList<IntakePerson> people, CancellationToken ct)
    {
        var addresses = people.Select(p => EmailAddress.TryParse(p.Command.Email, out var email) ? email.Normalized : null).ToList();
        string[] wanted = [.. addresses.OfType<string>().Distinct()];
        var known = await PersonRules.Read(db.Users.AsNoTracking().Where(u => wanted.Contains(u.NormalizedEmail!)))
            .ToDictionaryAsync(p => p.Email!.ToLowerInvariant(), ct);
        return [.. people.Select((p, i) => addresses[i] is { } address && known.TryGetValue(address, out var person) ? PlanFor(by, p, person) : PlanFor(by, p))];
    }

    private static Plan PlanFor(ActorState by, IntakePerson wanted)
    {
        var read = NewPerson.Read(by, wanted.Command, wanted.Status);
        return read.Succeeded ? new Plan(new IntakeVerdict(IntakeOutcome.New), New: read.Value) : Plan.Refused(read.Error);
    }

    private static Plan PlanFor(ActorState by, IntakePerson wanted, Person person)
    {
        var bits = UserEditing.BitsOf(wanted.Command.Roles);
        var outcome = new Outcome(person.Status, person.RoleBits | bits);
        var refusal = person switch
        {
            _ when bits is 0 => UserErrors.NoRole,
            _ when NewPerson.MayNotGrant(by, bits) => UserErrors.MayNotGrant,
            { Status: PersonStatus.Banned or PersonStatus.Suspended } => UserErrors.ExistsBlocked,
            { Status: PersonStatus.Invited } => UserErrors.ExistsInvited,
            _ when !outcome.Changes(person) => null,
            _ => PersonRules.Refusal(by, person, outcome, superAdmins: 0),
        };
        return refusal is not null ? Plan.Refused(refusal)
            : outcome.Changes(person) ? new Plan(new IntakeVerdict(IntakeOutcome.AddsRole, null, person.Id, null, person.RoleBits), Change: new PersonChange(person, outcome))
            : new Plan(new IntakeVerdict(IntakeOutcome.Unchanged, null, person.Id));
    }

    private sealed record Plan(IntakeVerdict Verdict, NewPerson? New = null, PersonChange? Change = null)
    {
        public static Plan Refused(Error error) => new(new IntakeVerdict(IntakeOutcome.Refused, error));
    }
}
