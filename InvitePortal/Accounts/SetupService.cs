using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Settings;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>The first super admin of an empty portal.</summary>
public sealed record SetUpPortal(string? Secret, string? Name, string? Email, string? Password, string? Repeated);

/// <summary>
/// First start on an empty database: a secret printed to the log opens <c>/setup</c>, once. Only its hash is stored, so a start whose line
/// is lost prints another.
/// </summary>
public sealed partial class SetupService(
    IDbContextFactory<AppDbContext> databases,
    Passwords passwords,
    SessionService sessions,
    TimeProvider clock,
    IConfiguration configuration,
    IHostEnvironment environment,
    IOptions<PortalOptions> portal,
    ILogger<SetupService> logger) : IStartupTask
{
    private const string SettingKey = "accounts.setup-secret";
    /// <summary>Of several nodes that start together, one prints the secret.</summary>
    private static readonly TimeSpan StartsTogether = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CancellationToken ct)
    {
        // Development brings its own people, unless told not to.
        if (environment.IsDevelopment() && configuration["Demo:Enabled"] is not ("false" or "False"))
        {
            return;
        }

        var secret = Secrets.New();
        if (await databases.InTransactionAsync(db => StoreSecretAsync(db, Text(secret), ct), ct) is { Succeeded: true })
        {
            LogSecret(portal.Value.Link("/setup"), secret);
        }
    }

    /// <summary>Whether there is still nobody who could sign in.</summary>
    public async Task<bool> IsOpenAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Settings.AnyAsync(s => s.Key == SettingKey, ct) && !await db.Users.AnyAsync(ct);
    }

    /// <summary>Makes the first super admin and opens their session. The secret is used up in the same transaction: of several tries at once, one wins.</summary>
    public async Task<Result<NewSession>> RunAsync(Actor actor, SetUpPortal command, string? device, CancellationToken ct)
    {
        if (!await IsOpenAsync(ct))
        {
            return AccountsErrors.SetupDone;
        }

        var hash = Text(command.Secret?.Trim() ?? "");
        if (!await MatchesAsync(hash, ct))
        {
            return AccountsErrors.SetupSecretWrong;
        }

        if (!DisplayName.TryParse(command.Name, out var name))
        {
            return AccountsErrors.NameInvalid;
        }

        if (!EmailAddress.TryParse(command.Email, out var email))
        {
            return AccountsErrors.EmailInvalid;
        }

        if (passwords.Check(command.Password, name, email.Display) is { Error: { } weak })
        {
            return weak;
        }

        if (command.Password != command.Repeated)
        {
            return AccountsErrors.PasswordsDiffer;
        }

        var hashed = await passwords.HashAsync(command.Password!, ct);
        return hashed.Succeeded
            ? await databases.InTransactionAsync<NewSession>(db => CreateAsync(db, actor, hash, name, email, hashed.Value, device, ct), ct)
            : hashed.Error;
    }

    private async Task<Result<NewSession>> CreateAsync(
        AppDbContext db, Actor actor, string hash, string name, EmailAddress email, string passwordHash, string? device, CancellationToken ct)
    {
        if (await db.Settings.Where(s => s.Key == SettingKey && s.Value == hash).ExecuteDeleteAsync(ct) == 0 || await db.Users.AnyAsync(ct))
        {
            return AccountsErrors.SetupDone;
        }

        var now = clock.GetUtcNow();
        var person = AppUser.Create(name, email, PersonStatus.Active, Role.SuperAdmin, now);
        person.PasswordHash = passwordHash;
        person.EmailConfirmed = true;
        person.Language = Languages.Current;
        person.LastSignInAt = now;
        person.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        db.Users.Add(person);
        var session = sessions.Add(db, person.Id, Role.SuperAdmin, SessionKind.Browser, remember: false, actor, device);
        AuditLog.Record(
            db, now, new Actor(person.Id, session.SessionId, actor.Address), name, "portal.set_up", person.Id, after: new { Name = name, Email = email.Display, Role = Role.SuperAdmin });
        await db.SaveChangesAsync(ct);
        return session;
    }

    private async Task<Result> StoreSecretAsync(AppDbContext db, string hash, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await db.Users.AnyAsync(ct))
        {
            await db.Settings.Where(s => s.Key == SettingKey).ExecuteDeleteAsync(ct);
            return AccountsErrors.SetupDone;
        }

        var printedBefore = now - StartsTogether;
        var row = db.Settings.Where(s => s.Key == SettingKey);
        if (await row.Where(s => s.ChangedAt < printedBefore).ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, hash).SetProperty(s => s.ChangedAt, now), ct) == 1)
        {
            return Result.Ok;
        }

        if (await row.AnyAsync(ct))
        {
            return AccountsErrors.SetupDone;
        }

        db.Settings.Add(new Setting { Key = SettingKey, Value = hash, ChangedAt = now });
        await db.SaveChangesAsync(ct);
        return Result.Ok;
    }

    private async Task<bool> MatchesAsync(string hash, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.Settings.AnyAsync(s => s.Key == SettingKey && s.Value == hash, ct);
    }

    private static string Text(string secret) => Convert.ToBase64String(Secrets.Hash(secret));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody has an account yet. Open {Url} and enter this secret, which works once: {Secret}")]
    private partial void LogSecret(string url, string secret);
}
