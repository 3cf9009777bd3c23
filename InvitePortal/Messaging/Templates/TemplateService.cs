using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Templates;

/// <summary>Change the words of a template.</summary>
/// <param name="Key">Which.</param>
/// <param name="Version">The version that was read (<see cref="TemplateDetails.Version"/>); an older one is refused.</param>
/// <param name="Words">All of its words.</param>
public sealed record SaveTemplate(TemplateKey Key, int Version, TemplateWords Words);

/// <summary>Changes templates. Super admins only, with a fresh proof; a change acts at once on this node, and within a second on the others.</summary>
public sealed class TemplateService(
    IDbContextFactory<AppDbContext> databases,
    TemplateCatalog catalog,
    TemplateStore store,
    TemplateQueries queries,
    MessageRenderer renderer,
    Outbox outbox,
    RateLimits rates,
    IStringLocalizer<TemplatesTexts> texts,
    IOptions<LimitOptions> limits,
    TimeProvider clock)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Stores words. Words that hold already are no change; those as delivered are a reset.</summary>
    /// <returns>The version that holds now.</returns>
    public Task<Result<int>> SaveAsync(Actor actor, SaveTemplate command, CancellationToken ct)
    {
        var words = command.Words.Tidy(command.Key.Channel);
        return catalog.Has(command.Key) && TemplateCheck.Of(catalog.Find(command.Key.Kind)!, command.Key.Channel, words) is [var first, ..]
            ? Task.FromResult<Result<int>>(TemplateErrors.HasMistake(first))
            : ChangeAsync(actor, command.Key, command.Version, (_, _) => Task.FromResult<Result<TemplateWords>>(words), ct);
    }

    /// <summary>Puts the words as delivered back.</summary>
    public Task<Result<int>> ResetAsync(Actor actor, TemplateKey key, int version, CancellationToken ct) =>
        ChangeAsync(actor, key, version, (_, defaults) => Task.FromResult<Result<TemplateWords>>(defaults), ct);

    /// <summary>Puts the words of an earlier version back, if they can still be sent.</summary>
    /// <param name="actor">Who.</param>
    /// <param name="key">Which template.</param>
    /// <param name="version">The version that holds.</param>
    /// <param name="restored">The version whose words shall hold again.</param>
    /// <param name="ct">Stops it.</param>
    public Task<Result<int>> RestoreAsync(Actor actor, TemplateKey key, int version, int restored, CancellationToken ct) =>
        ChangeAsync(
            actor,
            key,
            version,
            async (db, defaults) =>
            {
                if (await TemplateStore.VersionAsync(db, key, restored, ct) is not { } past)
                {
                    return TemplateErrors.VersionNotFound;
                }

                var words = past.Words ?? defaults;
                return TemplateCheck.Of(catalog.Find(key.Kind)!, key.Channel, words) is [var first, ..] ? TemplateErrors.HasMistake(first) : words;
            },
            ct);

    /// <summary>Mails words, saved or not, with invented values to the person's own address.</summary>
    public async Task<Result> SendToMeAsync(Actor actor, TemplateKey key, TemplateWords words, CancellationToken ct)
    {
        words = words.Tidy(key.Channel);
        if (!catalog.Has(key))
        {
            return TemplateErrors.NotFound;
        }

        if (key.Channel is not Channel.Email)
        {
            return TemplateErrors.MailOnly;
        }

        if (TemplateCheck.Of(catalog.Find(key.Kind)!, key.Channel, words) is [var first, ..])
        {
            return TemplateErrors.HasMistake(first);
        }

        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            var state = await queries.RequireAsync(db, actor, ct);
            if (!state.Succeeded || state.Value.Email is not { } email)
            {
                return state.Succeeded ? TemplateErrors.NoAddress : state.Error;
            }

            if (await rates.TryTakeAsync($"template-test:{actor.UserId:N}", limits.Value.TemplateTestsPerHour, Hour, ct) is { } wait)
            {
                return TemplateErrors.TestLimit with { RetryAfter = wait };
            }

            var values = renderer.Fill(catalog.Example(key, email))!.Values;
            words = words with { Subject = Languages.In(key.Language, () => texts["test.subject", words.Subject].Value) };
            outbox.Enqueue(db, new MessageDraft(TemplateTestMessage.KindName, email, key.Language, new TemplateTestData(key.Kind, words, values)) { ExpiresAt = clock.GetUtcNow() + Hour });
            AuditLog.Record(db, clock.GetUtcNow(), actor, state.Value.Name, "template.test_sent", null, after: new { key.Kind, key.Channel, key.Language });
            await db.SaveChangesAsync(ct);
        }

        outbox.Wake();
        return Result.Ok;
    }

    private async Task<Result<int>> ChangeAsync(
        Actor actor, TemplateKey key, int version, Func<AppDbContext, TemplateWords, Task<Result<TemplateWords>>> choose, CancellationToken ct)
    {
        var result = await databases.InTransactionAsync<int>(
            async db =>
            {
                var state = await queries.RequireAsync(db, actor, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                if (!catalog.Has(key))
                {
                    return TemplateErrors.NotFound;
                }

                if (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale })
                {
                    return stale;
                }

                var defaults = catalog.Defaults(key);
                var chosen = await choose(db, defaults);
                if (!chosen.Succeeded)
                {
                    return chosen.Error;
                }

                var current = await TemplateStore.CurrentAsync(db, key, ct);
                if ((current?.Version ?? 0) != version)
                {
                    return TemplateErrors.ChangedMeanwhile;
                }

                // Whoever loses a race here meets the unique index, begins again and finds the version changed.
                return (current?.Words ?? defaults) == chosen.Value ? version : await AddAsync(db, actor, state.Value, key, version, current?.Words ?? defaults, chosen.Value, defaults, ct);
            },
            ct);
        store.Forget(key);
        return result;
    }

    private async Task<int> AddAsync(
        AppDbContext db, Actor actor, ActorState state, TemplateKey key, int version, TemplateWords before, TemplateWords words, TemplateWords defaults, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var isReset = words == defaults;
        var added = new TemplateVersion
        {
            Id = Guid.CreateVersion7(now),
            Kind = key.Kind,
            Channel = key.Channel,
            Language = key.Language,
            Version = version + 1,
            IsReset = isReset,
            Subject = isReset ? "" : words.Subject,
            Heading = isReset ? "" : words.Heading,
            Body = isReset ? "" : words.Body,
            Button = isReset ? "" : words.Button,
            Footnote = isReset ? "" : words.Footnote,
            ChangedAt = now,
            ChangedById = state.Id,
            ChangedByName = state.Name,
        };
        db.TemplateVersions.Add(added);
        // The words themselves are in the version.
        string[] fields = [.. words.Fields.Except(before.Fields).Select(f => f.Field)];
        AuditLog.Record(
            db, now, actor, state.Name, isReset ? "template.reset" : "template.changed", added.Id, after: new { key.Kind, key.Channel, key.Language, added.Version, Fields = fields });
        await db.SaveChangesAsync(ct);
        return added.Version;
    }
}
