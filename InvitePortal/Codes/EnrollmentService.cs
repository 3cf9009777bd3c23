using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>What teachers do with their students.</summary>
public sealed class EnrollmentService(IDbContextFactory<AppDbContext> databases, CodeService codes, TimeProvider clock)
{
    /// <summary>Takes a student out of a subject or group. The use that they took stays taken: seats are raised by hand.</summary>
    public async Task<Result> RemoveAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var result = await databases.InTransactionAsync(
            async db =>
            {
                var state = await db.RequireTeacherAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                var mine = db.Enrollments.Where(e => e.Id == id && e.TeacherId == state.Value.Id);
                var enrollment = await mine.Select(e => new { e.StudentId, e.Subject, e.GroupId, e.JoinedAt }).FirstOrDefaultAsync(ct);
                if (enrollment is null || await mine.ExecuteDeleteAsync(ct) == 0)
                {
                    return CodeErrors.EnrollmentNotFound;
                }

                AuditLog.Record(db, clock.GetUtcNow(), actor, state.Value.Name, "enrollment.removed", enrollment.StudentId, enrollment);
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        if (result.Succeeded)
        {
            codes.Tell(actor, null);
        }

        return result;
    }
}
