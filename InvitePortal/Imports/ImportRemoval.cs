using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Imports;

/// <summary>Imports go with their owner. They are working papers: nothing that they made goes with them, so nothing is told of them.</summary>
internal sealed class ImportRemoval : IPersonRemoval
{
    public Task<IReadOnlyList<RemovalPart>> CountAsync(AppDbContext db, IQueryable<Guid> people, CancellationToken ct) => Task.FromResult<IReadOnlyList<RemovalPart>>([]);

    public Task RemoveAsync(AppDbContext db, Actor actor, IReadOnlyCollection<Guid> people, DateTimeOffset now, CancellationToken ct) =>
        db.Imports.Where(i => people.Contains(i.OwnerId)).ExecuteDeleteAsync(ct);
}
