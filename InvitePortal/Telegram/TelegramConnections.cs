using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Telegram;

/// <summary>Whose account a link connects a Telegram account to.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">Their address, masked.</param>
public sealed record ConnectionOwner(Guid UserId, string Name, string Email);

/// <summary>
/// Links by which somebody who has an account already connects their Telegram account to it, so that they are one person from wherever they come. For
/// one use within the life of a one-time code, a newer one in place of the older. Opened in Telegram it asks first: whoever was sent somebody else's link sees whose it is.
/// </summary>
public sealed class TelegramConnections(
    IDbContextFactory<AppDbContext> databases, IOptionsMonitor<TelegramOptions> options, Outbox outbox, TimeProvider clock, IOptions<LimitOptions> limits)
{
    /// <summary>What the codes of these links begin with.</summary>
    public const string Mark = "L_";

    private const string Provider = "TelegramLink";

    /// <summary>Whether there is a bot to connect with.</summary>
    public bool IsOffered => options.CurrentValue is { IsConfigured: true, BotName.Length: > 0 };

    /// <summary>A new link for the actor, who has to have proven freshly who they are: it is a way into their account.</summary>
    /// <returns>The whole address, to be opened in Telegram.</returns>
    public Task<Result<string>> BeginAsync(Actor actor, CancellationToken ct) => databases.InTransactionAsync<string>(
        async db =>
        {
            var me = await db.RequireAsync(actor, clock, ct);
            if (!me.Succeeded)
            {
                return me.Error;
            }

            if (!IsOffered)
            {
                return TelegramErrors.Off;
            }

            if (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale })
            {
                return stale;
            }

            if (await IsConnectedAsync(db, me.Value.Id, ct))
            {
                return TelegramErrors.ConnectedElsewhere;
            }

            var now = clock.GetUtcNow();
            var token = await LinkTokens.ReplaceAsync(db, Provider, me.Value.Id, now, now + limits.Value.CodeLifetime, ct);
            await db.SaveChangesAsync(ct);
            return $"https://t.me/{options.CurrentValue.BotName}?startapp={Mark}{token}";
        },
        ct);

    /// <summary>Whose link it is; null when it does not work any more. Looking changes nothing.</summary>
    public async Task<ConnectionOwner?> FindAsync(string? code, CancellationToken ct)
    {
        if (!TryRead(code, out var userId, out var value))
        {
            return null;
        }

        await using var db = await databases.CreateDbContextAsync(ct);
        var owner = await LinkTokens.Live(db, Provider, userId, value, clock.GetUtcNow()).Join(db.Users, t => t.UserId, u => u.Id, (_, u) => new { u.Id, u.DisplayName, Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey) }).FirstOrDefaultAsync(ct);
        return owner is null ? null : new ConnectionOwner(owner.Id, owner.DisplayName, owner.Reach?.Masked ?? "");
    }

    /// <summary>Connects, in the caller's transaction. Whoever deletes the link's row has used it; a Telegram account that belongs to somebody stays theirs.</summary>
    internal async Task<Result> ConnectAsync(AppDbContext db, Actor actor, string? code, TelegramPerson person)
    {
        var now = clock.GetUtcNow();
        if (!TryRead(code, out var userId, out var value) || await LinkTokens.Live(db, Provider, userId, value, now).ExecuteDeleteAsync() == 0)
        {
            return TelegramErrors.LinkGone;
        }

        if (await IsConnectedAsync(db, userId, CancellationToken.None)
            || await db.UserLogins.AnyAsync(l => l.LoginProvider == SignInProviders.Telegram && l.ProviderKey == person.Key))
        {
            return TelegramErrors.ConnectedElsewhere;
        }

        var owner = await db.Users.Where(u => u.Id == userId).Select(u => new { u.DisplayName, Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey), u.Language }).FirstAsync();
        db.UserLogins.Add(new IdentityUserLogin<Guid> { LoginProvider = SignInProviders.Telegram, ProviderKey = person.Key, ProviderDisplayName = person.Label, UserId = userId });
        AuditLog.Record(db, now, actor with { UserId = userId }, owner.DisplayName, "account.telegram_connected", userId, after: new { Name = person.Label });
        if (owner.Reach is not null)
        {
            outbox.Enqueue(db, new MessageDraft(NoticeMessage.KindName, owner.Reach, owner.Language, new NoticeData(NoticeData.TelegramConnected)) { SubjectId = userId });
        }

        await db.SaveChangesAsync();
        return Result.Ok;
    }

    private static Task<bool> IsConnectedAsync(AppDbContext db, Guid userId, CancellationToken ct) =>
        db.UserLogins.AnyAsync(l => l.UserId == userId && l.LoginProvider == SignInProviders.Telegram, ct);

    private static bool TryRead(string? code, out Guid userId, out string value)
    {
        (userId, value) = (default, "");
        return code?.StartsWith(Mark, StringComparison.Ordinal) == true && LinkTokens.TryRead(code[Mark.Length..], out userId, out value);
    }
}
