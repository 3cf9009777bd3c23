using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>What a student sees before joining.</summary>
/// <param name="Code">The eight characters, as read.</param>
/// <param name="Kind">For one student or for a group.</param>
/// <param name="Teacher">Display name.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Group">Name of the group of a group code.</param>
/// <param name="SeatsLeft">How many more may join; null for any number.</param>
/// <param name="ExpiresAt">When it stops working.</param>
/// <param name="AlreadyJoined">The student learns this with this teacher already; joining would change nothing.</param>
/// <param name="Ticket">Handed back when joining (<see cref="JoinByCode.Preview"/>).</param>
public sealed record CodePreview(
    string Code, CodeKind Kind, string Teacher, string Subject, string? Group, int? SeatsLeft, DateTimeOffset? ExpiresAt, bool AlreadyJoined, string Ticket);

/// <summary>A student has joined.</summary>
public sealed record Joined(Guid EnrollmentId, string Teacher, string Subject, string? Group, DateTimeOffset JoinedAt, Guid TeacherId);

/// <summary>
/// Students look at codes and join by them. A use is taken by one conditional update whose row count decides, in the transaction that makes the
/// enrolment: a code for one use enrols one, however many come at once.
/// </summary>
public sealed class JoinService(
    IDbContextFactory<AppDbContext> databases, JoinGuard guard, JoinTickets tickets, CodeChanges changes, TimeProvider clock)
{
    private static readonly int TeacherBit = RoleBits.Of(Role.Teacher);

    // Whether it belongs to the student is asked in the same query: a code that is dead and one that never was take the same time.
    private static readonly CompiledQuery<Func<AppDbContext, string, Guid, CancellationToken, Task<Found?>>> Find = new(() =>
        EF.CompileAsyncQuery((AppDbContext db, string code, Guid student, CancellationToken ct) =>
            (from c in db.InviteCodes
             where c.Code == code
             join t in db.Users on c.TeacherId equals t.Id
             join g in db.Groups on c.GroupId equals g.Id into groups
             from grouped in groups.DefaultIfEmpty()
             select new Found(
                 c,
                 t.DisplayName,
                 t.Status == PersonStatus.Active && (t.RoleBits & TeacherBit) != 0,
                 grouped == null ? null : grouped.Name,
                 db.Enrollments.Any(e => e.CodeId == c.Id && e.StudentId == student),
                 db.Enrollments.Any(e => e.StudentId == student && e.TeacherId == c.TeacherId && e.GroupKey == (c.GroupId ?? Guid.Empty) && e.SubjectKey == c.SubjectKey)))
            .AsNoTracking().FirstOrDefault()));

    /// <summary>Shows what a code leads to; changes nothing but the count of wrong ones.</summary>
    public async Task<Result<CodePreview>> PreviewAsync(Actor actor, string? code, CancellationToken ct)
    {
        var seen = await LookAsync(actor, code, null, ct);
        if (!seen.Succeeded)
        {
            return seen.Error;
        }

        var (student, found) = seen.Value;
        var c = found.Code;
        return new CodePreview(
            c.Code, c.Kind, found.Teacher, c.Subject, found.Group, c.MaxUses - c.Uses, c.ExpiresAt, found.IsEnrolled, tickets.Issue(c.Id, c.Code, student.Id));
    }

    /// <summary>Joins. Whoever learns this with this teacher already is told so, and nothing is used up.</summary>
    public async Task<Result<Joined>> JoinAsync(Actor actor, JoinByCode command, CancellationToken ct)
    {
        var seen = await LookAsync(actor, command.Code, command.Preview, ct);
        if (!seen.Succeeded)
        {
            return seen.Error;
        }

        var (student, found) = seen.Value;
        if (found.IsEnrolled)
        {
            return CodeErrors.AlreadyJoined;
        }

        var joined = await EnrolAsync(actor, student, found, ct);
        if (joined is { Succeeded: false, Error.Code: var lost } && lost == CodeErrors.Unusable.Code)
        {
            // It worked a moment ago, so this is no wrong guess.
            await using var db = await databases.CreateDbContextAsync(ct);
            return await RefusalAsync(db, found.Code.Code, await Find.For(db)(db, found.Code.Code, student.Id, ct), student.Id, command.Preview, ct) ?? CodeErrors.Unusable;
        }

        if (joined.Succeeded)
        {
            changes.Publish(new CodeChange(found.Code.TeacherId, found.Code.Id, joined.Value.EnrollmentId));
            await guard.HitAsync(actor.Address, CancellationToken.None);
        }

        return joined;
    }

    private async Task<Result<(ActorState Student, Found Found)>> LookAsync(Actor actor, string? text, string? ticket, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var student = state.Value;
        if (student.ActiveRole is not Role.Student)
        {
            var bit = RoleBits.Of(Role.Student);
            return await db.Users.AnyAsync(u => u.Id == student.Id && (u.RoleBits & bit) != 0, ct) ? CodeErrors.StudentInactive : CodeErrors.NotStudent;
        }

        using var turn = await guard.TakeTurnAsync(student.Id, ct);
        if (await guard.CheckAsync(db, student.Id, actor.Address, ct) is { } held)
        {
            return held;
        }

        // What cannot be a code is no guess.
        if (!CodeText.TryRead(text, out var code))
        {
            return CodeErrors.Unusable;
        }

        var found = await Find.For(db)(db, code, student.Id, ct);
        if (found?.Code.TeacherId == student.Id)
        {
            return CodeErrors.OwnCode;
        }

        if (found is { TeacherMayTeach: true } && found.Code.StateAt(clock.GetUtcNow()) is CodeState.Active)
        {
            return (student, found);
        }

        return await RefusalAsync(db, code, found, student.Id, ticket, ct) ?? await guard.MissAsync(student.Id, actor.Address, ct);
    }

    // What only somebody is told who has used the code, or has seen it at work. Null for everybody else.
    private async Task<Error?> RefusalAsync(AppDbContext db, string code, Found? found, Guid student, string? ticket, CancellationToken ct)
    {
        if (found is { IsUsedByStudent: true })
        {
            return CodeErrors.AlreadyJoined;
        }

        if (tickets.Read(ticket, code, student) is not { } seen)
        {
            return null;
        }

        if (found is null || found.Code.Id != seen)
        {
            return await db.InviteCodes.AnyAsync(c => c.Id == seen, ct) ? CodeErrors.Replaced : CodeErrors.Closed;
        }

        return found.Code.StateAt(clock.GetUtcNow()) switch
        {
            CodeState.Used => CodeErrors.Full,
            CodeState.Expired => CodeErrors.Expired,
            CodeState.Closed or CodeState.Active => CodeErrors.Closed,
            _ => throw new InvalidOperationException("A state without a refusal."),
        };
    }

    private Task<Result<Joined>> EnrolAsync(Actor actor, ActorState student, Found found, CancellationToken ct)
    {
        var code = found.Code;
        var repeated = false;
        return databases.InTransactionAsync<Joined>(
            async db =>
            {
                var groupKey = code.GroupId ?? Guid.Empty;
                // Not at first: it was asked a moment ago. A round that lost to another code for the same subject finds it here.
                if (repeated && await db.Enrollments.AnyAsync(e => e.StudentId == student.Id && e.TeacherId == code.TeacherId && e.GroupKey == groupKey && e.SubjectKey == code.SubjectKey, ct))
                {
                    return CodeErrors.AlreadyJoined;
                }

                repeated = true;
                var now = clock.GetUtcNow();
                if (await TakeUseAsync(db, code, now, ct) == 0)
                {
                    return CodeErrors.Unusable;
                }

                // The row is held now: a group that was renamed since it was looked at has its new subject, one that is renamed from here on takes this student along.
                var subject = code.Kind is CodeKind.Individual ? new { code.Subject, code.SubjectKey }
                    : await db.InviteCodes.Where(c => c.Id == code.Id).Select(c => new { c.Subject, c.SubjectKey }).FirstAsync(ct);
                var enrollment = new Enrollment
                {
                    Id = Guid.CreateVersion7(now),
                    StudentId = student.Id,
                    TeacherId = code.TeacherId,
                    Subject = subject.Subject,
                    SubjectKey = subject.SubjectKey,
                    GroupId = code.GroupId,
                    GroupKey = groupKey,
                    CodeId = code.Id,
                    JoinedAt = now,
                    JoinedWeek = InviteCode.WeekOf(now),
                    Source = code.Kind is CodeKind.Group ? EnrollmentSource.GroupCode : EnrollmentSource.IndividualCode,
                };
                db.Enrollments.Add(enrollment);
                WebhookEvents.Publish(db, WebhookEvent.CodeUsed, () => CodeUsed.Of(code, found.Teacher, found.Group, student, enrollment));
                AuditLog.Record(db, now, actor, student.Name, "code.joined", code.Id, after: new { subject.Subject, found.Teacher, found.Group });
                await db.SaveChangesAsync(ct);
                await WithdrawSendingAsync(db, code, ct);
                return new Joined(enrollment.Id, found.Teacher, subject.Subject, found.Group, now, code.TeacherId);
            },
            ct);
    }

    private static Task<int> TakeUseAsync(AppDbContext db, InviteCode code, DateTimeOffset now, CancellationToken ct)
    {
        var seconds = (int)Math.Clamp((now - code.CreatedAt).TotalSeconds, 0, int.MaxValue);
        return db.InviteCodes
            .Where(c => c.Id == code.Id && c.Code == code.Code && c.Phase == CodePhase.Open && (c.ExpiresAt == null || c.ExpiresAt > now) && (c.MaxUses == null || c.Uses < c.MaxUses))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(c => c.Uses, c => c.Uses + 1)
                    .SetProperty(c => c.Phase, c => c.MaxUses != null && c.Uses + 1 >= c.MaxUses ? CodePhase.UsedUp : CodePhase.Open)
                    .SetProperty(c => c.FirstUsedAt, c => c.FirstUsedAt ?? now)
                    .SetProperty(c => c.FirstUseSeconds, c => c.FirstUseSeconds ?? seconds),
                ct);
    }

    // A mail that was planned for later must not lead to a code that lets nobody in.
    private static async Task WithdrawSendingAsync(AppDbContext db, InviteCode code, CancellationToken ct)
    {
        if (code.MaxUses is 1 || (code.MaxUses is not null && await db.InviteCodes.AnyAsync(c => c.Id == code.Id && c.Phase == CodePhase.UsedUp, ct)))
        {
            await Outbox.WithdrawWaitingAsync(db, code.Id, ct);
        }
    }

    private sealed record Found(InviteCode Code, string Teacher, bool TeacherMayTeach, string? Group, bool IsUsedByStudent, bool IsEnrolled);
}
