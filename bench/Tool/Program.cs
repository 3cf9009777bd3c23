// What the benchmark needs of the portal's own services: people and codes are stored by the code that stores them in the portal.
//   admin  NAME@ADDRESS PASSWORD TOKEN   a super admin with a password and an API session of a known token
//   codes  COUNT CODE                    a code for each of the first COUNT seeded invitations, sealed as the portal seals them
//   users  [EVERY] [ONLY]                times every kind of page of the table of people (see UserPages.cs)
//   code-pages                           times every view of the page of the teacher who has most codes (see CodePages.cs)
//   imports                              times imports of 10,000 rows (see ImportRounds.cs)
//   insights                             times the figures of invitations and the audit log (see InsightPages.cs)
//   sink   PORT                          an SMTP server that takes everything and keeps nothing; for each number N that it reads, it tells how many a second the next N were
// The database is that of Database:Provider and ConnectionStrings:Portal.
using System.Diagnostics;
using System.Globalization;
using InvitePortal.Accounts;
using InvitePortal.Bench;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Insights;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using InvitePortal.Webhooks;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Npgsql;

if (args is ["sink", var port])
{
    await using var sink = SmtpSink.Start(int.Parse(port, CultureInfo.InvariantCulture), keeps: false);
    Console.WriteLine("ready");
    while (Console.In.ReadLine() is { } line && int.TryParse(line, CultureInfo.InvariantCulture, out var wanted))
    {
        var before = sink.Received;
        while (sink.Received == before)
        {
            await Task.Delay(1);
        }

        var watch = Stopwatch.StartNew();
        while (sink.Received < before + wanted)
        {
            await Task.Delay(1);
        }

        Console.WriteLine((wanted / watch.Elapsed.TotalSeconds).ToString("F0", CultureInfo.InvariantCulture));
    }

    return;
}

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddPortalOptions().AddData(builder.Configuration, builder.Environment).AddMessaging().AddSettings().AddWebhooks().AddAccounts().AddUsers().AddCodes().AddLinks().AddInvitations().AddInsights().AddImports().AddLocalization();
await using var app = builder.Build();
switch (args)
{
    case ["admin", var address, var password, var token]:
        await AddAdminAsync(address, password, token);
        break;
    case ["users", .. var rest]:
        await TimeUsersAsync(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 1, rest.ElementAtOrDefault(1));
        break;
    case ["code-pages"]:
        await CodePages.RunAsync(app.Services);
        break;
    case ["imports"]:
        await TimeImportsAsync();
        break;
    case ["insights"]:
        await TimeInsightsAsync();
        break;
    case ["codes", var count, var code]:
        await AddCodesAsync(int.Parse(count, CultureInfo.InvariantCulture), code);
        break;
    default:
        Console.Error.WriteLine("admin NAME@ADDRESS PASSWORD TOKEN | codes COUNT CODE | users [EVERY] [ONLY] | code-pages | imports | insights | sink PORT");
        Environment.ExitCode = 2;
        break;
}

async Task AddAdminAsync(string address, string password, string token)
{
    await using var db = await app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
    var now = DateTimeOffset.UtcNow;
    EmailAddress.TryParse(address, out var email);
    var person = AppUser.Create("Bench Admin", email, PersonStatus.Active, Role.SuperAdmin, now);
    var admin = new AppUser
    {
        Id = new Guid("00000000-0000-7000-8000-000000000001"),
        UserName = "bench",
        NormalizedUserName = "bench",
        Email = person.Email,
        NormalizedEmail = person.NormalizedEmail,
        EmailConfirmed = true,
        DisplayName = person.DisplayName,
        Status = person.Status,
        ActiveRole = person.ActiveRole,
        RoleBits = person.RoleBits,
        CreatedAt = now,
        JoinedAt = now,
        SecurityStamp = person.SecurityStamp,
    };
    admin.PasswordHash = app.Services.GetRequiredService<IPasswordHasher<AppUser>>().HashPassword(admin, password);
    db.Users.Add(admin);
    db.Sessions.Add(new UserSession
    {
        Id = Guid.CreateVersion7(now),
        UserId = admin.Id,
        Kind = SessionKind.Api,
        SecretHash = Secrets.Hash(token),
        CreatedAt = now,
        ProvenAt = now,
        LastSeenAt = now,
        StartedAt = now,
        ExpiresAt = now.AddHours(8),
        EndsAt = now.AddHours(8),
    });
    await db.SaveChangesAsync();
}

async Task TimeUsersAsync(int every, string? only)
{
    await using var db = await app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
    var session = await db.Sessions.Where(s => db.Users.Any(u => u.Id == s.UserId && u.ActiveRole == Role.SuperAdmin)).FirstAsync();
    await UserPages.RunAsync(app.Services, session.UserId, session.Id, every, only);
}

async Task TimeImportsAsync()
{
    await using var db = await app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
    var session = await db.Sessions.Where(s => db.Users.Any(u => u.Id == s.UserId && u.ActiveRole == Role.SuperAdmin)).FirstAsync();
    await ImportRounds.RunAsync(app.Services, session.UserId, session.Id);
}

async Task TimeInsightsAsync()
{
    await using var db = await app.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
    var session = await db.Sessions.Where(s => db.Users.Any(u => u.Id == s.UserId && u.ActiveRole == Role.SuperAdmin)).FirstAsync();
    await InsightPages.RunAsync(app.Services, session.UserId, session.Id);
}

async Task AddCodesAsync(int count, string code)
{
    var key = app.Services.GetRequiredService<CodeKey>();
    await using var source = NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("Portal")!);
    var rows = new List<(Guid Person, string Flow)>();
    await using (var find = source.CreateCommand("""
        SELECT i."PersonId", l."Id" FROM "InvitationLinks" l JOIN "Invitations" i ON i."Id" = l."InvitationId"
        JOIN generate_series(1, $1) n ON l."TokenHash" = sha256(('T' || lpad(n::text, 41, '0') || 'A')::bytea)
        """))
    {
        find.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await find.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add((reader.GetGuid(0), reader.GetGuid(1).ToString("N")));
        }
    }

    await using var connection = await source.OpenConnectionAsync();
    await using var writer = await connection.BeginBinaryImportAsync("""
        COPY "UserTokens" ("UserId", "LoginProvider", "Name", "Flow", "ExpiresAt", "Attempts", "SentAt", "Value") FROM STDIN (FORMAT BINARY)
        """);
    var now = DateTimeOffset.UtcNow;
    foreach (var (person, flow) in rows)
    {
        var value = await key.SealAsync(person, InvitationAcceptance.CodePurpose, flow, code, default);
        await writer.WriteRowAsync(default, person, OneTimeCodes.Provider, InvitationAcceptance.CodePurpose, flow, now.AddHours(12), 0, now, value);
    }

    await writer.CompleteAsync();
    Console.WriteLine(rows.Count.ToString(CultureInfo.InvariantCulture));
}
