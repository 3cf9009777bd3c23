using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Codes;

/// <summary>The start of every command and query of a teacher: codes, groups and students are the teacher's own, and nobody else's.</summary>
internal static class Teachers
{
    /// <summary>The state of somebody who acts as a teacher, or why they may not.</summary>
    public static async Task<Result<ActorState>> RequireTeacherAsync(this AppDbContext db, Actor actor, TimeProvider clock, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        return state is { Succeeded: true, Value.ActiveRole: not Role.Teacher } ? CodeErrors.NotTeacher : state;
    }

    /// <summary>Name of a code's group.</summary>
    public static async Task<string?> GroupNameAsync(AppDbContext db, InviteCode code, CancellationToken ct) =>
        code.GroupId is { } id ? await db.Groups.Where(g => g.Id == id).Select(g => g.Name).FirstOrDefaultAsync(ct) : null;
}
