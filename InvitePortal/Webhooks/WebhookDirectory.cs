using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Webhooks;

/// <summary>An endpoint that is switched on.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Host">Host of its address, by which people know it in the outbox.</param>
/// <param name="Events">The chosen events, as <see cref="WebhookEventBits"/>.</param>
internal sealed record LiveEndpoint(Guid Id, string Host, int Events);

/// <summary>Which endpoints are switched on, in memory: asked at every change of the portal. A change is known here at once, on other nodes within two seconds.</summary>
public sealed class WebhookDirectory(IDbContextFactory<AppDbContext> databases) : IDisposable
{
    private readonly SemaphoreSlim _reading = new(1);
    private volatile IReadOnlyList<LiveEndpoint>? _live;

    /// <summary>The endpoints; read over <paramref name="db"/> when nobody has asked before.</summary>
    internal IReadOnlyList<LiveEndpoint> Of(AppDbContext db) => _live ??= Shape([.. Live(db)]);

    /// <summary>Whether anybody wants to know, as far as is known without asking the database: yes before the first reading.</summary>
    public bool MayWant(WebhookEvent type) => _live?.Any(e => (e.Events & WebhookEventBits.Of(type)) != 0) != false;

    /// <summary>Reads them anew.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        // One after the other, so that an older reading never replaces a newer one.
        await _reading.WaitAsync(ct);
        try
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            _live = Shape(await Live(db).ToListAsync(ct));
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();

    private static IQueryable<WebhookEndpoint> Live(AppDbContext db) => db.WebhookEndpoints.AsNoTracking().Where(e => e.IsOn);

    private static List<LiveEndpoint> Shape(List<WebhookEndpoint> endpoints) =>
        endpoints.ConvertAll(e => new LiveEndpoint(e.Id, Uri.TryCreate(e.Url, UriKind.Absolute, out var url) ? url.Host : "", e.Events));
}
