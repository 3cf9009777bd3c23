using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Users;

/// <summary>What is done with one person. Every change is one update on the version that was read, whose row count decides.</summary>
public sealed class UserService(
    IDbContextFactory<AppDbContext> databases,
    UserRemoval removal,
    SignInLinks links,
    Outbox outbox,
    ListTotals totals,
    TimeProvider clock,
    IOptions<LimitOptions> limits)
{
    /// <summary>Makes an active person without a password: they sign in by a mailed code or link.</summary>
    /// <returns>Their id.</returns>
    public Task<Result<Guid>> CreateAsync(Actor actor, CreateUser command, CancellationToken ct) => DoneAsync(databases.InTransactionAsync<Guid>(
        async db =>
        {
            var state = await RequireAsync(db, actor, ct);
            if (!state.Succeeded)
            {
                return state.Error;
            }

            var read = NewPerson.Read(state.Value, command);
            if (!read.Succeeded)
            {
                return read.Error;
            }

            if (command.Roles.Any(Rights.IsAdmin) && await StaleAsync(db, actor, ct) is { } stale)
            {
                return stale;
            }

            if (await KnownAsync(db, read.Value.Email, ct) is { } refusal)
            {
                return refusal;
            }

            var person = read.Value.Add(db, actor, state.Value, clock.GetUtcNow());
            if (command.Notify && await links.EnqueueAsync(db, person, welcome: true, ct) is { Error: { } unsent })
            {
                return unsent;
            }

            await db.SaveChangesAsync(ct);
            return person.Id;
        },
        ct));

    /// <summary>Changes somebody; null leaves a value as it is. A new address ends their sessions, kills what was mailed to the old one, and is told to it.</summary>
    /// <returns>The new version.</returns>
    public async Task<Result<string>> EditAsync(Actor actor, Guid id, EditUser command, CancellationToken ct)
    {
        var values = UserEditing.Read(command);
        return await DoneAsync(databases.InTransactionAsync(
            async db =>
            {
                var found = await FindAsync(db, actor, id, p => Wanted(p, command, values.Value), ct);
                return !found.Succeeded ? found.Error
                    : !values.Succeeded ? values.Error
                    : command.Version != found.Value.Person.Version ? UserErrors.Changed
                    : await EditAsync(db, actor, found.Value, values.Value, ct);
            },
            ct));
    }

    /// <summary>Removes somebody with everything that goes with them (<see cref="UserRemoval"/>).</summary>
    public async Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var result = await DoneAsync(databases.InTransactionAsync<bool>(
            async db =>
            {
                var found = await FindAsync(db, actor, id, _ => Outcome.Gone, ct);
                if (!found.Succeeded)
                {
                    return found.Error;
                }

                if (!await removal.RemoveAsync(db, actor, found.Value.By, [found.Value.Person], ct))
                {
                    return UserErrors.Changed;
                }

                await db.SaveChangesAsync(ct);
                return true;
            },
            ct));
        return new Result(result.Error);
    }

    /// <summary>Ends one session of somebody.</summary>
    public Task<Result> EndSessionAsync(Actor actor, Guid id, Guid sessionId, CancellationToken ct) => EndAsync(actor, id, sessionId, ct);

    /// <summary>Signs somebody out everywhere.</summary>
    public Task<Result> EndSessionsAsync(Actor actor, Guid id, CancellationToken ct) => EndAsync(actor, id, null, ct);

    private async Task<Result<string>> EditAsync(AppDbContext db, Actor actor, Found found, UserEditing values, CancellationToken ct)
    {
        var (person, outcome) = (found.Person, found.Outcome);
        var user = await db.Users.AsNoTracking().FirstAsync(u => u.Id == person.Id, ct);
        var name = values.Name ?? user.DisplayName;
        var email = values.Email?.Display ?? user.Email;
        var bio = values.Bio is null ? user.Bio : values.Bio.Length > 0 ? values.Bio : null;
        var language = values.Language ?? user.Language;
        var timeZone = values.TimeZone ?? user.TimeZone;
        var differences = Differences.Of(person, outcome);
        differences.Note("name", user.DisplayName, name);
        differences.Note("email", user.Email, email);
        differences.Note("bio", user.Bio, bio);
        differences.Note("language", user.Language, language);
        differences.Note("timeZone", user.TimeZone, timeZone);
        if (differences.IsEmpty)
        {
            return person.Version;
        }

        var normalized = values.Email?.Normalized ?? user.NormalizedEmail;
        var moves = normalized != user.NormalizedEmail;
        if (moves && person.Status is PersonStatus.Invited)
        {
            return UserErrors.StillInvited with { Field = "email" };
        }

        // A new address is a way into the account.
        if (moves && await StaleAsync(db, actor, ct) is { } stale)
        {
            return stale;
        }

        if (moves && await db.Users.AnyAsync(u => u.NormalizedEmail == normalized && u.Id != person.Id, ct))
        {
            return UserErrors.EmailTaken;
        }

        var now = clock.GetUtcNow();
        var stamp = Guid.NewGuid().ToString("N");
        // Its owner may switch the active role meanwhile, which renews no version; of roles that stay as they are, none can be lost by it.
        var sameRoles = outcome.RoleBits == person.RoleBits;
        var won = await db.Users.Where(u => u.Id == person.Id && u.ConcurrencyStamp == person.Version && (sameRoles || u.ActiveRole == person.ActiveRole)).ExecuteUpdateAsync(
            set =>
            {
                set.SetProperty(u => u.DisplayName, name)
                    .SetProperty(u => u.Email, email)
                    .SetProperty(u => u.NormalizedEmail, normalized)
                    .SetProperty(u => u.EmailConfirmed, u => u.EmailConfirmed && !moves)
                    .SetProperty(u => u.SearchText, SearchText.Of(name, normalized ?? user.ContactKey))
                    .SetProperty(u => u.Bio, bio)
                    .SetProperty(u => u.Language, language)
                    .SetProperty(u => u.TimeZone, timeZone);
                PersonRules.Set(set, person, outcome, stamp, now);
            },
            ct);
        if (won == 0)
        {
            return UserErrors.Changed;
        }

        if (moves)
        {
            await People.ForgetMailedAsync(db, person.Id, ct);
            if (ChannelAddress.Of(user.Email, user.ContactChannel, user.ContactKey) is { } old)
            {
                outbox.Enqueue(db, new MessageDraft(NoticeMessage.KindName, old, user.Language, new NoticeData(NoticeData.EmailChanged)) { SubjectId = person.Id });
            }
        }

        if (moves || (outcome.Changes(person) && outcome.EndsSessions(person)))
        {
            await SessionService.EndAllAsync(db, person.Id, except: null, ct);
        }

        await WebhookEvents.PublishUsersAsync(db, WebhookEvent.UserUpdated, [person.Id], ct);
        AuditLog.Record(db, now, actor, found.By.Name, "user.edited", person.Id, differences.Before, differences.After);
        await db.SaveChangesAsync(ct);
        return stamp;
    }

    private static Outcome Wanted(Person person, EditUser command, UserEditing? values) =>
        new(command.Status ?? person.Status, values?.RoleBits ?? person.RoleBits);

    private Task<Result> EndAsync(Actor actor, Guid id, Guid? sessionId, CancellationToken ct) => databases.InTransactionAsync(
        async db =>
        {
            var found = await FindAsync(db, actor, id, p => new Outcome(p.Status, p.RoleBits), ct);
            if (!found.Succeeded)
            {
                return found.Error;
            }

            var ended = await db.Sessions.Where(s => s.UserId == id && (sessionId == null || s.Id == sessionId)).ExecuteDeleteAsync(ct);
            if (ended == 0 && sessionId is not null)
            {
                return AccountsErrors.SessionUnknown;
            }

            AuditLog.Record(db, clock.GetUtcNow(), actor, found.Value.By.Name, sessionId is null ? "user.sessions_ended" : "user.session_ended", id, after: new { Sessions = ended });
            await db.SaveChangesAsync(ct);
            return Result.Ok;
        },
        ct);

    // Rights, person and rules, all within the caller's transaction; with the super admins held where one of them is at stake.
    private async Task<Result<Found>> FindAsync(AppDbContext db, Actor actor, Guid id, Func<Person, Outcome> wanted, CancellationToken ct)
    {
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var one = PersonRules.Read(db.Users.Where(u => u.Id == id));
        var person = await one.FirstOrDefaultAsync(ct);
        var superAdmins = 0;
        if (person is not null && wanted(person).TakesSuperAdmin(person))
        {
            superAdmins = await PersonRules.HoldSuperAdminsAsync(db, ct);
            person = await one.FirstOrDefaultAsync(ct);
            state = await RequireAsync(db, actor, ct);
        }

        if (!state.Succeeded || person is null)
        {
            return state.Error ?? UserErrors.NotFound;
        }

        var outcome = wanted(person);
        var refusal = PersonRules.Refusal(state.Value, person, outcome, superAdmins);
        if (refusal is null && !outcome.Deleted && outcome.RoleBits != person.RoleBits)
        {
            refusal = await StaleAsync(db, actor, ct);
        }

        return refusal is not null ? refusal : new Found(state.Value, person, outcome);
    }

    private async Task<Error?> StaleAsync(AppDbContext db, Actor actor, CancellationToken ct) =>
        (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct)).Error;

    private async Task<Result<ActorState>> RequireAsync(AppDbContext db, Actor actor, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        return state.Succeeded && !Rights.SeesPeople(state.Value.ActiveRole) ? UserErrors.Forbidden : state;
    }

    private static async Task<Error?> KnownAsync(AppDbContext db, EmailAddress email, CancellationToken ct)
    {
        var known = await db.Users.Where(u => u.NormalizedEmail == email.Normalized).Select(u => new { u.Status }).FirstOrDefaultAsync(ct);
        return known is null ? null : known.Status is PersonStatus.Invited ? UserErrors.ExistsInvited : UserErrors.Exists;
    }

    private async Task<Result<T>> DoneAsync<T>(Task<Result<T>> change)
    {
        var result = await change;
        if (result.Succeeded)
        {
            totals.Forget(UserQueries.TotalsPrefix);
            outbox.Wake();
        }

        return result;
    }

    private sealed record Found(ActorState By, Person Person, Outcome Outcome);
}
