using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>What a person sees of themselves.</summary>
public sealed record ProfileView(
    string Name, string? Email, string? Bio, string Language, string TimeZone, Role ActiveRole, IReadOnlyList<Role> Roles, bool HasPassword, string? AvatarVersion)
{
    /// <summary>Where codes go, and by which name the person signs in; null for those who only enter from elsewhere, such as from Telegram.</summary>
    public ChannelAddress? Reach { get; init; }
}

/// <summary>All that a person may change about themselves.</summary>
public sealed record UpdateProfile(string? Name, string? Bio, string? Language, string? TimeZone);

/// <summary>A person's own profile.</summary>
public sealed class ProfileService(
    IDbContextFactory<AppDbContext> databases, SessionLimits sessionLimits, SessionWatcher watcher, TimeProvider clock, IOptions<LimitOptions> limits)
{
    /// <summary>The actor's profile.</summary>
    public async Task<Result<ProfileView>> GetAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        return await db.Users
            .Where(u => u.Id == me.Value.Id)
            .Select(u => new ProfileView(
                u.DisplayName, u.Email, u.Bio, u.Language, u.TimeZone, u.ActiveRole, RoleBits.Read(u.RoleBits), u.PasswordHash != null, u.AvatarVersion) { Reach = ChannelAddress.Of(u.Email, u.ContactChannel, u.ContactKey) })
            .FirstAsync(ct);
    }

    /// <summary>Changes name, bio, language and time zone.</summary>
    public Task<Result> UpdateAsync(Actor actor, UpdateProfile command, CancellationToken ct)
    {
        if (!DisplayName.TryParse(command.Name, out var name))
        {
            return Task.FromResult<Result>(AccountsErrors.NameInvalid);
        }

        var bio = string.IsNullOrWhiteSpace(command.Bio) ? null : command.Bio.Trim();
        if (bio is not null && (bio.Length > FieldLengths.Bio || !DisplayName.IsCleanText(bio)))
        {
            return Task.FromResult<Result>(AccountsErrors.BioInvalid);
        }

        if (!Languages.IsKnown(command.Language))
        {
            return Task.FromResult<Result>(AccountsErrors.LanguageInvalid);
        }

        return TimeZones.IsKnown(command.TimeZone)
            ? UpdateAsync(actor, name, bio, command.Language!, command.TimeZone!, ct)
            : Task.FromResult<Result>(AccountsErrors.TimeZoneInvalid);
    }

    /// <summary>
    /// Makes another of the person's roles the active one. An administrator's session is short: one that is older than that may not become one,
    /// the person signs in again instead.
    /// </summary>
    public async Task<Result> SwitchRoleAsync(Actor actor, Role role, CancellationToken ct)
    {
        var result = await SwitchAsync(actor, role, ct);
        if (result.Succeeded && actor.UserId is { } me)
        {
            await watcher.TellAsync(me);
        }

        return result;
    }

    private Task<Result> SwitchAsync(Actor actor, Role role, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var now = clock.GetUtcNow();
                if (Rights.IsAdmin(role))
                {
                    var oldest = now - limits.Value.AdminSessionAbsolute;
                    if (!await db.Sessions.AnyAsync(s => s.Id == actor.SessionId && s.CreatedAt > oldest, ct))
                    {
                        return AccountsErrors.SignInAgain;
                    }

                    await sessionLimits.ShortenAsync(db, me.Value.Id, ct);
                }

                var bit = RoleBits.Of(role);
                var switched = await db.Users
                    .Where(u => u.Id == me.Value.Id && (u.RoleBits & bit) != 0)
                    .ExecuteUpdateAsync(set => set.SetProperty(u => u.ActiveRole, role), ct);
                if (switched == 0)
                {
                    return AccountsErrors.RoleNotHeld;
                }

                AuditLog.Record(db, now, actor, me.Value.Name, "account.role_switched", me.Value.Id, new { Role = me.Value.ActiveRole }, new { Role = role });
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);

    private Task<Result> UpdateAsync(Actor actor, string name, string? bio, string language, string timeZone, CancellationToken ct) =>
        databases.InTransactionAsync(
            async db =>
            {
                var me = await db.RequireAsync(actor, clock, ct);
                if (!me.Succeeded)
                {
                    return me.Error;
                }

                var before = await db.Users.Where(u => u.Id == me.Value.Id).Select(u => new { Name = u.DisplayName, u.Bio, u.Language, u.TimeZone }).FirstAsync(ct);
                var after = new { Name = name, Bio = bio, Language = language, TimeZone = timeZone };
                if (before.Equals(after))
                {
                    return Result.Ok;
                }

                var searchPrefix = SearchText.Prefix(name);
                var stamp = Guid.NewGuid().ToString("N");
                await db.Users.Where(u => u.Id == me.Value.Id).ExecuteUpdateAsync(
                    set => set
                        .SetProperty(u => u.DisplayName, name)
                        .SetProperty(u => u.SearchText, u => searchPrefix + (u.NormalizedEmail ?? u.ContactKey))
                        .SetProperty(u => u.Bio, bio)
                        .SetProperty(u => u.Language, language)
                        .SetProperty(u => u.TimeZone, timeZone)
                        .SetProperty(u => u.ConcurrencyStamp, stamp),
                    ct);
                await WebhookEvents.PublishUsersAsync(db, WebhookEvent.UserUpdated, [me.Value.Id], ct);
                AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "account.profile_edited", me.Value.Id, before, after);
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
}
