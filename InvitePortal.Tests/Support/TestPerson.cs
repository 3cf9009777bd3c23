using System.Globalization;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Support;

/// <summary>A stored person with a session.</summary>
/// <param name="Id">Id of the person.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">Stored address.</param>
/// <param name="Role">The active role.</param>
/// <param name="Actor">What services are called with.</param>
/// <param name="Secret">The secret of the session, of which only the hash is stored.</param>
public sealed record TestPerson(Guid Id, string Name, string Email, Role Role, Actor Actor, string Secret);

/// <summary>Makes people straight in the database, past all rules.</summary>
public static class TestPeople
{
    private static int s_count;

    /// <summary>A person with one role, in any status, with an open session. Without a password unless one is given (that costs a hash).</summary>
    public static async Task<TestPerson> AddPersonAsync(
        this IServiceProvider services,
        Role role,
        PersonStatus status = PersonStatus.Active,
        string? email = null,
        string? name = null,
        string? password = null,
        SessionKind session = SessionKind.Browser,
        string language = Languages.English)
    {
        var number = Interlocked.Increment(ref s_count).ToString(CultureInfo.InvariantCulture);
        Assert.True(EmailAddress.TryParse(email ?? $"{role}-{number}@people.example".ToLowerInvariant(), out var address));
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var user = AppUser.Create(name ?? $"{role} {number}", address, status, role, now);
        user.Language = language;
        user.EmailConfirmed = status is not PersonStatus.Invited;
        user.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        if (password is not null)
        {
            await using var scope = services.CreateAsyncScope();
            user.PasswordHash = (await scope.ServiceProvider.GetRequiredService<Passwords>().HashAsync(password, default)).Value;
        }

        db.Users.Add(user);
        await db.SaveChangesAsync();
        var (actor, secret) = await services.OpenSessionAsync(user.Id, session);
        return new TestPerson(user.Id, user.DisplayName, address.Display, role, actor, secret);
    }

    /// <summary>One more session of a person, and the actor who calls from it.</summary>
    public static async Task<(Actor Actor, string Secret)> OpenSessionAsync(
        this IServiceProvider services, Guid userId, SessionKind kind = SessionKind.Browser, string address = "192.0.2.1")
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var secret = Secrets.New();
        var session = new UserSession
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            Kind = kind,
            SecretHash = Secrets.Hash(secret),
            RefreshHash = kind is SessionKind.Api ? Secrets.Hash(Secrets.New()) : null,
            CreatedAt = now,
            ProvenAt = now,
            LastSeenAt = now,
            ExpiresAt = now.AddHours(8),
            EndsAt = now.AddDays(30),
            RefreshExpiresAt = kind is SessionKind.Api ? now.AddDays(30) : null,
            StartedAt = now,
            Address = address,
        };
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        db.Sessions.Add(session);
        await db.SaveChangesAsync();
        return (new Actor(userId, session.Id, address), secret);
    }
}
