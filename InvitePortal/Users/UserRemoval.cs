using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Users;

/// <summary>Removes people together with what other features hold of them.</summary>
public sealed class UserRemoval(IEnumerable<IPersonRemoval> parts, TimeProvider clock)
{
    /// <summary>Removes people who are still as they were read, in the caller's transaction; the caller saves.</summary>
    /// <returns>Whether all of them were; otherwise the caller must give the transaction up.</returns>
    internal async Task<bool> RemoveAsync(AppDbContext db, Actor actor, ActorState by, IReadOnlyCollection<Person> people, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        Guid[] ids = [.. people.Select(p => p.Id)];
        string[] versions = [.. people.Select(p => p.Version)];
        // Parts first: an invitation before its person, as accepting does, so that the two wait for each other instead of standing in each other's way.
        foreach (var part in parts)
        {
            await part.RemoveAsync(db, actor, ids, now, ct);
        }

        await WebhookEvents.PublishUsersAsync(db, WebhookEvent.UserDeleted, ids, ct);
        if (await db.Users.Where(u => ids.Contains(u.Id) && versions.Contains(u.ConcurrencyStamp)).ExecuteDeleteAsync(ct) != ids.Length)
        {
            return false;
        }

        foreach (var person in people)
        {
            AuditLog.Record(db, now, actor, by.Name, "user.deleted", person.Id, new { person.Name, person.Email, person.Status, Roles = RoleBits.Read(person.RoleBits) });
        }

        return true;
    }
}
