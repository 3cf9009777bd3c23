using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Data;

public sealed class TransactionsTests
{
    private static readonly Error Refused = new(ErrorKind.Conflict, "test.refused");

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_Success_IsStored(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);

        var result = await host.Databases.InTransactionAsync<int>(async db => await AddAsync(db, host, "a"), default);

        Assert.True(result.Succeeded);
        Assert.Equal(1, await CountAsync(host));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_Failure_StoresNothing(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);

        var result = await host.Databases.InTransactionAsync(
            async db =>
            {
                await AddAsync(db, host, "a");
                return (Result)Refused;
            },
            default);

        Assert.Equal(Refused, result.Error);
        Assert.Equal(0, await CountAsync(host));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_LostInsertRace_RepeatsTheWhole(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        await using (var db = host.Open())
        {
            await AddAsync(db, host, "taken");
        }

        var tries = 0;
        var result = await host.Databases.InTransactionAsync<int>(
            async db =>
            {
                tries++;
                await AddAsync(db, host, $"first part {tries}");
                return await AddAsync(db, host, tries < 3 ? "taken" : "free");
            },
            default);

        Assert.True(result.Succeeded);
        Assert.Equal(3, tries);
        await using var look = host.Open();
        Assert.Equal(["first part 3", "free", "taken"], await look.RateCounters.Select(c => c.Key).OrderBy(k => k).ToListAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_RowItRefersToWentAway_RepeatsTheWhole(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Student);
        var tries = 0;
        var result = await host.Databases.InTransactionAsync(
            async db =>
            {
                tries++;
                db.Avatars.Add(new Avatar { UserId = tries < 2 ? Guid.NewGuid() : person.Id, ContentType = "image/png", Content = [1] });
                await db.SaveChangesAsync();
                return Result.Ok;
            },
            default);
        Assert.Equal((true, 2), (result.Succeeded, tries));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_NeverGetsThrough_GivesUpAfterFourTries(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var tries = 0;

        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => host.Databases.InTransactionAsync<int>(
            _ =>
            {
                tries++;
                throw new DbUpdateConcurrencyException();
            },
            default));

        Assert.Equal(4, tries);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_OtherException_IsNotRepeated(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var tries = 0;

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => host.Databases.InTransactionAsync<int>(
            async db =>
            {
                tries++;
                await AddAsync(db, host, "a");
                throw new InvalidTimeZoneException();
            },
            default));

        Assert.Equal(1, tries);
        Assert.Equal(0, await CountAsync(host));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task InTransactionAsync_ManyWritersAtOnce_NoneIsLost(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        await using (var db = host.Open())
        {
            await AddAsync(db, host, "shared");
        }

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => host.Databases.InTransactionAsync<int>(
            async db =>
            {
                await AddAsync(db, host, $"own {i}");
                return await db.RateCounters.Where(c => c.Key == "shared").ExecuteUpdateAsync(set => set.SetProperty(c => c.Count, c => c.Count + 1));
            },
            default))));

        Assert.All(results, r => Assert.True(r.Succeeded));
        await using var look = host.Open();
        Assert.Equal(31, (await look.RateCounters.SingleAsync(c => c.Key == "shared")).Count);
        Assert.Equal(31, await CountAsync(host));
    }

    private static async Task<int> AddAsync(AppDbContext db, ServiceHost host, string key)
    {
        db.RateCounters.Add(new RateCounter { Key = key, Window = host.Clock.Now, Count = 1 });
        return await db.SaveChangesAsync();
    }

    private static async Task<int> CountAsync(ServiceHost host)
    {
        await using var db = host.Open();
        return await db.RateCounters.CountAsync();
    }
}
