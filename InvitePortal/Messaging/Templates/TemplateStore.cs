using System.Collections.Concurrent;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging.Templates;

/// <summary>The words that hold now. What was saved on another node is seen within a second.</summary>
public sealed partial class TemplateStore(IDbContextFactory<AppDbContext> databases, TemplateCatalog catalog, TimeProvider clock, ILogger<TemplateStore> logger)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TemplateKey, (TemplateWords? Words, DateTimeOffset ReadAt)> _read = new();

    /// <summary>The changed words; null when those as delivered hold.</summary>
    public async Task<TemplateWords?> FindAsync(TemplateKey key, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (_read.TryGetValue(key, out var known) && (now - known.ReadAt).Duration() < Fresh)
        {
            return known.Words;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        var words = Usable(key, (await CurrentAsync(db, key, ct))?.Words);
        _read[key] = (words, now);
        return words;
    }

    /// <summary>The highest version of a key; null when nobody ever changed it.</summary>
    internal static Task<TemplateVersion?> CurrentAsync(AppDbContext db, TemplateKey key, CancellationToken ct) =>
        Of(db, key).OrderByDescending(t => t.Version).FirstOrDefaultAsync(ct);

    /// <summary>One version of a key; null when there is none.</summary>
    internal static Task<TemplateVersion?> VersionAsync(AppDbContext db, TemplateKey key, int version, CancellationToken ct) =>
        Of(db, key).FirstOrDefaultAsync(t => t.Version == version, ct);

    /// <summary>The newest versions of a key, newest first.</summary>
    internal static Task<List<TemplateVersion>> HistoryAsync(AppDbContext db, TemplateKey key, int most, CancellationToken ct) =>
        Of(db, key).OrderByDescending(t => t.Version).Take(most).ToListAsync(ct);

    /// <summary>The highest version of every key that was ever changed, without its words.</summary>
    internal static async Task<List<ChangedTemplate>> ChangedAsync(AppDbContext db, CancellationToken ct) => await db.TemplateVersions
        .Where(t => !db.TemplateVersions.Any(n => n.Kind == t.Kind && n.Channel == t.Channel && n.Language == t.Language && n.Version > t.Version))
        .Select(t => new ChangedTemplate(new TemplateKey(t.Kind, t.Channel, t.Language), t.IsReset, t.ChangedAt, t.ChangedByName))
        .ToListAsync(ct);

    /// <summary>Reads a key anew at its next use on this node.</summary>
    internal void Forget(TemplateKey key) => _read.TryRemove(key, out _);

    private static IQueryable<TemplateVersion> Of(AppDbContext db, TemplateKey key) =>
        db.TemplateVersions.AsNoTracking().Where(t => t.Kind == key.Kind && t.Channel == key.Channel && t.Language == key.Language);

    // Checked when saved, and here again: a later release may want more of a message, and its link matters more than somebody's words.
    private TemplateWords? Usable(TemplateKey key, TemplateWords? words)
    {
        if (words is null || (catalog.Find(key.Kind) is { } kind && TemplateCheck.Of(kind, key.Channel, words).Count is 0))
        {
            return words;
        }

        LogUnusable(key.Kind, key.Channel, key.Language);
        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The saved words of {Kind} for {Channel} in {Language} cannot be used as they are; those as delivered are sent instead.")]
    private partial void LogUnusable(string kind, Channel channel, string language);
}

/// <summary>A template that was changed at some time.</summary>
/// <param name="Key">Which.</param>
/// <param name="IsReset">Whether it holds as delivered again.</param>
/// <param name="At">When it was changed last.</param>
/// <param name="By">By whom.</param>
public sealed record ChangedTemplate(TemplateKey Key, bool IsReset, DateTimeOffset At, string? By);
