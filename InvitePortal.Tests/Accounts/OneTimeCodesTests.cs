using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Accounts;

public sealed class OneTimeCodesTests
{
    private const string SignIn = OneTimeCodes.SignInPurpose;
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B02_VerifyAsync_SameCodeTwice_WorksOnce(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (person, code) = await AskAsync(host, "flow");

        Assert.True((await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Succeeded);
        Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Error?.Code);
    }

    [Fact]
    public async Task B02_VerifyAsync_TwentyAtOnce_WorksOnce()
    {
        await using var host = await ServiceHost.CreateAsync(DatabaseProvider.Sqlite, new Dictionary<string, string?> { ["Limits:CodeAttempts"] = "100", ["Limits:CodeFailuresPerHour"] = "100", ["Limits:CodeFailuresPerDay"] = "100" });
        var (person, code) = await AskAsync(host, "flow");

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct))));

        Assert.Single(results, r => r.Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B03_VerifyAsync_FirstCodeAfterSendAgain_IsRefusedAndNewestWorks(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var (person, first) = await AskAsync(host, "flow");
        host.Clock.Advance(TimeSpan.FromSeconds(61));
        var second = await AskAsync(host, person, "flow");

        if (first != second)
        {
            Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", first, Ct)).Error?.Code);
        }

        Assert.True((await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", second, Ct)).Succeeded);
    }

    [Fact]
    public async Task B05_VerifyAsync_CodeOfAnotherPerson_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (_, code) = await AskAsync(host, "flow");
        var (other, _) = await AskAsync(host, "flow");

        Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(other.Id, SignIn, "flow", Other(code, await CodeOfAsync(host, other)), Ct)).Error?.Code);
    }

    [Fact]
    public async Task B06_VerifyAsync_OtherPurposeOrFlow_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (person, code) = await AskAsync(host, "flow");
        var codes = host.Get<OneTimeCodes>();

        Assert.Equal("code_invalid", (await codes.VerifyAsync(person.Id, "accept-invitation", "flow", code, Ct)).Error?.Code);
        Assert.Equal("code_invalid", (await codes.VerifyAsync(person.Id, SignIn, "another", code, Ct)).Error?.Code);
        Assert.True((await codes.VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Succeeded);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C04_VerifyAsync_TwoHundredGuessesOnTwoNodes_FiveAreCompared(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = ServiceHost.On(database);
        await using var two = ServiceHost.Beside(one, database);
        var (person, code) = await AskAsync(one, "flow");
        var wrong = Enumerable.Range(0, 1_000).Select(i => i.ToString("D6", null)).Where(c => c != code).Take(200);

        var results = await Task.WhenAll(wrong.Select((c, i) => Task.Run(() => (i % 2 == 0 ? one : two).Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", c, Ct))));

        Assert.All(results, r => Assert.Equal("code_invalid", r.Error?.Code));
        await using var db = one.Open();
        // One failure in a row is recorded for each comparison.
        Assert.Equal(5, await db.UserTokens.Where(t => t.UserId == person.Id && t.LoginProvider == "CodeFailures").Select(t => t.Attempts).SingleAsync());
        Assert.Equal("code_invalid", (await one.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Error?.Code);
    }

    [Fact]
    public async Task VerifyAsync_TenMinutesLater_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (person, code) = await AskAsync(host, "flow");
        host.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Error?.Code);
    }

    [Fact]
    public async Task VerifyAsync_BlanksAndDashes_AreForgiven()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (person, code) = await AskAsync(host, "flow");

        Assert.True((await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", $" {code[..3]} - {code[3..]}\u00a0", Ct)).Succeeded);
    }

    [Fact]
    public async Task VerifyAsync_BudgetOfTheHourUsedUp_RefusesTheRightCode()
    {
        await using var host = await ServiceHost.CreateAsync(DatabaseProvider.Sqlite, new Dictionary<string, string?> { ["Limits:CodeFailuresPerHour"] = "2" });
        var (person, code) = await AskAsync(host, "flow");
        await GuessWrongAsync(host, person, code, 2);

        Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Error?.Code);
        host.Clock.Advance(TimeSpan.FromHours(1));
        var again = await AskAsync(host, person, "flow");
        Assert.True((await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", again, Ct)).Succeeded);
    }

    [Fact]
    public async Task VerifyAsync_TooManyInARow_PausesAndTellsTheOwner()
    {
        await using var host = await ServiceHost.CreateAsync(DatabaseProvider.Sqlite, new Dictionary<string, string?> { ["Limits:CodeFailuresInARow"] = "3" });
        var (person, code) = await AskAsync(host, "flow");
        await GuessWrongAsync(host, person, code, 3);

        Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", code, Ct)).Error?.Code);
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        var refused = await host.Get<OneTimeCodes>().SendAsync(new CodeRequest(person.Id, SignIn, "flow", "en"), Ct);
        Assert.Equal(("code.too_many", TimeSpan.FromMinutes(13)), (refused.Error?.Code, refused.Error?.RetryAfter));
        await using var db = host.Open();
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.Kind == NoticeMessage.KindName && m.Recipient == person.Email));
        host.Clock.Advance(TimeSpan.FromMinutes(13));
        var again = await AskAsync(host, person, "flow");
        Assert.True((await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", again, Ct)).Succeeded);
    }

    [Fact]
    public async Task SendAsync_WithinAMinute_ReturnsTooSoon()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (person, _) = await AskAsync(host, "flow");
        host.Clock.Advance(TimeSpan.FromSeconds(20));

        var again = await host.Get<OneTimeCodes>().SendAsync(new CodeRequest(person.Id, SignIn, "flow", "en"), Ct);

        Assert.Equal(("code.too_soon", TimeSpan.FromSeconds(40)), (again.Error?.Code, again.Error?.RetryAfter));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SendAsync_TwentyAtOnce_SendsOne(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, new Dictionary<string, string?> { ["Limits:CodesPerTargetPerHour"] = "50", ["Limits:CodesPerTargetPerDay"] = "50" });
        var person = await host.AddPersonAsync(Role.Teacher);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Task.Run(() => host.Get<OneTimeCodes>().SendAsync(new CodeRequest(person.Id, SignIn, $"flow{i}", "en"), Ct))));

        Assert.Single(results, r => r.Succeeded);
        await using var db = host.Open();
        Assert.Equal(1, await db.OutboxMessages.CountAsync(m => m.Recipient == person.Email));
    }

    [Fact]
    public async Task J08_SendAsync_OneMailboxUnderManyTags_GetsFiveAnHourAndTenADay()
    {
        await using var host = await ServiceHost.CreateAsync();
        var sent = 0;
        for (var i = 0; i < 8 * 4; i++)
        {
            var person = await host.AddPersonAsync(Role.Teacher, email: $"victim+{i}@mail.example");
            sent += (await host.Get<OneTimeCodes>().SendAsync(new CodeRequest(person.Id, SignIn, "flow", "en"), Ct)).Succeeded ? 1 : 0;
            if (i % 8 == 7)
            {
                Assert.True(sent <= 5 * ((i / 8) + 1), $"{sent} after {i / 8} hours");
                host.Clock.Advance(TimeSpan.FromHours(1));
            }
        }

        Assert.Equal(10, sent);
    }

    [Fact]
    public async Task K04_SendAsync_AnyCode_IsStoredNowhereReadable()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (person, code) = await AskAsync(host, "flow");
        await using var db = host.Open();

        var token = await db.UserTokens.SingleAsync(t => t.UserId == person.Id);
        var message = await db.OutboxMessages.SingleAsync();

        Assert.Equal(44, token.Value?.Length);
        Assert.DoesNotContain(code, System.Text.Encoding.Latin1.GetString(message.Body!), StringComparison.Ordinal);
        Assert.Equal(host.Clock.Now + TimeSpan.FromMinutes(10), message.ExpiresAt);
        Assert.Equal(Priority.Code, message.Priority);
    }

    [Fact]
    public async Task VerifyAsync_CodeKeyLost_CodesWorkAgainAfterANewOne()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (person, _) = await AskAsync(host, "flow");
        await using (var db = host.Open())
        {
            await db.Settings.ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, "lost"));
        }

        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var key = ActivatorUtilities.CreateInstance<CodeKey>(host.Services);
        var one = await key.SealAsync(person.Id, SignIn, "flow", "123456", Ct);
        var two = await ActivatorUtilities.CreateInstance<CodeKey>(host.Services).SealAsync(person.Id, SignIn, "flow", "123456", Ct);

        Assert.Equal(one, two);
    }

    internal static async Task<string> CodeOfAsync(ServiceHost host, TestPerson person) => await CodeOfAsync(host.Services, person.Email);

    /// <summary>The code in the newest message to an address.</summary>
    internal static async Task<string> CodeOfAsync(IServiceProvider services, string email)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        var body = await db.OutboxMessages.Where(m => m.Kind == CodeMessage.KindName && m.Recipient == email && m.Body != null).OrderByDescending(m => m.Id).Select(m => m.Body).FirstAsync();
        return JsonSerializer.Deserialize<CodeData>(services.GetRequiredService<Outbox>().Unprotect(body!))!.Code;
    }

    private static async Task<(TestPerson Person, string Code)> AskAsync(ServiceHost host, string flow)
    {
        var person = await host.AddPersonAsync(Role.Teacher);
        return (person, await AskAsync(host, person, flow));
    }

    private static async Task<string> AskAsync(ServiceHost host, TestPerson person, string flow)
    {
        var sent = await host.Get<OneTimeCodes>().SendAsync(new CodeRequest(person.Id, SignIn, flow, "en"), Ct);
        Assert.True(sent.Succeeded, sent.Error?.Code);
        return await CodeOfAsync(host, person);
    }

    private static async Task GuessWrongAsync(ServiceHost host, TestPerson person, string right, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.False((await host.Get<OneTimeCodes>().VerifyAsync(person.Id, SignIn, "flow", Other("000000", right), Ct)).Succeeded);
        }
    }

    /// <summary>The given code, or another when it happens to be the right one.</summary>
    private static string Other(string code, string right) => code == right ? (code == "111111" ? "222222" : "111111") : code;
}
