using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Invitations;

/// <summary>Does one thing to many invitations, each with the checks of a single one.</summary>
public sealed class InvitationBulkService(IDbContextFactory<AppDbContext> databases, InvitationService service, TimeProvider clock)
{
    private const int ChunkSize = 200;

    /// <summary>Runs <paramref name="action"/> on the selection as it was at the start.</summary>
    /// <param name="actor">Who does it.</param>
    /// <param name="selection">Listed ones, or all that match a filter: the filter is what is sent, not a list.</param>
    /// <param name="action">What to do.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="ct">Stops between two invitations; what is done stays done.</param>
    public async Task<Result<BulkReport>> RunAsync(
        Actor actor, InvitationSelection selection, InvitationAction action, IProgress<Progress>? progress, CancellationToken ct)
    {
        var ids = await SelectAsync(actor, selection, ct);
        if (!ids.Succeeded)
        {
            return ids.Error;
        }

        var refused = new List<BulkRefusal>();
        var done = 0;
        var seen = 0;
        foreach (var (id, email) in ids.Value)
        {
            if (ct.IsCancellationRequested)
            {
                break;
            }

            var result = await ApplyAsync(actor, id, action);
            if (result.Succeeded)
            {
                done++;
            }
            else if (refused.Count < BulkReport.MaxRefusals)
            {
                refused.Add(new BulkRefusal(id, email, result.Error.Code, result.Error.Message));
            }

            if (++seen % 20 == 0)
            {
                progress?.Report(new Progress(seen, ids.Value.Count));
            }
        }

        progress?.Report(new Progress(seen, ids.Value.Count));
        return new BulkReport(ids.Value.Count, done, refused, seen < ids.Value.Count);
    }

    private Task<Result> ApplyAsync(Actor actor, Guid id, InvitationAction action) => action switch
    {
        InvitationAction.Resend => service.ResendAsync(actor, id, CancellationToken.None),
        InvitationAction.Cancel => service.CancelAsync(actor, id, CancellationToken.None),
        InvitationAction.Delete => service.DeleteAsync(actor, id, CancellationToken.None),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, null),
    };

    private async Task<Result<IReadOnlyList<(Guid Id, string Email)>>> SelectAsync(Actor actor, InvitationSelection selection, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var found = new List<(Guid, string)>();
        if (selection.Ids is null)
        {
            var matching = InvitationQueries.Matching(db, state.Value, selection.Filter ?? new InvitationFilter(), clock.GetUtcNow());
            await foreach (var row in matching.OrderBy(i => i.CreatedAt).ThenBy(i => i.Id).Select(i => new { i.Id, i.Recipient }).AsAsyncEnumerable().WithCancellation(ct))
            {
                found.Add((row.Id, row.Recipient));
            }

            return found;
        }

        foreach (var chunk in selection.Ids.Distinct().Chunk(ChunkSize))
        {
            var rows = await InvitationQueries.Visible(db, state.Value).Where(i => chunk.Contains(i.Id)).Select(i => new { i.Id, i.Recipient }).ToListAsync(ct);
            found.AddRange(rows.Select(r => (r.Id, r.Recipient)));
        }

        return found;
    }
}
