using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Accounts;

public sealed class PasswordsTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory]
    [InlineData("elevenchars", "password.length")]
    [InlineData(null, "password.length")]
    [InlineData("q1w2e3r4t5y6", "password.common")]
    [InlineData("Q1W2E3R4T5Y6", "password.common")]
    [InlineData("Anna-Ivanova-2026", "password.personal")]
    [InlineData("annaivanova1999!", "password.personal")]
    [InlineData("anna.i@school.example", "password.personal")]
    [InlineData("InvitePortal2026", "password.personal")]
    [InlineData("anna walks a long way", null)]
    [InlineData("correct horse battery", null)]
    [InlineData("лошадь батарея скоба", null)]
    public void Check_AnyPassword_NamesTheRule(string? password, string? expected)
    {
        Assert.Equal(expected, Create().Check(password, "Anna Ivanova", "anna.i@school.example").Error?.Code);
    }

    [Fact]
    public void Check_LongestAndOneMore_IsTakenAndRefused()
    {
        var text = string.Concat(Enumerable.Range(0, 256).Select(i => (char)('a' + (i % 26))));

        Assert.True(Create().Check(text, null, null).Succeeded);
        Assert.Equal("password.length", Create().Check(text + "a", null, null).Error?.Code);
    }

    [Fact]
    public void CommonPasswords_List_HoldsTenThousand() => Assert.Equal(10_000, CommonPasswords.Count);

    [Theory]
    [InlineData("short", 0)]
    [InlineData("aaaaaaaaaaaaaaaa", 1)]
    [InlineData("123456789012345", 1)]
    [InlineData("abcdefghijklmnop", 1)]
    [InlineData("bluebuttercup", 1)]
    [InlineData("correct horse battery staple", 4)]
    [InlineData("hK3!x92mQz#7wP", 4)]
    public void Estimate_AnyPassword_IsHonest(string password, int expected) => Assert.Equal(expected, Create().Estimate(password, null, null));

    [Fact]
    public async Task HashAsync_AnyLength_ReadsItAll()
    {
        var passwords = Create();
        var same = new string('x', 100);
        var hash = (await passwords.HashAsync(same + "1", Ct)).Value!;

        Assert.StartsWith("sha384$$2b$04$", hash, StringComparison.Ordinal);
        Assert.True(hash.Length <= 200);
        Assert.True((await passwords.VerifyAsync(hash, same + "1", Ct)).Value);
        Assert.False((await passwords.VerifyAsync(hash, same + "2", Ct)).Value);
        Assert.False((await passwords.VerifyAsync(null, same, Ct)).Value);
        Assert.NotEqual(hash, (await passwords.HashAsync(same + "1", Ct)).Value);
    }

    [Fact]
    public void VerifyHashedPassword_LowerWorkFactor_AsksForAnotherHash()
    {
        var user = AppUser.Create("A", null, PersonStatus.Active, Role.Teacher, DateTimeOffset.UnixEpoch);
        var hash = Hasher(4).HashPassword(user, "secret");

        Assert.Equal(PasswordVerificationResult.Success, Hasher(4).VerifyHashedPassword(user, hash, "secret"));
        Assert.Equal(PasswordVerificationResult.SuccessRehashNeeded, Hasher(5).VerifyHashedPassword(user, hash, "secret"));
        Assert.Equal(PasswordVerificationResult.Failed, Hasher(5).VerifyHashedPassword(user, hash, "Secret"));
        Assert.Equal(PasswordVerificationResult.Failed, Hasher(5).VerifyHashedPassword(user, "something old", "secret"));
    }

    [Fact]
    public async Task HashGate_MoreThanQueue_SaysBusyAndRunsTwoAtOnce()
    {
        using var gate = new HashGate(Options.Create(new LimitOptions { ConcurrentHashes = 2, QueuedHashes = 3 }));
        using var open = new ManualResetEventSlim();
        var (running, most) = (0, 0);

        var work = Enumerable.Range(0, 8).Select(_ => gate.RunAsync(
            () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                open.Wait(Ct);
                return Interlocked.Decrement(ref running);
            },
            Ct)).ToArray();
        var refused = work.Where(w => w.IsCompleted).ToArray();
        open.Set();
        var results = await Task.WhenAll(work);

        Assert.Equal(3, refused.Length);
        Assert.Equal(3, results.Count(r => r.Error?.Code == "busy"));
        Assert.InRange(most, 1, 2);
        Assert.True((await gate.RunAsync(() => 1, Ct)).Succeeded);
    }

    [Fact]
    public async Task Identity_UserManager_UsesOurHasherAndKeys()
    {
        await using var host = await ServiceHost.CreateAsync(settings: SignInPagesTests.Fast());
        var person = await host.AddPersonAsync(Role.Teacher, email: "Some.Body@People.example", password: "correct horse battery");
        var users = host.Get<UserManager<AppUser>>();

        var found = await users.FindByEmailAsync("some.body@people.EXAMPLE");

        Assert.Equal(person.Id, found?.Id);
        Assert.True(await users.CheckPasswordAsync(found!, "correct horse battery"));
        Assert.False(await users.CheckPasswordAsync(found!, "correct horse"));
        // U+017F, which folds to S.
        Assert.Null(await users.FindByEmailAsync("\u017fome.body@people.example"));
    }

    private static Passwords Create() => new(
        Options.Create(new LimitOptions()), Options.Create(new PortalOptions()), new HashGate(Options.Create(new LimitOptions())), Hasher(4));

    private static BcryptPasswordHasher Hasher(int factor) => new(Options.Create(new LimitOptions { PasswordWorkFactor = factor }));
}
