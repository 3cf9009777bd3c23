using System.Diagnostics;
using System.Text;
using InvitePortal.Api;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Users.PeopleCase;

namespace InvitePortal.Tests.Users;

[Collection(nameof(Alone))]
public sealed class UserExportTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("\0=1", "'\0=1")]
    [InlineData("Anna = Ann", "Anna = Ann")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void H06_CellsThatBeginAFormula_BeginWithAnApostrophe(string? text, string expected) => Assert.Equal(expected, CsvTable.Safe(text));

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task WriteAsync_EveryOrder_MeetsEverybodyOnce(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        var ids = await host.AddManyAsync(2_300);
        foreach (var sort in new[] { null, "-name", "email", "status", "-role", "joinedAt", "-lastSignInAt" })
        {
            using var stream = new MemoryStream();
            var written = await host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter { Roles = [Role.Student] }, sort, stream, Ct);

            Assert.True(written.Succeeded, written.Error?.Code);
            var lines = Encoding.UTF8.GetString(stream.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(ids.Order(), lines.Skip(1).Select(l => Guid.Parse(l[..36])).Order());
        }

        await using var db = host.Open();
        Assert.Equal(7, await db.AuditEntries.CountAsync(e => e.Action == "user.exported" && e.ActorId == staff.Id, Ct));
    }

    [Fact]
    public async Task WriteAsync_ByThoseWhoMayNot_WritesNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        foreach (var role in Enum.GetValues<Role>().Except([Role.SuperAdmin, Role.Staff]))
        {
            var person = await host.AddPersonAsync(role);
            using var stream = new MemoryStream();
            Assert.Equal("user.forbidden", (await host.Get<UserExport>().WriteAsync(person.Actor, new UserFilter(), null, stream, Ct)).Error?.Code);
            Assert.Equal(0, stream.Length);
        }
    }

    [Fact]
    public async Task O15_OneAtATime_AndCancellable()
    {
        await using var host = await ServiceHost.CreateAsync();
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.AddManyAsync(3_000);
        using var slow = new HeldStream();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, slow, stop.Token);
        await slow.Reached.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        using var second = new MemoryStream();
        var refused = await host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, second, Ct);
        Assert.Equal(("user.export_running", ErrorKind.TooMany, 0L), (refused.Error!.Code, refused.Error.Kind, second.Length));
        var other = await host.AddPersonAsync(Role.SuperAdmin);
        Assert.True((await host.Get<UserExport>().WriteAsync(other.Actor, new UserFilter(), null, second, Ct)).Succeeded);

        await stop.CancelAsync();
        slow.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True((await host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, new MemoryStream(), Ct)).Succeeded);
    }

    [Fact]
    public async Task O15_OneThatEndsInALaterWindow_DoesNotLetAThirdBesideTheSecond()
    {
        await using var host = await ServiceHost.CreateAsync();
        var staff = await host.AddPersonAsync(Role.Staff);
        using var first = new HeldStream();
        using var second = new HeldStream();
        var one = host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, first, Ct);
        await first.Reached.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        var other = host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, second, Ct);
        await second.Reached.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        first.Release();
        Assert.True((await one).Succeeded);

        Assert.Equal("user.export_running", (await host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, new MemoryStream(), Ct)).Error?.Code);
        second.Release();
        Assert.True((await other).Succeeded);
    }

    [Fact]
    public async Task WriteAsync_RightsTakenMeanwhile_Ends()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.AddManyAsync(3_000);
        using var slow = new HeldStream();
        var running = host.Get<UserExport>().WriteAsync(staff.Actor, new UserFilter(), null, slow, Ct);
        await slow.Reached.WaitAsync(TimeSpan.FromSeconds(30), Ct);

        Assert.True((await host.EditAsync(admin, staff.Id, c => c with { Status = PersonStatus.Suspended })).Succeeded);
        slow.Release();

        Assert.Equal("account.signed_out", (await running).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task WriteAsync_ManyThousands_TakesSecondsAndNoMemory(DatabaseProvider provider)
    {
        const int people = 20_000;
        await using var host = await ServiceHost.CreateAsync(provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        await host.AddManyAsync(people);
        var export = host.Get<UserExport>();
        Assert.True((await export.WriteAsync(staff.Actor, new UserFilter { Roles = [Role.Staff] }, null, Stream.Null, Ct)).Succeeded);
        using var counting = new CountingStream();
        var started = Stopwatch.GetTimestamp();

        Assert.True((await export.WriteAsync(staff.Actor, new UserFilter { Roles = [Role.Student] }, null, counting, Ct)).Succeeded);

        var elapsed = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{provider}: {people} rows, {counting.Written / 1024.0 / 1024:N1} MB in {elapsed.TotalSeconds:N1} s; live memory grew by at most {counting.Growth / 1024.0 / 1024:N1} MB");
        Assert.True(elapsed < TimeSpan.FromSeconds(60), elapsed.ToString());
        Assert.True(counting.Growth < 16 * 1024 * 1024, $"{counting.Growth} bytes");
    }

    /// <summary>Stops at the first write until it is released or cancelled.</summary>
    private sealed class HeldStream : MemoryStream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void Release() => _released.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _reached.TrySetResult();
            await _released.Task.WaitAsync(cancellationToken);
            await base.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Counts what comes, keeps nothing, and looks at the live memory now and then.</summary>
    private sealed class CountingStream : Stream
    {
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        private int _writes;

        public long Written { get; private set; }

        public long Growth { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written;

        public override long Position
        {
            get => Written;
            set => throw new NotSupportedException();
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            if (++_writes % 10 == 0)
            {
                Growth = Math.Max(Growth, GC.GetTotalMemory(forceFullCollection: true) - _before);
            }

            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous writes reach a connection.");

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
