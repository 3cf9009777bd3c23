using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>Groups and what is done with their codes.</summary>
public sealed class GroupService(IDbContextFactory<AppDbContext> databases, CodeService codes, CodeMails mails, TimeProvider clock)
{
    /// <summary>Makes a group together with its code.</summary>
    public async Task<Result<GroupRow>> CreateAsync(Actor actor, CreateGroup command, CancellationToken ct)
    {
        if (!DisplayName.TryParse(command.Name, out var name, CodeLengths.Group))
        {
            return CodeErrors.GroupNameInvalid;
        }

        if (!DisplayName.TryParse(command.Subject, out var subject, CodeLengths.Subject))
        {
            return CodeErrors.SubjectInvalid;
        }

        if (codes.CheckSettings(command.MaxUses, command.ExpiresAt) is { } error)
        {
            return error;
        }

        return await codes.MakeAsync(actor, 1, ct, (db, state, now) =>
        {
            var group = new Group
            {
                Id = Guid.CreateVersion7(now),
                TeacherId = state.Id,
                Name = name,
                Subject = subject,
                SearchText = Group.SearchOf(name, subject),
                CreatedAt = now,
            };
            var code = CodeService.New(CodeKind.Group, state.Id, subject, group.Id, command.MaxUses, command.ExpiresAt?.ToUniversalTime(), now);
            db.Groups.Add(group);
            db.InviteCodes.Add(code);
            AuditLog.Record(db, now, actor, state.Name, "group.created", group.Id, after: new { Name = name, Subject = subject, command.MaxUses, command.ExpiresAt });
            return GroupRow.New(group, code);
        });
    }

    /// <summary>Renames a group. A new subject is that of its code and of its students at once.</summary>
    public Task<Result> EditAsync(Actor actor, Guid id, EditGroup command, CancellationToken ct) => WithGroupAsync(actor, id, ct, async (db, state, group) =>
    {
        if (!DisplayName.TryParse(command.Name ?? group.Name, out var name, CodeLengths.Group))
        {
            return CodeErrors.GroupNameInvalid;
        }

        if (!DisplayName.TryParse(command.Subject ?? group.Subject, out var subject, CodeLengths.Subject))
        {
            return CodeErrors.SubjectInvalid;
        }

        var search = Group.SearchOf(name, subject);
        var won = await db.Groups.Where(g => g.Id == id && g.Version == command.Version).ExecuteUpdateAsync(
            set => set
                .SetProperty(g => g.Name, name)
                .SetProperty(g => g.Subject, subject)
                .SetProperty(g => g.SearchText, search)
                .SetProperty(g => g.Version, g => g.Version + 1),
            ct);
        if (won == 0)
        {
            return CodeErrors.ChangedMeanwhile;
        }

        var key = InviteCode.SubjectKeyOf(subject);
        await db.InviteCodes.Where(c => c.GroupId == id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Subject, subject).SetProperty(c => c.SubjectKey, key), ct);
        await db.Enrollments.Where(e => e.GroupId == id).ExecuteUpdateAsync(set => set.SetProperty(e => e.Subject, subject).SetProperty(e => e.SubjectKey, key), ct);
        var code = await db.InviteCodes.AsNoTracking().FirstAsync(c => c.GroupId == id, ct);
        await mails.RewriteWaitingAsync(db, code, name, state.Name, ct);
        AuditLog.Record(db, clock.GetUtcNow(), actor, state.Name, "group.edited", id, new { group.Name, group.Subject }, new { Name = name, Subject = subject });
        return Result.Ok;
    });

    /// <summary>Deletes a group and its code. Its students stay enrolled in the subject, without a group.</summary>
    public Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct) => WithGroupAsync(actor, id, ct, async (db, state, group) =>
    {
        var ids = await db.InviteCodes.Where(c => c.GroupId == id).Select(c => c.Id).ToListAsync(ct);
        await db.InviteCodes.Where(c => c.GroupId == id).ExecuteDeleteAsync(ct);
        foreach (var code in ids)
        {
            await Outbox.WithdrawAsync(db, code, ct);
        }

        if (await db.Groups.Where(g => g.Id == id).ExecuteDeleteAsync(ct) == 0)
        {
            return CodeErrors.GroupNotFound;
        }

        AuditLog.Record(db, clock.GetUtcNow(), actor, state.Name, "group.deleted", id, new { group.Name, group.Subject });
        return Result.Ok;
    });

    /// <inheritdoc cref="CodeService.CloseAsync" />
    public Task<Result> CloseAsync(Actor actor, Guid id, CancellationToken ct) => WithCodeAsync(actor, id, codes.CloseAsync, ct);

    /// <inheritdoc cref="CodeService.ReopenAsync" />
    public Task<Result> ReopenAsync(Actor actor, Guid id, CancellationToken ct) => WithCodeAsync(actor, id, codes.ReopenAsync, ct);

    /// <summary>Sets seats and expiry of a group's code; <see cref="ChangeCode.Version"/> is that of the code.</summary>
    public Task<Result> ChangeAsync(Actor actor, Guid id, ChangeCode command, CancellationToken ct) =>
        WithCodeAsync(actor, id, (a, code, stop) => codes.ChangeAsync(a, code, command, stop), ct);

    /// <summary>Puts a new code in the place of a group's old one, which dies at once; its students stay.</summary>
    public async Task<Result<ReplacedCode>> RegenerateAsync(Actor actor, Guid id, CancellationToken ct)
    {
        ReplacedCode? replaced = null;
        var result = await WithCodeAsync(
            actor,
            id,
            async (a, code, stop) =>
            {
                var made = await codes.RegenerateAsync(a, code, stop);
                replaced = made.Value;
                return made.Succeeded ? Result.Ok : made.Error;
            },
            ct);
        return result.Succeeded ? replaced! : result.Error;
    }

    private async Task<Result> WithCodeAsync(Actor actor, Guid id, Func<Actor, Guid, CancellationToken, Task<Result>> change, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var code = await db.InviteCodes.Where(c => c.GroupId == id && c.TeacherId == actor.UserId).Select(c => c.Id).FirstOrDefaultAsync(ct);
        var result = await change(actor, code, ct);
        return result.Error == CodeErrors.NotFound ? CodeErrors.GroupNotFound : result;
    }

    private async Task<Result> WithGroupAsync(Actor actor, Guid id, CancellationToken ct, Func<AppDbContext, ActorState, Group, Task<Result>> change)
    {
        var result = await databases.InTransactionAsync(
            async db =>
            {
                var state = await db.RequireTeacherAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                if (await db.Groups.AsNoTracking().FirstOrDefaultAsync(g => g.Id == id && g.TeacherId == state.Value.Id, ct) is not { } group)
                {
                    return CodeErrors.GroupNotFound;
                }

                var changed = await change(db, state.Value, group);
                if (changed.Succeeded)
                {
                    await db.SaveChangesAsync(ct);
                }

                return changed;
            },
            ct);
        if (result.Succeeded)
        {
            codes.Tell(actor, null);
        }

        return result;
    }
}
