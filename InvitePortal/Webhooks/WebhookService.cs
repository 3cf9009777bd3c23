using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>What super admins do with endpoints. Each change wants a fresh proof, is audited, and is known to this node at once.</summary>
public sealed class WebhookService(
    IDbContextFactory<AppDbContext> databases,
    WebhookAddresses addresses,
    WebhookKeys keys,
    WebhookDirectory directory,
    IOptions<LimitOptions> limits,
    TimeProvider clock)
{
    /// <summary>Makes an endpoint.</summary>
    /// <returns>Its secret, which cannot be had again.</returns>
    public async Task<Result<WebhookSecret>> CreateAsync(Actor actor, CreateWebhook command, CancellationToken ct)
    {
        var (key, values) = (WebhookSignature.NewKey(), await ReadAsync(actor, command.Url, command.Events, command.Description, ct));
        return !values.Succeeded ? values.Error : await ChangeAsync<WebhookSecret>(actor, ct, async (db, state) =>
        {
            if (await db.WebhookEndpoints.CountAsync(ct) >= limits.Value.WebhookEndpoints)
            {
                return WebhookErrors.TooMany(limits.Value.WebhookEndpoints);
            }

            var now = clock.GetUtcNow();
            var endpoint = new WebhookEndpoint
            {
                Id = Guid.CreateVersion7(now),
                Url = values.Value.Url.AbsoluteUri,
                Events = values.Value.Events,
                Description = values.Value.Description,
                IsOn = command.IsOn,
                Secret = keys.Protect(key),
                SecretChangedAt = now,
                CreatedAt = now,
            };
            db.WebhookEndpoints.Add(endpoint);
            AuditLog.Record(db, now, actor, state.Name, "webhook.created", endpoint.Id, after: Told(endpoint));
            return new WebhookSecret(endpoint.Id, WebhookSignature.SecretOf(key));
        });
    }

    /// <summary>Changes address, events, description, on and off.</summary>
    public async Task<Result> UpdateAsync(Actor actor, Guid id, UpdateWebhook command, CancellationToken ct)
    {
        var values = await ReadAsync(actor, command.Url, command.Events, command.Description, ct);
        if (!values.Succeeded)
        {
            return values.Error;
        }

        var result = await ChangeAsync<bool>(actor, ct, async (db, state) =>
        {
            if (await db.WebhookEndpoints.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id, ct) is not { } endpoint)
            {
                return WebhookErrors.NotFound;
            }

            var before = Told(endpoint);
            var url = values.Value.Url.AbsoluteUri;
            var anew = (command.IsOn && !endpoint.IsOn) || url != endpoint.Url;
            var won = await db.WebhookEndpoints.Where(e => e.Id == id && e.Version == command.Version).ExecuteUpdateAsync(
                set => set
                    .SetProperty(e => e.Url, url)
                    .SetProperty(e => e.Events, values.Value.Events)
                    .SetProperty(e => e.Description, values.Value.Description)
                    .SetProperty(e => e.IsOn, command.IsOn)
                    .SetProperty(e => e.StoppedAt, e => anew ? null : e.StoppedAt)
                    .SetProperty(e => e.FailingSince, e => anew ? null : e.FailingSince)
                    .SetProperty(e => e.Version, e => e.Version + 1),
                ct);
            if (won == 0)
            {
                return WebhookErrors.ChangedMeanwhile;
            }

            if (!command.IsOn)
            {
                await WebhookChannel.WithdrawAsync(db, id, ct);
            }

            (endpoint.Url, endpoint.Events, endpoint.Description, endpoint.IsOn) = (url, values.Value.Events, values.Value.Description, command.IsOn);
            AuditLog.Record(db, clock.GetUtcNow(), actor, state.Name, "webhook.changed", id, before, Told(endpoint));
            return true;
        });
        return new Result(result.Error);
    }

    /// <summary>Gives an endpoint a new secret; the old one signs beside it for a day, unless it shall end at once.</summary>
    /// <returns>The new secret, which cannot be had again.</returns>
    public async Task<Result<WebhookSecret>> RotateAsync(Actor actor, Guid id, RotateWebhook command, CancellationToken ct)
    {
        var key = WebhookSignature.NewKey();
        return await ChangeAsync<WebhookSecret>(actor, ct, async (db, state) =>
        {
            var (now, secret) = (clock.GetUtcNow(), keys.Protect(key));
            var (keep, until) = (command.KeepOld, now + limits.Value.WebhookOldSecret);
            var won = await db.WebhookEndpoints.Where(e => e.Id == id).ExecuteUpdateAsync(
                set => set
                    .SetProperty(e => e.OldSecret, e => keep ? e.Secret : null)
                    .SetProperty(e => e.OldSecretUntil, keep ? until : null)
                    .SetProperty(e => e.Secret, secret)
                    .SetProperty(e => e.SecretChangedAt, now)
                    .SetProperty(e => e.Version, e => e.Version + 1),
                ct);
            if (won == 0)
            {
                return WebhookErrors.NotFound;
            }

            AuditLog.Record(db, now, actor, state.Name, "webhook.rotated", id, after: new { OldSecretUntil = keep ? until : (DateTimeOffset?)null });
            return new WebhookSecret(id, WebhookSignature.SecretOf(key), keep ? until : null);
        });
    }

    /// <summary>Deletes an endpoint with its log and all that waits for it.</summary>
    public async Task<Result> DeleteAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var result = await ChangeAsync<bool>(actor, ct, async (db, state) =>
        {
            if (await db.WebhookEndpoints.AsNoTracking().FirstOrDefaultAsync(e => e.Id == id, ct) is not { } endpoint
                || await db.WebhookEndpoints.Where(e => e.Id == id).ExecuteDeleteAsync(ct) == 0)
            {
                return WebhookErrors.NotFound;
            }

            var key = WebhookEndpoint.KeyOf(id);
            await db.OutboxMessages.Where(m => m.RecipientKey == key && m.Channel == Channel.Webhook).ExecuteDeleteAsync(ct);
            AuditLog.Record(db, clock.GetUtcNow(), actor, state.Name, "webhook.deleted", id, Told(endpoint));
            return true;
        });
        return new Result(result.Error);
    }

    private async Task<Result<T>> ChangeAsync<T>(Actor actor, CancellationToken ct, Func<AppDbContext, ActorState, Task<Result<T>>> change)
    {
        var result = await databases.InTransactionAsync<T>(
            async db =>
            {
                var state = await RequireAsync(db, actor, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                var changed = await change(db, state.Value);
                if (changed.Succeeded)
                {
                    await db.SaveChangesAsync(ct);
                }

                return changed;
            },
            ct);
        if (result.Succeeded)
        {
            await directory.RefreshAsync(CancellationToken.None);
        }

        return result;
    }

    private async Task<Result<ActorState>> RequireAsync(AppDbContext db, Actor actor, CancellationToken ct)
    {
        var state = await db.RequireSuperAdminAsync(actor, clock, ct);
        return state.Succeeded && await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale } ? stale : state;
    }

    // Before the transaction, because looking a name up takes its time; after the rights, because not everybody may have names looked up.
    private async Task<Result<Values>> ReadAsync(Actor actor, string url, IReadOnlyList<WebhookEvent> events, string? description, CancellationToken ct)
    {
        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            if (await RequireAsync(db, actor, ct) is { Error: { } refusal })
            {
                return refusal;
            }
        }

        var read = addresses.Read(url);
        if (!read.Succeeded)
        {
            return read.Error;
        }

        if (events.Count == 0 || !events.All(Enum.IsDefined))
        {
            return WebhookErrors.NoEvents;
        }

        var words = string.IsNullOrWhiteSpace(description) ? null : description.Trim();
        if (words is not null && (words.Length > WebhookLengths.Description || !DisplayName.IsCleanText(words)))
        {
            return WebhookErrors.DescriptionInvalid;
        }

        return await addresses.CheckNameAsync(read.Value, ct) is { } refused ? refused : new Values(read.Value, WebhookEventBits.Of(events), words);
    }

    // The path may be a secret of the receiver's: hooks of many products are addresses that nobody else knows.
    private static object Told(WebhookEndpoint endpoint) =>
        new { new Uri(endpoint.Url).Host, Events = WebhookEventBits.Read(endpoint.Events).Select(WireNames<WebhookEvent>.Of), endpoint.Description, endpoint.IsOn };

    private sealed record Values(Uri Url, int Events, string? Description);
}
