using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Data;

public sealed class BulkInsertTests
{
    private static readonly DateTimeOffset Time = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task BulkInsertAsync_StoresWhatSavingWouldStore(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var db = database.Open();
        var people = Enumerable.Range(0, 30).Select(Person).ToList();

        Assert.Equal(30, await db.BulkInsertAsync(people, null, Ct));

        db.Users.Add(Person(30));
        await db.SaveChangesAsync(Ct);
        db.ChangeTracker.Clear();
        var stored = await db.Users.OrderBy(u => u.CreatedAt).ToListAsync(Ct);
        Assert.Equal(people.Select(p => (p.Id, p.DisplayName, p.Email, p.Status, p.RoleBits, p.SearchText)), stored.Take(30).Select(p => (p.Id, p.DisplayName, p.Email, p.Status, p.RoleBits, p.SearchText)));
        Assert.Equal(Enumerable.Range(0, 31).Select(i => Time.AddDays(i)), stored.Select(p => p.CreatedAt));
        // What the database computes is the same by both ways.
        Assert.Equal((stored[30].Facet, stored[30].JoinedKey - stored[30].CreatedAt, stored[30].SeenKey), (stored[29].Facet, stored[29].JoinedKey - stored[29].CreatedAt, stored[29].SeenKey));
        Assert.Equal(stored[7].NormalizedEmail ?? "", stored[7].EmailKey);
        // And rows are found by values that EF Core writes into a query.
        Assert.Equal(people[3].DisplayName, (await db.Users.SingleAsync(u => u.Id == people[3].Id && u.CreatedAt == people[3].CreatedAt, Ct)).DisplayName);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task BulkInsertAsync_BytesEnumsAndNulls_AreRead(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var db = database.Open();
        var message = new OutboxMessage
        {
            Id = Guid.CreateVersion7(Time),
            Channel = Channel.Slack,
            Kind = "code",
            Recipient = "a@example.org",
            RecipientKey = "a@example.org",
            Language = "en",
            Body = [1, 2, 3],
            CreatedAt = Time,
            DueAt = Time.AddMinutes(5),
            LeaseToken = Guid.CreateVersion7(Time),
            PossibleDuplicate = true,
        };

        await db.BulkInsertAsync([message], null, Ct);

        var stored = await db.OutboxMessages.SingleAsync(Ct);
        Assert.Equal((message.Channel, message.State, message.DueAt, message.LeaseToken, true, null), (stored.Channel, stored.State, stored.DueAt, stored.LeaseToken, stored.PossibleDuplicate, stored.SentAt));
        Assert.Equal(message.Body, stored.Body);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task BulkInsertAsync_ThatBreaksARule_AddsNothing(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var db = database.Open();
        var (first, second) = (Person(1), Person(2));
        second.NormalizedEmail = first.NormalizedEmail;

        var e = await Record.ExceptionAsync(() => db.BulkInsertAsync([first, second], null, Ct));

        Assert.True(DbErrors.IsUniqueViolation(e!));
        Assert.Equal(0, await db.Users.CountAsync(Ct));
    }

    [Fact]
    public async Task SqlServer_TakesEveryColumnButTheComputedOnes()
    {
        await using var db = new SqlServerAppDbContext(new DbContextOptionsBuilder<SqlServerAppDbContext>().UseSqlServer("Server=none").Options);

        using var users = db.Table<AppUser>().ToDataTable();
        var columns = users.Columns.Cast<System.Data.DataColumn>().ToDictionary(c => c.ColumnName, c => c.DataType);

        Assert.Equal("Users", users.TableName);
        Assert.Equal(
            db.Model.FindEntityType(typeof(AppUser))!.GetProperties().Select(p => p.Name).Except(["Facet", "EmailKey", "JoinedKey", "SeenKey"]).Order(),
            columns.Keys.Order());
        Assert.Equal(
            (typeof(Guid), typeof(int), typeof(DateTimeOffset), typeof(DateTimeOffset), typeof(bool)),
            (columns["Id"], columns["Status"], columns["CreatedAt"], columns["JoinedAt"], columns["EmailConfirmed"]));
        var person = Person(5);
        var row = users.Rows.Add([.. db.Table<AppUser>().Columns.Select(c => c.Of(person))]);
        Assert.Equal(((object)person.Id, (object)(int)person.Status, DBNull.Value), (row["Id"], row["Status"], row["LastSignInAt"]));

        using var links = db.Table<InvitationLink>().ToDataTable();
        Assert.Equal(typeof(byte[]), links.Columns["TokenHash"]!.DataType);
        using var audit = db.Table<AuditEntry>().ToDataTable();
        Assert.Equal(typeof(string), audit.Columns["After"]!.DataType);
    }

    private static AppUser Person(int number)
    {
        EmailAddress.TryParse($"Person.{number}@example.org", out var email);
        var person = AppUser.Create($"Анна {number}", number % 7 == 0 ? null : email, PersonStatus.Banned, Role.Teacher, Time.AddDays(number));
        person.SearchText = SearchText.Of(person.DisplayName, person.NormalizedEmail);
        return person;
    }
}
