using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>What other features do to people, inside their own transaction.</summary>
public static class People
{
    /// <summary>Adds a person who is invited and has no account yet; the caller saves. Who is known by a number or an id on a channel has no address.</summary>
    public static AppUser AddInvited(AppDbContext db, ChannelAddress contact, Role role, string language, DateTimeOffset now)
    {
        var person = AppUser.Create(contact.Display, contact.Email, PersonStatus.Invited, role, now);
        if (contact.Email is null)
        {
            (person.ContactKey, person.ContactChannel) = (contact.Key, contact.Channel);
        }

        person.Language = language;
        db.Users.Add(person);
        return person;
    }

    /// <summary>Where somebody is written to: their address, or, without one, the channel that they were invited by; null where neither is known.</summary>
    public static async Task<ChannelAddress?> ReachAsync(AppDbContext db, Guid userId, CancellationToken ct)
    {
        var known = await db.Users.Where(u => u.Id == userId).Select(u => new { u.Email, u.ContactChannel, u.ContactKey }).FirstOrDefaultAsync(ct);
        return known is null ? null : ChannelAddress.Of(known.Email, known.ContactChannel, known.ContactKey);
    }

    /// <summary>The person who signs in by that name. A number or an id opens accounts without an address only: with one, codes go there.</summary>
    public static IQueryable<AppUser> Named(IQueryable<AppUser> people, ChannelAddress name) => name.Email is null
        ? people.Where(u => u.ContactKey == name.Key && u.NormalizedEmail == null)
        : people.Where(u => u.NormalizedEmail == name.Key);

    /// <summary>
    /// Gives somebody who is only invited the address that they have just proven: one conditional update whose row count decides. Whether the address
    /// is somebody else's is for the caller to ask; two who claim it at once are told apart by its unique index.
    /// </summary>
    /// <returns>Whether they are still only invited.</returns>
    public static async Task<bool> SetProvenAddressAsync(AppDbContext db, Guid userId, EmailAddress email, CancellationToken ct) => await db.Users
        .Where(u => u.Id == userId && u.Status == PersonStatus.Invited)
        .ExecuteUpdateAsync(set => set.SetProperty(u => u.Email, email.Display).SetProperty(u => u.NormalizedEmail, email.Normalized), ct) == 1;

    /// <summary>
    /// Turns somebody who is invited, or registered and not yet activated, into an active person with this role: one conditional update whose row
    /// count decides. Who had registered keeps what they have; who is known by another address, number or id than the proven one by now is left alone.
    /// </summary>
    /// <returns>Whether this call did it.</returns>
    public static async Task<bool> ActivateAsync(
        AppDbContext db, Guid userId, ChannelAddress proven, string name, Role role, string language, string? passwordHash, DateTimeOffset now, CancellationToken ct)
    {
        var stamp = Guid.NewGuid().ToString("N");
        var searchPrefix = SearchText.Prefix(name);
        var bit = RoleBits.Of(role);
        var byMail = proven.Email is not null;
        var channel = proven.Channel;
        var told = WebhookEvents.Wants(db, WebhookEvent.UserCreated) || WebhookEvents.Wants(db, WebhookEvent.UserUpdated);
        var isNew = told && await db.Users.AnyAsync(u => u.Id == userId && u.Status == PersonStatus.Invited, ct);
        var won = await Named(db.Users, proven)
            .Where(u => u.Id == userId && (u.Status == PersonStatus.Invited || u.Status == PersonStatus.Pending))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(u => u.Status, PersonStatus.Active)
                    .SetProperty(u => u.DisplayName, name)
                    .SetProperty(u => u.SearchText, u => searchPrefix + (u.NormalizedEmail ?? u.ContactKey))
                    .SetProperty(u => u.RoleBits, u => u.Status == PersonStatus.Invited ? bit : u.RoleBits | bit)
                    .SetProperty(u => u.ActiveRole, role)
                    .SetProperty(u => u.Language, language)
                    .SetProperty(u => u.PasswordHash, u => passwordHash ?? u.PasswordHash)
                    .SetProperty(u => u.EmailConfirmed, byMail)
                    .SetProperty(u => u.ContactChannel, u => byMail ? u.ContactChannel : channel)
                    .SetProperty(u => u.JoinedAt, now)
                    .SetProperty(u => u.LastSignInAt, now)
                    .SetProperty(u => u.SecurityStamp, stamp)
                    .SetProperty(u => u.ConcurrencyStamp, stamp),
                ct);
        if (won == 1 && proven.Channel is Channel.Telegram && !proven.Display.StartsWith('@')
            && !await db.UserLogins.AnyAsync(l => l.LoginProvider == SignInProviders.Telegram && l.ProviderKey == proven.Display, ct))
        {
            // The chat with a person has that person's id: who reads its messages may also enter from Telegram.
            db.UserLogins.Add(new IdentityUserLogin<Guid> { LoginProvider = SignInProviders.Telegram, ProviderKey = proven.Display, ProviderDisplayName = name, UserId = userId });
        }

        await WebhookEvents.PublishUsersAsync(db, isNew ? WebhookEvent.UserCreated : WebhookEvent.UserUpdated, won == 1 ? [userId] : [], ct);
        return won == 1;
    }

    /// <summary>Gives an active person one more role and makes it the active one; a role already held is only made active.</summary>
    /// <returns>Whether the person is active, and so may hold it.</returns>
    public static async Task<bool> GrantRoleAsync(AppDbContext db, Guid userId, Role role, CancellationToken ct)
    {
        var bit = RoleBits.Of(role);
        var stamp = Guid.NewGuid().ToString("N");
        var gains = WebhookEvents.Wants(db, WebhookEvent.UserUpdated) && await db.Users.AnyAsync(u => u.Id == userId && (u.RoleBits & bit) == 0, ct);
        var won = await db.Users
            .Where(u => u.Id == userId && u.Status == PersonStatus.Active)
            .ExecuteUpdateAsync(
                set => set.SetProperty(u => u.ActiveRole, role).SetProperty(u => u.RoleBits, u => u.RoleBits | bit).SetProperty(u => u.ConcurrencyStamp, stamp), ct);
        await WebhookEvents.PublishUsersAsync(db, WebhookEvent.UserUpdated, gains && won == 1 ? [userId] : [], ct);
        return won == 1;
    }

    /// <summary>Holds somebody's row until the transaction ends, so that nobody moves their address while a secret is made for it.</summary>
    /// <returns>Whether the address is still theirs.</returns>
    public static async Task<bool> HoldAddressAsync(AppDbContext db, Guid userId, ChannelAddress address, CancellationToken ct) => await Named(db.Users, address)
        .Where(u => u.Id == userId)
        .ExecuteUpdateAsync(set => set.SetProperty(u => u.ConcurrencyStamp, u => u.ConcurrencyStamp), ct) == 1;

    /// <summary>Kills the codes and links that were mailed to an address, and those on their way to it: the address is the person's no longer.</summary>
    public static async Task ForgetMailedAsync(AppDbContext db, Guid userId, CancellationToken ct)
    {
        await Outbox.WithdrawAsync(db, userId, ct);
        await db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider != CodeFailures.Provider).ExecuteDeleteAsync(ct);
    }

    /// <summary>
    /// Gives people who are only invited one more role that they are invited to. Their stamp is renewed even where they have it: whoever is about to
    /// remove them for want of invitations sees by it that there is one more.
    /// </summary>
    public static Task<int> AddInvitedRoleAsync(AppDbContext db, IReadOnlyCollection<Guid> ids, Role role, CancellationToken ct)
    {
        var bit = RoleBits.Of(role);
        var stamp = Guid.NewGuid().ToString("N");
        return db.Users
            .Where(u => ids.Contains(u.Id) && u.Status == PersonStatus.Invited)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, u => u.RoleBits | bit).SetProperty(u => u.ConcurrencyStamp, stamp), ct);
    }

    /// <summary>The stamp of somebody who is only invited; null where they are gone or have an account.</summary>
    public static Task<string?> InvitedStampAsync(AppDbContext db, Guid userId, CancellationToken ct) =>
        db.Users.Where(u => u.Id == userId && u.Status == PersonStatus.Invited).Select(u => u.ConcurrencyStamp).FirstOrDefaultAsync(ct);

    /// <summary>
    /// Sets the roles that somebody who is only invited is invited to; with none they go. Where their stamp is not <paramref name="stamp"/> any more,
    /// it throws what makes <see cref="Transactions"/> repeat the whole.
    /// </summary>
    public static async Task SetInvitedRolesAsync(AppDbContext db, Guid userId, string stamp, IReadOnlyList<Role> roles, CancellationToken ct)
    {
        var person = db.Users.Where(u => u.Id == userId && u.Status == PersonStatus.Invited && u.ConcurrencyStamp == stamp);
        var bits = RoleBits.Of(roles);
        var first = roles.FirstOrDefault();
        var next = Guid.NewGuid().ToString("N");
        var changed = roles.Count == 0
            ? await person.ExecuteDeleteAsync(ct)
            : await person.ExecuteUpdateAsync(
                set => set.SetProperty(u => u.RoleBits, bits).SetProperty(u => u.ActiveRole, first).SetProperty(u => u.ConcurrencyStamp, next), ct);
        if (changed == 0)
        {
            throw new DbUpdateConcurrencyException("Somebody who is only invited was changed meanwhile.");
        }
    }
}
