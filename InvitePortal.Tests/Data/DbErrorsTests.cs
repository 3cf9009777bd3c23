using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace InvitePortal.Tests.Data;

public sealed class DbErrorsTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C06_SameAddressInOtherCase_IsAUniqueViolation(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        await host.AddPersonAsync(Role.Student, email: "anna@example.org");

        var e = await Assert.ThrowsAsync<DbUpdateException>(() => host.AddPersonAsync(Role.Student, email: "ANNA@example.org"));

        Assert.True(DbErrors.IsUniqueViolation(e));
        Assert.False(DbErrors.IsForeignKeyViolation(e));
        Assert.False(DbErrors.IsUnavailable(e));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task PeopleWithoutAnAddress_MayBeMany(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        await using var db = host.Open();
        db.Users.Add(AppUser.Create("One", null, PersonStatus.Active, Role.Student, host.Clock.Now));
        db.Users.Add(AppUser.Create("Other", null, PersonStatus.Active, Role.Student, host.Clock.Now));

        Assert.Equal(2, await db.SaveChangesAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ARowOfNobody_IsAForeignKeyViolation(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        await using var db = host.Open();
        db.Avatars.Add(new Avatar { UserId = Guid.NewGuid(), ContentType = "image/png", Content = [1] });

        var e = await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());

        Assert.True(DbErrors.IsForeignKeyViolation(e));
        Assert.False(DbErrors.IsUniqueViolation(e));
    }

    [Fact]
    public async Task NoServer_IsUnavailable()
    {
        await using var connection = new NpgsqlConnection("Host=127.0.0.1;Port=1;Username=x;Timeout=2");

        var e = await Assert.ThrowsAnyAsync<NpgsqlException>(() => connection.OpenAsync());

        Assert.True(DbErrors.IsUnavailable(e));
        Assert.False(DbErrors.IsUniqueViolation(e));
        Assert.False(DbErrors.IsContention(e));
    }

    [Fact]
    public void OtherExceptions_AreNone()
    {
        var e = new InvalidOperationException();
        Assert.False(DbErrors.IsUnavailable(e) || DbErrors.IsContention(e) || DbErrors.IsUniqueViolation(e) || DbErrors.IsForeignKeyViolation(e));
    }
}
