using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging.Templates;

/// <summary>Words as they stood once.</summary>
/// <param name="Version">Rises by one with each change.</param>
/// <param name="Words">The words; those as delivered where it was a reset.</param>
/// <param name="IsReset">Whether the words as delivered were put back.</param>
/// <param name="At">When.</param>
/// <param name="By">By whom.</param>
public sealed record PastWords(int Version, TemplateWords Words, bool IsReset, DateTimeOffset At, string? By);

/// <summary>One template with all that an editor needs.</summary>
/// <param name="Key">Which.</param>
/// <param name="Kind">What its words may hold.</param>
/// <param name="Version">Of the words that hold; 0 when nobody ever changed them.</param>
/// <param name="Words">The words that hold.</param>
/// <param name="Defaults">The words as delivered.</param>
/// <param name="History">The newest versions, newest first.</param>
public sealed record TemplateDetails(TemplateKey Key, TemplateKind Kind, int Version, TemplateWords Words, TemplateWords Defaults, IReadOnlyList<PastWords> History)
{
    /// <summary>Whether the words are other than delivered.</summary>
    public bool IsChanged => Words != Defaults;
}

/// <summary>A template as its recipient would see it, and what is wrong with it.</summary>
/// <param name="Message">With invented values.</param>
/// <param name="Mistakes">While there are any, it cannot be saved.</param>
/// <param name="HasMarkup">Whether something in it looks like HTML, which is shown as typed.</param>
public sealed record TemplatePreview(RenderedMessage Message, IReadOnlyList<TemplateMistake> Mistakes, bool HasMarkup);

/// <summary>Reads templates for those who may change them.</summary>
public sealed class TemplateQueries(IDbContextFactory<AppDbContext> databases, TemplateCatalog catalog, MessageRenderer renderer, TimeProvider clock)
{
    private const int Versions = 30;

    /// <summary>Which templates were ever changed; all others are as delivered.</summary>
    public async Task<Result<IReadOnlyList<ChangedTemplate>>> ListAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        List<ChangedTemplate> changed = [.. (await TemplateStore.ChangedAsync(db, ct)).Where(c => catalog.Has(c.Key))];
        return changed;
    }

    /// <summary>One template.</summary>
    public async Task<Result<TemplateDetails>> FindAsync(Actor actor, TemplateKey key, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (!catalog.Has(key))
        {
            return TemplateErrors.NotFound;
        }

        var defaults = catalog.Defaults(key);
        var history = (await TemplateStore.HistoryAsync(db, key, Versions, ct)).ConvertAll(t => new PastWords(t.Version, t.Words ?? defaults, t.IsReset, t.ChangedAt, t.ChangedByName));
        return new TemplateDetails(key, catalog.Find(key.Kind)!, history.FirstOrDefault()?.Version ?? 0, history.FirstOrDefault()?.Words ?? defaults, defaults, history);
    }

    /// <summary>How words would look that are not saved yet.</summary>
    public async Task<Result<TemplatePreview>> PreviewAsync(Actor actor, TemplateKey key, TemplateWords words, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await RequireAsync(db, actor, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (!catalog.Has(key))
        {
            return TemplateErrors.NotFound;
        }

        var mistakes = TemplateCheck.Of(catalog.Find(key.Kind)!, key.Channel, words);
        // What is far too long to be sent is not worth rendering either.
        var shown = mistakes.Any(m => m.Code is "too-long" or "too-many") ? catalog.Defaults(key) : words.Tidy(key.Channel);
        var message = await renderer.PreviewAsync(catalog.Example(key, state.Value.Email ?? ""), shown);
        return new TemplatePreview(message, mistakes, TemplateCheck.LooksLikeMarkup(words));
    }

    /// <summary>The person, if they may see and change templates.</summary>
    internal async Task<Result<ActorState>> RequireAsync(AppDbContext db, Actor actor, CancellationToken ct)
    {
        var state = await db.RequireAsync(actor, clock, ct);
        return state is { Succeeded: true, Value.ActiveRole: not Role.SuperAdmin } ? TemplateErrors.Forbidden : state;
    }
}
