using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Codes;

/// <summary>A new code in place of an old one, which is dead.</summary>
public sealed record ReplacedCode(Guid Id, string Code, int Version);

/// <summary>What teachers do with their codes. Every change is one conditional update whose row count decides, and holds from the next join on.</summary>
public sealed class CodeService(
    IDbContextFactory<AppDbContext> databases,
    CodeMails mails,
    Outbox outbox,
    RateLimits rates,
    ListTotals totals,
    CodeChanges changes,
    IOptions<LimitOptions> limits,
    TimeProvider clock)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Makes individual codes.</summary>
    /// <returns>The new codes, in the order of the list.</returns>
    public async Task<Result<IReadOnlyList<CodeRow>>> CreateAsync(Actor actor, CreateCodes command, CancellationToken ct)
    {
        if (!DisplayName.TryParse(command.Subject, out var subject, CodeLengths.Subject))
        {
            return CodeErrors.SubjectInvalid;
        }

        if (command.Count < 1 || command.Count > limits.Value.CodesPerBatch)
        {
            return CodeErrors.CountInvalid(limits.Value.CodesPerBatch);
        }

        if (CheckSettings(command.MaxUses, command.ExpiresAt) is { } error)
        {
            return error;
        }

        var created = await MakeAsync(actor, command.Count, ct, (db, state, now) =>
        {
            // A microsecond apart, so that the list, newest first, shows them in one order.
            var codes = Enumerable.Range(0, command.Count).Select(i => New(CodeKind.Individual, state.Id, subject, null, command.MaxUses, command.ExpiresAt?.ToUniversalTime(), now.AddMicroseconds(-i))).ToList();
            db.InviteCodes.AddRange(codes);
            AuditLog.Record(db, now, actor, state.Name, "code.created", codes[0].Id, after: new { Subject = subject, command.Count, command.MaxUses, command.ExpiresAt });
            return codes;
        });
        return created.Succeeded ? created.Value.ConvertAll(c => CodeRow.New(c, null, clock.GetUtcNow())) : created.Error;
    }

    /// <summary>Puts a new code in the place of an old one, which dies at once: of an individual one only while it is unused. Messages that wait carry the new one.</summary>
    public async Task<Result<ReplacedCode>> RegenerateAsync(Actor actor, Guid id, CancellationToken ct)
    {
        ReplacedCode? replaced = null;
        var result = await WithCodeAsync(actor, id, ct, async (db, state, code) =>
        {
            var text = CodeText.New();
            var won = await db.InviteCodes
                .Where(c => c.Id == id && (c.Kind == CodeKind.Group || c.Uses == 0))
                .ExecuteUpdateAsync(set => set.SetProperty(c => c.Code, text).SetProperty(c => c.Version, c => c.Version + 1), ct);
            if (won == 0)
            {
                return CodeErrors.Used;
            }

            code = await db.InviteCodes.AsNoTracking().FirstAsync(c => c.Id == id, ct);
            replaced = new ReplacedCode(id, text, code.Version);
            await mails.RewriteWaitingAsync(db, code, await Teachers.GroupNameAsync(db, code, ct), state.Name, ct);
            Record(db, actor, state, "code.regenerated", code);
            return Result.Ok;
        });
        return result.Succeeded ? replaced! : result.Error;
    }

    /// <summary>Deletes an individual code that nobody has used.</summary>
    public Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct) => WithCodeAsync(actor, id, ct, async (db, state, code) =>
    {
        if (code.Kind is CodeKind.Group)
        {
            return CodeErrors.BelongsToGroup;
        }

        if (await db.InviteCodes.Where(c => c.Id == id && c.Uses == 0).ExecuteDeleteAsync(ct) == 0)
        {
            return CodeErrors.Used;
        }

        // Afterwards: whoever was sending it has stored the letters by now.
        await Outbox.WithdrawAsync(db, id, ct);
        Record(db, actor, state, "code.deleted", code);
        return Result.Ok;
    });

    /// <summary>Ends joining, at once and until reopened. Messages that wait are withdrawn.</summary>
    public Task<Result> CloseAsync(Actor actor, Guid id, CancellationToken ct) => WithCodeAsync(actor, id, ct, async (db, state, code) =>
    {
        var won = await db.InviteCodes
            .Where(c => c.Id == id && c.Phase == CodePhase.Open)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Phase, CodePhase.Closed).SetProperty(c => c.Version, c => c.Version + 1), ct);
        if (won == 0)
        {
            return CodeErrors.NotOpen;
        }

        await MarkGroupAsync(db, code, clock.GetUtcNow(), ct);
        await Outbox.WithdrawAsync(db, id, ct);
        Record(db, actor, state, "code.closed", code);
        return Result.Ok;
    });

    /// <summary>Lets students join again.</summary>
    public Task<Result> ReopenAsync(Actor actor, Guid id, CancellationToken ct) => WithCodeAsync(actor, id, ct, async (db, state, code) =>
    {
        var won = await db.InviteCodes
            .Where(c => c.Id == id && c.Phase == CodePhase.Closed)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(c => c.Phase, c => c.MaxUses != null && c.Uses >= c.MaxUses ? CodePhase.UsedUp : CodePhase.Open)
                    .SetProperty(c => c.Version, c => c.Version + 1),
                ct);
        if (won == 0)
        {
            return CodeErrors.NotClosed;
        }

        await MarkGroupAsync(db, code, null, ct);
        Record(db, actor, state, "code.reopened", code);
        return Result.Ok;
    });

    /// <summary>Sets seats and expiry. More seats make a code that is used up work again.</summary>
    public Task<Result> ChangeAsync(Actor actor, Guid id, ChangeCode command, CancellationToken ct) => WithCodeAsync(actor, id, ct, async (db, state, code) =>
    {
        // An expiry that has passed may stay as it is.
        var expiresAt = command.ExpiresAt?.ToUniversalTime();
        if (CheckSettings(command.MaxUses, expiresAt == code.ExpiresAt ? null : expiresAt) is { } error)
        {
            return error;
        }

        var won = await db.InviteCodes
            .Where(c => c.Id == id && c.Version == command.Version && (command.MaxUses == null || c.Uses <= command.MaxUses))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(c => c.MaxUses, command.MaxUses)
                    .SetProperty(c => c.ExpiresAt, expiresAt)
                    .SetProperty(c => c.Phase, c => c.Phase == CodePhase.Closed ? CodePhase.Closed
                        : command.MaxUses != null && c.Uses >= command.MaxUses ? CodePhase.UsedUp
                        : CodePhase.Open)
                    .SetProperty(c => c.Version, c => c.Version + 1),
                ct);
        if (won == 0)
        {
            var uses = await db.InviteCodes.Where(c => c.Id == id).Select(c => c.Uses).FirstOrDefaultAsync(ct);
            return command.MaxUses < uses ? CodeErrors.MaxUsesInvalid(uses, limits.Value.CodeUsesMax) : CodeErrors.ChangedMeanwhile;
        }

        var before = new { code.MaxUses, code.ExpiresAt };
        code.MaxUses = command.MaxUses;
        code.ExpiresAt = expiresAt;
        await mails.RewriteWaitingAsync(db, code, await Teachers.GroupNameAsync(db, code, ct), state.Name, ct);
        AuditLog.Record(db, clock.GetUtcNow(), actor, state.Name, "code.changed", id, before, new { code.MaxUses, code.ExpiresAt });
        return Result.Ok;
    });

    /// <summary>Adds codes in a transaction of their own. Two alike, which chance allows, repeat the whole with others.</summary>
    internal async Task<Result<T>> MakeAsync<T>(Actor actor, int count, CancellationToken ct, Func<AppDbContext, ActorState, DateTimeOffset, T> make)
    {
        var budget = $"code-create:{actor.UserId:N}";
        if (await rates.TryTakeAsync(budget, limits.Value.CodesPerTeacherPerDay, Day, ct, count) is { } wait)
        {
            return CodeErrors.CreateLimit(wait);
        }

        var made = await databases.InTransactionAsync<T>(
            async db =>
            {
                var state = await db.RequireTeacherAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                var result = make(db, state.Value, clock.GetUtcNow());
                await db.SaveChangesAsync(ct);
                return result;
            },
            ct);
        if (made.Succeeded)
        {
            Tell(actor, null);
        }
        else
        {
            await rates.GiveBackAsync(budget, Day, count, ct);
        }

        return made;
    }

    /// <summary>Why seats or expiry cannot be set; null when they can.</summary>
    internal Error? CheckSettings(int? maxUses, DateTimeOffset? expiresAt)
    {
        var now = clock.GetUtcNow();
        return maxUses < 1 || maxUses > limits.Value.CodeUsesMax ? CodeErrors.MaxUsesInvalid(1, limits.Value.CodeUsesMax)
            : expiresAt <= now || expiresAt > now.AddYears(10) ? CodeErrors.ExpiryInvalid
            : null;
    }

    /// <summary>A new open code, not yet added.</summary>
    internal static InviteCode New(CodeKind kind, Guid teacher, string subject, Guid? group, int? maxUses, DateTimeOffset? expiresAt, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Code = CodeText.New(),
        Kind = kind,
        TeacherId = teacher,
        Subject = subject,
        SubjectKey = InviteCode.SubjectKeyOf(subject),
        GroupId = group,
        MaxUses = maxUses,
        ExpiresAt = expiresAt,
        CreatedAt = now,
        CreatedWeek = InviteCode.WeekOf(now),
    };

    /// <summary>Tells this node's pages and its worker, after the commit.</summary>
    internal void Tell(Actor actor, Guid? codeId)
    {
        totals.Forget(CodeQueries.TotalsPrefix(actor.UserId ?? Guid.Empty));
        changes.Publish(new CodeChange(actor.UserId ?? Guid.Empty, codeId));
        outbox.Wake();
    }

    private async Task<Result> WithCodeAsync(Actor actor, Guid id, CancellationToken ct, Func<AppDbContext, ActorState, InviteCode, Task<Result>> change)
    {
        var result = await databases.InTransactionAsync(
            async db =>
            {
                var state = await db.RequireTeacherAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                if (await db.InviteCodes.AsNoTracking().FirstOrDefaultAsync(c => c.Id == id && c.TeacherId == state.Value.Id, ct) is not { } code)
                {
                    return CodeErrors.NotFound;
                }

                var changed = await change(db, state.Value, code);
                if (changed.Succeeded)
                {
                    await db.SaveChangesAsync(ct);
                }

                return changed;
            },
            ct);
        if (result.Succeeded)
        {
            Tell(actor, id);
        }

        return result;
    }

    private static Task<int> MarkGroupAsync(AppDbContext db, InviteCode code, DateTimeOffset? closedAt, CancellationToken ct) => code.GroupId is { } group
        ? db.Groups.Where(g => g.Id == group).ExecuteUpdateAsync(set => set.SetProperty(g => g.ClosedAt, closedAt), ct)
        : Task.FromResult(0);

    private void Record(AppDbContext db, Actor actor, ActorState state, string action, InviteCode code) =>
        AuditLog.Record(db, clock.GetUtcNow(), actor, state.Name, action, code.Id, after: new { code.Subject, code.Kind });
}
