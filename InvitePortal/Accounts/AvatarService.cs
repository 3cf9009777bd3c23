using System.Security.Cryptography;
using InvitePortal.Accounts.Pictures;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>Pictures of people: their own to set and to remove, those of others for administrators to remove.</summary>
public sealed class AvatarService(IDbContextFactory<AppDbContext> databases, PictureGate gate, RateLimits rates, TimeProvider clock, IOptions<LimitOptions> limits)
{
    private const int VersionLength = 12;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Takes a PNG, JPEG or WebP picture in place of the actor's; it is told by its content. Reads no more than <see cref="LimitOptions.AvatarBytes"/> and
    /// one byte, whatever the stream has or says.
    /// </summary>
    /// <returns>The version of the picture, part of its address.</returns>
    public async Task<Result<string>> SetAsync(Actor actor, Stream content, CancellationToken ct)
    {
        if (await RequireAsync(actor, ct) is { Error: { } refused })
        {
            return refused;
        }

        if (await rates.TryTakeAsync($"avatar:{actor.UserId:N}", limits.Value.AvatarChangesPerHour, Hour, ct) is { } wait)
        {
            return AccountsErrors.AvatarTooMany(wait);
        }

        var picture = await gate.ReceiveAsync(() => ReceiveAsync(content, ct), ct);
        return picture.Succeeded ? await StoreAsync(actor, picture.Value, ct) : picture.Error;
    }

    /// <summary>Takes the actor's picture away; the initials are shown again.</summary>
    public Task<Result> RemoveAsync(Actor actor, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                return me.Succeeded ? await RemoveAsync(db, actor, me.Value, me.Value.Id, ct) : me.Error;
            },
            ct);

    /// <summary>Takes the picture of somebody away whom the actor may manage. That there is none is no failure.</summary>
    public Task<Result> RemoveOfAsync(Actor actor, Guid userId, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                if (!Rights.SeesPeople(me.Value.ActiveRole))
                {
                    return AccountsErrors.PersonForbidden;
                }

                var bits = await db.Users.Where(u => u.Id == userId).Select(u => (int?)u.RoleBits).FirstOrDefaultAsync(ct);
                return bits is not { } held ? AccountsErrors.PersonUnknown
                    : Rights.MayManage(me.Value.ActiveRole, held) ? await RemoveAsync(db, actor, me.Value, userId, ct)
                    : AccountsErrors.PersonForbidden;
            },
            ct);

    /// <summary>A picture in exactly this version, for anybody signed in.</summary>
    public async Task<Result<Avatar>> FindAsync(Actor actor, Guid userId, string version, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await db.RequireAsync(actor, clock, ct) is { Error: { } refused })
        {
            return refused;
        }

        var found = await db.Avatars.AsNoTracking().FirstOrDefaultAsync(a => a.UserId == userId && db.Users.Any(u => u.Id == userId && u.AvatarVersion == version), ct);
        return found is null ? AccountsErrors.AvatarUnknown : found;
    }

    private async Task<Result> RequireAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.RequireAsync(actor, clock, ct) is { Error: { } refused } ? refused : Result.Ok;
    }

    private async Task<Result<Picture>> ReceiveAsync(Stream content, CancellationToken ct)
    {
        var most = limits.Value.AvatarBytes;
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(ct);
        slow.CancelAfter(Patience);
        using var file = new MemoryStream();
        var part = new byte[16 * 1024];
        try
        {
            int read;
            while ((read = await content.ReadAsync(part.AsMemory(0, Math.Min(part.Length, most + 1 - (int)file.Length)), slow.Token)) > 0)
            {
                file.Write(part, 0, read);
                if (file.Length > most)
                {
                    return AccountsErrors.AvatarTooLarge(most);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // The connection went away, or the browser has sent something else than it announced.
            return AccountsErrors.AvatarBrokenOff;
        }

        return await gate.ReadAsync(file.ToArray(), limits.Value.AvatarPixels, ct);
    }

    private Task<Result<string>> StoreAsync(Actor actor, Picture picture, CancellationToken ct)
    {
        var version = Convert.ToHexStringLower(SHA256.HashData(picture.Content))[..VersionLength];
        return databases.InTransactionAsync<string>(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var id = me.Value.Id;
                var replaced = await db.Avatars.Where(a => a.UserId == id).ExecuteUpdateAsync(
                    set => set.SetProperty(a => a.ContentType, picture.ContentType).SetProperty(a => a.Content, picture.Content), ct);
                if (replaced == 0)
                {
                    db.Avatars.Add(new Avatar { UserId = id, ContentType = picture.ContentType, Content = picture.Content });
                }

                await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(set => set.SetProperty(u => u.AvatarVersion, version), ct);
                AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "account.picture_changed", id, after: new { picture.ContentType, Bytes = picture.Content.Length });
                await db.SaveChangesAsync(ct);
                return version;
            },
            ct);
    }

    private async Task<Result> RemoveAsync(AppDbContext db, Actor actor, ActorState me, Guid userId, CancellationToken ct)
    {
        if (await db.Avatars.Where(a => a.UserId == userId).ExecuteDeleteAsync(ct) == 0)
        {
            return Result.Ok;
        }

        await db.Users.Where(u => u.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(u => u.AvatarVersion, (string?)null), ct);
        AuditLog.Record(db, clock.GetUtcNow(), actor, me.Name, "account.picture_removed", userId);
        await db.SaveChangesAsync(ct);
        return Result.Ok;
    }
}
