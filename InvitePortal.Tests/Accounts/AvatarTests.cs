using System.Net;
using Bunit;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Accounts.Pictures;
using InvitePortal.Tests.Shell;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Tests.Accounts;

/// <summary>Pictures of people: taken, shown, removed.</summary>
public sealed class AvatarTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SetAsync_TwoAfterEachOther_KeepsTheLastAndIsAudited(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Teacher);

        var first = await SetAsync(host, person, Samples.Png);
        var second = await SetAsync(host, person, Samples.Jpeg);

        Assert.NotEqual(first.Value, second.Value);
        var service = host.Get<AvatarService>();
        Assert.Equal("avatar.unknown", (await service.FindAsync(person.Actor, person.Id, first.Value!, Ct)).Error?.Code);
        Assert.Equal("image/jpeg", (await service.FindAsync(person.Actor, person.Id, second.Value!, Ct)).Value?.ContentType);
        Assert.Equal(second.Value, (await host.Get<ProfileService>().GetAsync(person.Actor, Ct)).Value?.AvatarVersion);
        await using var db = host.Open();
        Assert.Equal(2, await db.AuditEntries.CountAsync(a => a.Action == "account.picture_changed" && a.ActorId == person.Id));
        Assert.True((await service.RemoveAsync(person.Actor, Ct)).Succeeded);
        Assert.True((await service.RemoveAsync(person.Actor, Ct)).Succeeded);
        Assert.Equal((0, 1), (await db.Avatars.CountAsync(), await db.AuditEntries.CountAsync(a => a.Action == "account.picture_removed")));
        Assert.Null((await host.Get<ProfileService>().GetAsync(person.Actor, Ct)).Value?.AvatarVersion);
    }

    [Theory]
    [InlineData(Role.Staff, Role.Teacher, null)]
    [InlineData(Role.Staff, Role.SuperAdmin, "user.forbidden")]
    [InlineData(Role.Teacher, Role.Student, "user.forbidden")]
    [InlineData(Role.Agency, Role.Business, "user.forbidden")]
    public async Task RemoveOfAsync_ByRole_OnlyOfThoseWhomTheyManage(Role sender, Role target, string? expected)
    {
        await using var host = await ServiceHost.CreateAsync();
        var (admin, person) = (await host.AddPersonAsync(sender), await host.AddPersonAsync(target));
        await SetAsync(host, person, Samples.Png);

        Assert.Equal(expected, (await host.Get<AvatarService>().RemoveOfAsync(admin.Actor, person.Id, Ct)).Error?.Code);
        await using var db = host.Open();
        Assert.Equal(expected is null ? 0 : 1, await db.Avatars.CountAsync());
    }

    [Fact]
    public async Task RemoveOfAsync_UnknownPerson_IsNotFound()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.Staff);

        Assert.Equal("user.not_found", (await host.Get<AvatarService>().RemoveOfAsync(admin.Actor, Guid.NewGuid(), Ct)).Error?.Code);
    }

    [Fact]
    public async Task I14_SetAsync_StreamWithoutEnd_StopsAtTheLimitAndMemoryStaysFlat()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        await using var endless = new Endless();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var refused = await host.Get<AvatarService>().SetAsync(person.Actor, endless, Ct);

        Assert.Equal("avatar.too_large", refused.Error?.Code);
        Assert.Contains("2", refused.Error!.Message, StringComparison.Ordinal);
        Assert.Equal((2 * 1024 * 1024) + 1, endless.Given);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 32 * 1024 * 1024);
    }

    [Fact]
    public async Task SetAsync_BreaksOff_SaysSoAndKeepsTheOldOne()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Teacher);
        var old = await SetAsync(host, person, Samples.Png);
        await using var broken = new Endless(failsAt: 100_000);

        Assert.Equal("avatar.broken_off", (await host.Get<AvatarService>().SetAsync(person.Actor, broken, Ct)).Error?.Code);
        Assert.Equal("avatar.unreadable", (await SetAsync(host, person, "<svg/>"u8.ToArray())).Error?.Code);
        Assert.True((await host.Get<AvatarService>().FindAsync(person.Actor, person.Id, old.Value!, Ct)).Succeeded);
    }

    [Fact]
    public async Task SetAsync_ManyTimes_StopsAtTheLimit()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:AvatarChangesPerHour"] = "2" });
        var person = await host.AddPersonAsync(Role.Teacher);
        await SetAsync(host, person, Samples.Png);
        await SetAsync(host, person, Samples.Jpeg);

        Assert.Equal("avatar.too_many", (await SetAsync(host, person, Samples.Png)).Error?.Code);
        Assert.Equal("account.signed_out", (await host.Get<AvatarService>().SetAsync(Actor.Anonymous("192.0.2.1"), new MemoryStream(Samples.Png), Ct)).Error?.Code);
    }

    [Fact]
    public async Task H11_Picture_ToPeopleSignedIn_IsInertAndKeptByTheBrowser()
    {
        await using var portal = await PortalFactory.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Teacher);
        var other = await portal.Services.AddPersonAsync(Role.Student);
        string version;
        await using (var scope = portal.Services.CreateAsyncScope())
        {
            version = (await scope.ServiceProvider.GetRequiredService<AvatarService>().SetAsync(person.Actor, new MemoryStream(Samples.Png), Ct)).Value!;
        }

        var path = Cells.Picture(person.Id, version)!;
        using var browser = portal.CreateBrowser(other);
        using var anonymous = portal.CreateBrowser();

        var answer = await browser.GetAsync(path);
        Assert.Equal((HttpStatusCode.OK, "image/png"), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        Assert.Equal("private, max-age=31536000, immutable", string.Join(", ", answer.Headers.GetValues("Cache-Control").SelectMany(v => v.Split(", ")).Order(StringComparer.Ordinal).OrderBy(v => v is not "private").ThenBy(v => v is "immutable")));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        using var head = new HttpRequestMessage(HttpMethod.Head, path);
        Assert.Equal(HttpStatusCode.OK, (await browser.SendAsync(head)).StatusCode);
        var unknown = await browser.GetAsync(Cells.Picture(person.Id, "000000000000"));
        Assert.Equal((HttpStatusCode.NotFound, true), (unknown.StatusCode, unknown.Headers.CacheControl?.NoStore));
        Assert.Equal(HttpStatusCode.Redirect, (await anonymous.GetAsync(path)).StatusCode);
        Assert.Contains($"href=\"{path}\"", await (await portal.CreateBrowser(person).GetAsync("/")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/avatars/{0}/abc", 1)]
    [InlineData(null, 0)]
    public void Avatar_WithAndWithoutPicture_ShowsItOverTheInitials(string? picture, int images)
    {
        using var ui = UiContext.In("en");

        var part = ui.Render(Cells.Avatar("Ann Lee", PersonStatus.Active, ui.Services.GetRequiredService<IStringLocalizer<ShellTexts>>(), 32, picture));

        Assert.Equal(images, part.FindAll("image").Count);
        Assert.Equal("AL", part.Find("text").TextContent);
        Assert.NotNull(part.Find(".dot"));
    }

    private static async Task<Result<string>> SetAsync(ServiceHost host, TestPerson person, byte[] file)
    {
        await using var content = new MemoryStream(file);
        return await host.Get<AvatarService>().SetAsync(person.Actor, content, Ct);
    }

    /// <summary>An upload that goes on and on, or breaks off.</summary>
    private sealed class Endless(long failsAt = long.MaxValue) : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => 10L * 1024 * 1024 * 1024;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Given >= failsAt)
            {
                throw new IOException("The browser has gone.");
            }

            Given += count;
            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read([], 0, buffer.Length));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
