using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Links;
using InvitePortal.Messaging.Channels;
using InvitePortal.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Telegram;

/// <summary>Join, or only sign in, from Telegram.</summary>
/// <param name="InitData">As the Mini App got it from Telegram, unchanged.</param>
/// <param name="ReferralCode">A <c>T_…</c> or <c>P_…</c> link, a teacher's code of eight characters for somebody who is a student already, or an <c>L_…</c> link that connects an account. Without it, somebody known signs in.</param>
/// <param name="Confirm">Whether the person has seen to whose account an <c>L_…</c> link connects them (409 <c>telegram.connect_ask</c> says it) and wants it.</param>
public sealed record JoinFromTelegram(string InitData, string? ReferralCode = null, bool Confirm = false);

/// <summary>What joining has changed.</summary>
public enum JoinOutcome
{
    /// <summary>Nothing: somebody known has signed in.</summary>
    SignedIn = 1,
    /// <summary>A person without any role so far has got their first.</summary>
    NewPerson = 2,
    /// <summary>The role was added, or another one was active: it is the active one now.</summary>
    RoleChanged = 3,
    /// <summary>The role is as it was; one more teacher, or one more child.</summary>
    NewOwner = 4,
    /// <summary>A student has joined a subject by a teacher's code.</summary>
    SubjectJoined = 5,
    /// <summary>The Telegram account was connected to an account that there was already.</summary>
    Connected = 6,
}

/// <summary>Somebody has joined or signed in.</summary>
/// <param name="Session">An API client's.</param>
/// <param name="User">The person as they are now.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
/// <param name="PreviousRole">The role that was active before; null for somebody new.</param>
/// <param name="Outcome">What was changed.</param>
/// <param name="Link">The accepted link.</param>
/// <param name="Subject">What was joined by a code.</param>
public sealed record TelegramJoined(
    NewSession Session, TokenUser User, string Language, Role? PreviousRole, JoinOutcome Outcome, LinkAccepted? Link = null, Joined? Subject = null);

/// <summary>
/// People who come from Telegram. They are known by the id that Telegram vouches for and by nothing else: neither a user name nor what stands in a link
/// says who somebody is. What Telegram handed over is taken once.
/// </summary>
public sealed class TelegramJoinService(
    IDbContextFactory<AppDbContext> databases,
    SignInService signIn,
    LinkJoinService links,
    JoinService codes,
    TelegramConnections connections,
    MissGuard guard,
    IOptionsMonitor<TelegramOptions> options,
    TimeProvider clock,
    IOptions<LimitOptions> limits)
{
    /// <summary>Verifies, finds or makes the person, accepts the link, and opens a session: all of it or nothing.</summary>
    /// <param name="actor">Where the call comes from; who is signed in there does not matter.</param>
    /// <param name="command">What was handed over.</param>
    /// <param name="device">The <c>User-Agent</c>.</param>
    /// <param name="ct">Ends the looking, not the joining.</param>
    public async Task<Result<TelegramJoined>> JoinAsync(Actor actor, JoinFromTelegram command, string? device, CancellationToken ct)
    {
        if (guard.Blocked(actor.Address) is { } wait)
        {
            return TelegramErrors.TooMany(wait);
        }

        if (options.CurrentValue is not { IsConfigured: true, BotToken: { } token })
        {
            return TelegramErrors.Off;
        }

        var data = InitData.Verify(command.InitData, token, clock.GetUtcNow(), limits.Value.TelegramDataLifetime);
        if (data.Succeeded)
        {
            return await EnterAsync(actor, data.Value, command, device, ct);
        }

        // Who only comes late guesses nothing.
        return data.Error == TelegramErrors.Invalid && await guard.MissAsync(actor.Address, ct) is { } left ? TelegramErrors.TooMany(left) : data.Error;
    }

    /// <summary>The same for what is verified.</summary>
    internal async Task<Result<TelegramJoined>> EnterAsync(Actor actor, InitData data, JoinFromTelegram command, string? device, CancellationToken ct)
    {
        var code = command.ReferralCode;
        var way = WayOf(code);
        var anonymous = Actor.Anonymous(actor.Address);
        if (way is Way.Link && await links.PreviewAsync(anonymous, code, ct) is { Error: { } refusal })
        {
            return refusal;
        }

        if (way is Way.Connection && await AskAsync(actor, command, ct) is { } question)
        {
            return question;
        }

        var entered = await databases.InTransactionAsync(db => EnterAsync(db, anonymous, data, way, code, device), CancellationToken.None);
        return way is Way.Code && entered.Succeeded ? await JoinSubjectAsync(actor, data, entered.Value, code) : entered;
    }

    private async Task<Result<TelegramJoined>> EnterAsync(AppDbContext db, Actor actor, InitData data, Way way, string? code, string? device)
    {
        if (!await TakeAsync(db, data))
        {
            return TelegramErrors.Stale;
        }

        if (way is Way.Connection && await connections.ConnectAsync(db, actor, code, data.Person) is { Error: { } unconnected })
        {
            return unconnected;
        }

        var known = await (
            from login in db.UserLogins
            where login.LoginProvider == SignInProviders.Telegram && login.ProviderKey == data.Person.Key
            join user in db.Users on login.UserId equals user.Id
            select new Known(user.Id, user.Status, user.ActiveRole, user.RoleBits)).FirstOrDefaultAsync();
        if (known is null && way is not Way.Link)
        {
            return way is Way.None ? TelegramErrors.UnknownPerson : CodeErrors.Unusable;
        }

        if (known is not null and not { Status: PersonStatus.Active })
        {
            return TelegramErrors.Refused;
        }

        var id = known?.Id ?? Add(db, actor, data.Person);
        await db.SaveChangesAsync();
        var label = data.Person.Label;
        await db.UserLogins.Where(l => l.UserId == id && l.LoginProvider == SignInProviders.Telegram).ExecuteUpdateAsync(set => set.SetProperty(l => l.ProviderDisplayName, label));
        var session = await signIn.OpenAsync(db, actor, id, new SessionWanted(SessionKind.Api, Remember: false, device), "telegram", CancellationToken.None);
        if (!session.Succeeded)
        {
            return TelegramErrors.Refused;
        }

        LinkAccepted? link = null;
        if (way is Way.Link)
        {
            var accepted = await links.AcceptAsync(db, new Actor(id, session.Value.SessionId, actor.Address), code);
            if (!accepted.Succeeded)
            {
                return accepted.Error;
            }

            link = accepted.Value;
        }

        var now = await db.Users.Where(u => u.Id == id).Select(u => new { u.DisplayName, u.Email, u.ActiveRole, u.RoleBits, u.Language }).FirstAsync();
        var person = new TokenUser(id, now.DisplayName, now.Email, RoleBits.Acting(now.RoleBits, now.ActiveRole), RoleBits.Read(now.RoleBits));
        return new TelegramJoined(session.Value, person, now.Language, known?.ActingRole, way is Way.Connection ? JoinOutcome.Connected : OutcomeOf(link), link);
    }

    // Somebody may have been sent a link of somebody else's: they are told whose it is before anything happens.
    private async Task<Error?> AskAsync(Actor actor, JoinFromTelegram command, CancellationToken ct)
    {
        if (await connections.FindAsync(command.ReferralCode, ct) is not { } owner)
        {
            return await guard.MissAsync(actor.Address, ct) is { } wait ? TelegramErrors.TooMany(wait) : TelegramErrors.LinkGone;
        }

        return command.Confirm ? null : TelegramErrors.ConnectAsk(owner.Name, owner.Email);
    }

    // A row that only one transaction can add. It is cleaned away with the counters of past windows, once the data is too old to be taken anyway.
    private async Task<bool> TakeAsync(AppDbContext db, InitData data)
    {
        var key = UsedKey(data);
        if (await db.RateCounters.AnyAsync(c => c.Key == key))
        {
            return false;
        }

        db.RateCounters.Add(new RateCounter { Key = key, Window = DateTimeOffset.UnixEpoch, EndsAt = data.At + limits.Value.TelegramDataLifetime + InitData.Ahead, Count = 1 });
        // Whoever loses a race for it begins anew, and finds the row.
        await db.SaveChangesAsync();
        return true;
    }

    private Guid Add(AppDbContext db, Actor actor, TelegramPerson person)
    {
        var now = clock.GetUtcNow();
        var user = AppUser.Create(person.Name, email: null, PersonStatus.Active, Role.Business, now);
        // The link grants the first role, as to those who come to its page.
        user.RoleBits = 0;
        user.Language = person.Language ?? Languages.Current;
        user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        db.Users.Add(user);
        WebhookEvents.PublishUser(db, WebhookEvent.UserCreated, user);
        db.UserLogins.Add(new IdentityUserLogin<Guid> { LoginProvider = SignInProviders.Telegram, ProviderKey = person.Key, ProviderDisplayName = person.Label, UserId = user.Id });
        Role[] roles = [];
        AuditLog.Record(db, now, actor with { UserId = user.Id }, user.DisplayName, "account.registered", user.Id, after: new { Name = user.DisplayName, Method = "telegram", Roles = roles });
        return user.Id;
    }

    // Codes are joined by in transactions of their own, since wrong ones are counted. Who may not join has not signed in either.
    private async Task<Result<TelegramJoined>> JoinSubjectAsync(Actor actor, InitData data, TelegramJoined entered, string? code)
    {
        var caller = new Actor(entered.User.Id, entered.Session.SessionId, actor.Address);
        var joined = await codes.JoinAsync(caller, new JoinByCode(code), CancellationToken.None);
        if (joined.Succeeded)
        {
            return entered with { Outcome = JoinOutcome.SubjectJoined, Subject = joined.Value };
        }

        var key = UsedKey(data);
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        await db.Sessions.Where(s => s.Id == entered.Session.SessionId).ExecuteDeleteAsync();
        await db.RateCounters.Where(c => c.Key == key).ExecuteDeleteAsync();
        return joined.Error == CodeErrors.NotStudent ? CodeErrors.Unusable : joined.Error;
    }

    private static string UsedKey(InitData data) => "telegram-used:" + data.Hash;

    private static Way WayOf(string? code) => code switch
    {
        _ when string.IsNullOrWhiteSpace(code) => Way.None,
        ['T' or 'P', '_', ..] => Way.Link,
        ['L', '_', ..] => Way.Connection,
        _ => Way.Code,
    };

    private static JoinOutcome OutcomeOf(LinkAccepted? link) => link?.Outcome switch
    {
        null => JoinOutcome.SignedIn,
        LinkOutcome.NewPerson => JoinOutcome.NewPerson,
        LinkOutcome.RoleChanged => JoinOutcome.RoleChanged,
        LinkOutcome.NewOwner => JoinOutcome.NewOwner,
        _ => throw new InvalidOperationException("An outcome without a name."),
    };

    private enum Way
    {
        None,
        Link,
        Code,
        Connection,
    }

    private sealed record Known(Guid Id, PersonStatus Status, Role ActiveRole, int RoleBits)
    {
        public Role? ActingRole => RoleBits == 0 ? null : Common.RoleBits.Acting(RoleBits, ActiveRole);
    }
}
