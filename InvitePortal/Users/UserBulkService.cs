using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Users;

/// <summary>Does one thing to many people, each by the rules of a single change; in batches, each a transaction of its own.</summary>
public sealed class UserBulkService(
    IDbContextFactory<AppDbContext> databases, UserRemoval removal, ListTotals totals, TimeProvider clock, IOptions<LimitOptions> limits)
{
    private const int BatchSize = 200;

    /// <summary>Changes the people whom the selection meant at the start.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="command">Whom to change, and how.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="ct">Stops between two batches; what is done stays done.</param>
    public async Task<Result<BulkReport>> RunAsync(Actor actor, ChangeUsers command, IProgress<Progress>? progress, CancellationToken ct)
    {
        if (Check(command) is { } wrong)
        {
            return wrong;
        }

        var selected = await SelectAsync(actor, command, ct);
        if (!selected.Succeeded)
        {
            return selected.Error;
        }

        var (total, walk) = selected.Value;
        var run = new Run(actor, command, []);
        var (done, seen) = (0, 0);
        try
        {
            await foreach (var batch in walk.WithCancellation(ct))
            {
                var result = await RunAsync(run, batch);
                if (!result.Succeeded)
                {
                    // The caller may not any more; what came before stays.
                    return seen == 0 ? result.Error : Report(stopped: true);
                }

                done += result.Value;
                seen += batch.Count;
                progress?.Report(new Progress(Math.Min(seen, total), total));
                if (ct.IsCancellationRequested)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Report(stopped: true);
        }
        finally
        {
            totals.Forget(UserQueries.TotalsPrefix);
        }

        return Report(stopped: ct.IsCancellationRequested && seen < total);

        // Who came to match meanwhile may be among those met.
        BulkReport Report(bool stopped) => new(Math.Max(total, seen), done, run.Refused, stopped);
    }

    private static Error? Check(ChangeUsers command) => command switch
    {
        { Selection: { Users: null, Filter: null } } => UserErrors.NothingSelected,
        { Selection.Users: { } users } when users.Any(u => u is null) => UserErrors.NothingSelected,
        { Action: UserAction.SetStatus, Status: null or PersonStatus.Invited } => UserErrors.StatusInvalid,
        { Action: UserAction.AddRole or UserAction.RemoveRole, Role: null } => UserErrors.RoleMissing,
        _ => null,
    };

    private static Outcome Wanted(Person person, ChangeUsers command) => command.Action switch
    {
        UserAction.SetStatus => new Outcome(command.Status!.Value, person.RoleBits),
        UserAction.AddRole => new Outcome(person.Status, person.RoleBits | RoleBits.Of(command.Role!.Value)),
        UserAction.RemoveRole => new Outcome(person.Status, person.RoleBits & ~RoleBits.Of(command.Role!.Value)),
        UserAction.Delete => Outcome.Gone,
        _ => throw new ArgumentOutOfRangeException(nameof(command), command.Action, null),
    };

    // How many, and who, batch by batch.
    private async Task<Result<(int Total, IAsyncEnumerable<IReadOnlyList<SelectedUser>> Batches)>> SelectAsync(Actor actor, ChangeUsers command, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded || !Rights.SeesPeople(state.Value.ActiveRole))
        {
            return state.Error ?? UserErrors.Forbidden;
        }

        // Once: the work may take longer than a proof is fresh.
        if (command.Action is UserAction.AddRole or UserAction.RemoveRole && await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale })
        {
            return stale;
        }

        var selection = command.Selection;
        if (selection.Users is { } listed)
        {
            var users = listed.DistinctBy(u => u.Id).ToList();
            return (users.Count, users.Chunk(BatchSize).ToAsyncEnumerable<IReadOnlyList<SelectedUser>>());
        }

        var facets = await PeopleFacets.ReadAsync(db, ct);
        var start = clock.GetUtcNow();
        var total = await Matching(db, selection.Filter!, facets, start).CountAsync(ct);
        return (total, WalkAsync(selection.Filter!, facets, start, ct));
    }

    private static IQueryable<AppUser> Matching(AppDbContext db, UserFilter filter, PeopleFacets facets, DateTimeOffset start) =>
        UserQueries.Matching(db.Users, facets, filter).Where(u => u.CreatedAt <= start);

    // By id, which no change moves: nobody is met twice or left out, whatever the batches do to what the filter looks at.
    private async IAsyncEnumerable<IReadOnlyList<SelectedUser>> WalkAsync(
        UserFilter filter, PeopleFacets facets, DateTimeOffset start, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var last = Guid.Empty;
        while (true)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var after = last;
            var users = await Matching(db, filter, facets, start).Where(u => u.Id > after).OrderBy(u => u.Id)
                .Select(u => new SelectedUser(u.Id, u.ConcurrencyStamp)).Take(BatchSize).ToListAsync(ct);
            if (users.Count > 0)
            {
                yield return users;
                last = users[^1].Id;
            }

            if (users.Count < BatchSize)
            {
                yield break;
            }
        }
    }

    /// <returns>How many were done.</returns>
    private async Task<Result<int>> RunAsync(Run run, IReadOnlyList<SelectedUser> batch)
    {
        var result = await databases.InTransactionAsync(db => StoreAsync(db, run, batch), CancellationToken.None);
        if (result.Succeeded)
        {
            run.Refuse(result.Value.Refused);
            return result.Value.Done;
        }

        if (result.Error != UserErrors.Changed)
        {
            return result.Error;
        }

        if (batch.Count == 1)
        {
            run.Refuse([(new Person(batch[0].Id, "", null, default, 0, default, ""), UserErrors.Changed)]);
            return 0;
        }

        // Somebody was changed between reading and writing: one by one, so that the others are done all the same.
        var done = 0;
        foreach (var one in batch)
        {
            var single = await RunAsync(run, [one]);
            if (!single.Succeeded)
            {
                return done > 0 ? done : single.Error;
            }

            done += single.Value;
        }

        return done;
    }

    private async Task<Result<Stored>> StoreAsync(AppDbContext db, Run run, IReadOnlyList<SelectedUser> batch)
    {
        var command = run.Command;
        Guid[] ids = [.. batch.Select(u => u.Id)];
        var source = PersonRules.Read(db.Users.AsNoTracking().Where(u => ids.Contains(u.Id)));
        var people = await source.ToDictionaryAsync(p => p.Id);
        var superAdmins = 0;
        if (people.Values.Any(p => Wanted(p, command).TakesSuperAdmin(p)))
        {
            superAdmins = await PersonRules.HoldSuperAdminsAsync(db, default);
            people = await source.ToDictionaryAsync(p => p.Id);
        }

        var state = await db.RequireAsync(run.Actor, clock, default);
        if (!state.Succeeded || !Rights.SeesPeople(state.Value.ActiveRole))
        {
            return state.Error ?? UserErrors.Forbidden;
        }

        var refused = new List<(Person, Error)>();
        var changes = new List<PersonChange>();
        foreach (var wanted in batch)
        {
            var person = people.GetValueOrDefault(wanted.Id);
            var outcome = person is null ? default : Wanted(person, command);
            var refusal = person is null ? UserErrors.NotFound
                : wanted.Version is { } version && version != person.Version ? UserErrors.Changed
                : PersonRules.Refusal(state.Value, person, outcome, superAdmins);
            if (refusal is not null)
            {
                refused.Add((person ?? new Person(wanted.Id, "", null, default, 0, default, ""), refusal));
            }
            else if (outcome.Changes(person!))
            {
                superAdmins -= outcome.TakesSuperAdmin(person!) ? 1 : 0;
                changes.Add(new PersonChange(person!, outcome));
            }
        }

        db.ChangeTracker.AutoDetectChangesEnabled = false;
        var stored = changes.Count == 0
            || (command.Action is UserAction.Delete
                ? await removal.RemoveAsync(db, run.Actor, state.Value, changes.ConvertAll(c => c.Person), default)
                : await UpdateAsync(db, run.Actor, state.Value, changes) is not null);
        if (!stored)
        {
            return UserErrors.Changed;
        }

        await db.SaveChangesAsync();
        return new Stored(batch.Count - refused.Count, refused);
    }

    /// <summary>Changes people who are still as they were read, in the caller's transaction; the caller saves. Those who are alike become alike.</summary>
    /// <returns>Their new version; null where one of them was changed meanwhile: then the caller must give the transaction up.</returns>
    internal async Task<string?> UpdateAsync(AppDbContext db, Actor actor, ActorState by, IReadOnlyList<PersonChange> changes)
    {
        var now = clock.GetUtcNow();
        var stamp = Guid.NewGuid().ToString("N");
        // One statement for people who are alike: there are few kinds, however many people.
        foreach (var alike in changes.GroupBy(c => (c.Person.Status, c.Person.RoleBits, c.Person.ActiveRole)))
        {
            var (sample, outcome) = alike.First();
            Guid[] ids = [.. alike.Select(c => c.Person.Id)];
            string[] versions = [.. alike.Select(c => c.Person.Version)];
            var won = await db.Users
                .Where(u => ids.Contains(u.Id) && versions.Contains(u.ConcurrencyStamp) && u.Status == sample.Status && u.RoleBits == sample.RoleBits && u.ActiveRole == sample.ActiveRole)
                .ExecuteUpdateAsync(set => PersonRules.Set(set, sample, outcome, stamp, now));
            if (won != ids.Length)
            {
                return null;
            }
        }

        Guid[] signedOut = [.. changes.Where(c => c.Outcome.EndsSessions(c.Person)).Select(c => c.Person.Id)];
        if (signedOut.Length > 0)
        {
            await db.Sessions.Where(s => signedOut.Contains(s.UserId)).ExecuteDeleteAsync();
        }

        await WebhookEvents.PublishUsersAsync(db, WebhookEvent.UserUpdated, [.. changes.Select(c => c.Person.Id)], default);
        foreach (var (person, outcome) in changes)
        {
            var differences = Differences.Of(person, outcome);
            AuditLog.Record(db, now, actor, by.Name, "user.edited", person.Id, differences.Before, differences.After);
        }

        return stamp;
    }

    private sealed record Stored(int Done, List<(Person Person, Error Error)> Refused);

    private sealed record Run(Actor Actor, ChangeUsers Command, List<BulkRefusal> Refused)
    {
        public void Refuse(IEnumerable<(Person Person, Error Error)> refused) => Refused.AddRange(refused
            .Take(BulkReport.MaxRefusals - Refused.Count)
            .Select(r => new BulkRefusal(r.Person.Id, Label(r.Person), r.Error.Code, r.Error.Message)));

        // Of somebody who is gone, only the id is left.
        private static string Label(Person person) => person switch { { Email: { } email } => email, { Name: "" } => person.Id.ToString(), _ => person.Name };
    }
}
