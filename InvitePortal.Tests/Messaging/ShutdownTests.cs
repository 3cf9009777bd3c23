using System.Diagnostics;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;

[assembly: HostingStartup(typeof(InvitePortal.Tests.Messaging.GreetingsInTheApp))]

namespace InvitePortal.Tests.Messaging;

/// <summary>Teaches a portal that runs as a process of its own the message of these tests.</summary>
public sealed class GreetingsInTheApp : IHostingStartup
{
    public void Configure(IWebHostBuilder builder) =>
        builder.ConfigureServices(services => services.AddSingleton<IMessageTemplate, GreetingMessage>());
}

public sealed class ShutdownTests
{
    private const int Messages = 2_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R02_Stop_DuringABulkSend_FinishesWhatIsInFlightAndGivesBackTheRest(DatabaseProvider provider)
    {
        await using var sink = SmtpSink.Start();
        await using var database = await TestDatabase.CreateAsync(provider);
        var settings = Greetings.To(sink);
        await using (var host = ServiceHost.On(database, settings, s => s.AddSingleton<IMessageTemplate, GreetingMessage>()))
        {
            await host.EnqueueManyAsync(400);
            var worker = await host.StartAsync<OutboxWorker>();
            await Eventually.TrueAsync(() => Task.FromResult(sink.Received >= 100));
            sink.On("BODY", SmtpReply.Of("250 Taken").After(TimeSpan.FromMilliseconds(300)));
            await worker.StopAsync(Ct);

            await using var db = host.Open();
            Assert.Equal(0, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Sending || m.LeaseToken != null, Ct));
            Assert.Equal(sink.Received, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Sent, Ct));
            Assert.InRange(sink.Received, 100, 399);
        }

        sink.Behave();
        await using var next = ServiceHost.On(database, settings, s => s.AddSingleton<IMessageTemplate, GreetingMessage>());
        await next.DeliverAsync();
        Assert.Equal(400, sink.Received);
        Assert.Equal(400, sink.Mails.Select(m => m.Recipient).Distinct().Count());
        await using var after = next.Open();
        Assert.Equal(0, await after.OutboxMessages.CountAsync(m => m.PossibleDuplicate, Ct));
    }

    [Fact]
    public async Task R02_Terminate_DuringABulkSend_EndsCleanlyWithoutLossOrDuplicate()
    {
        await using var sink = SmtpSink.Start();
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = ServiceHost.On(database, configure: s => s.AddSingleton<IMessageTemplate, GreetingMessage>(), clock: new FakeClock(DateTimeOffset.UtcNow.AddMinutes(-1)));
        await host.EnqueueManyAsync(Messages);
        using (var portal = StartPortal(sink, database, lease: "00:02:00"))
        {
            await Eventually.TrueAsync(() => Task.FromResult(sink.Received >= 200), TimeSpan.FromSeconds(60));
            using var kill = Process.Start("kill", ["-TERM", $"{portal.Id}"]);
            await portal.WaitForExitAsync(Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);
            Assert.Equal(0, portal.ExitCode);
        }

        var received = sink.Received;
        Assert.InRange(received, 200, Messages);
        await using (var db = host.Open())
        {
            Assert.Equal(received, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Sent, Ct));
            Assert.Equal(Messages - received, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Queued && m.LeaseToken == null, Ct));
        }

        using var next = StartPortal(sink, database);
        await WaitForAllSentAsync(host);
        next.Kill();
        await next.WaitForExitAsync(Ct);
        Assert.Equal(Messages, sink.Received);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task R01_Kill_DuringABulkSend_LosesNothingAndDoublesAtMostWhatWasInFlight(DatabaseProvider provider)
    {
        await using var sink = SmtpSink.Start();
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = ServiceHost.On(database, configure: s => s.AddSingleton<IMessageTemplate, GreetingMessage>(), clock: new FakeClock(DateTimeOffset.UtcNow.AddMinutes(-1)));
        await host.EnqueueManyAsync(Messages);
        var kills = 0;
        while (sink.Received < Messages)
        {
            var (before, started) = (sink.Received, Stopwatch.StartNew());
            using var portal = StartPortal(sink, database);
            try
            {
                // Killed at a random point of the send, three times; then it may finish.
                var until = kills < 3 ? before + Random.Shared.Next(100, 600) : Messages;
                while (sink.Received < until && sink.Received < Messages)
                {
                    Assert.False(portal.HasExited, "The portal ended by itself.");
                    Assert.True(started.Elapsed < TimeSpan.FromSeconds(60), $"Only {sink.Received} mails came.");
                    await Task.Delay(5, Ct);
                }

                await (sink.Received < Messages ? Task.CompletedTask : WaitForAllSentAsync(host));
            }
            finally
            {
                portal.Kill();
                await portal.WaitForExitAsync(Ct);
                kills++;
            }

            if (sink.Received >= Messages && await UnsentAsync(host) > 0)
            {
                using var last = StartPortal(sink, database);
                await WaitForAllSentAsync(host);
                last.Kill();
                await last.WaitForExitAsync(Ct);
            }
        }

        var byRecipient = sink.Mails.GroupBy(m => m.Recipient).ToList();
        Assert.Equal(Messages, byRecipient.Count);
        Assert.All(byRecipient, g => Assert.Single(g.Select(m => m.MessageId).Distinct()));
        Assert.InRange(sink.Received - Messages, 0, kills * 10);
        await using var db = host.Open();
        var doubled = byRecipient.Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.Equal(doubled.Count, await db.OutboxMessages.CountAsync(m => m.PossibleDuplicate && doubled.Contains(m.Recipient), Ct));
    }

    private static async Task<int> UnsentAsync(ServiceHost host)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.CountAsync(m => m.State != DeliveryState.Sent, Ct);
    }

    private static async Task WaitForAllSentAsync(ServiceHost host)
    {
        for (var i = 0; await UnsentAsync(host) > 0; i++)
        {
            Assert.True(i < 1_800, $"{await UnsentAsync(host)} messages were not sent.");
            await Task.Delay(100, Ct);
        }
    }

    private static Process StartPortal(SmtpSink sink, TestDatabase database, string lease = "00:00:02")
    {
        var folder = AppContext.BaseDirectory;
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            ArgumentList =
            {
                "exec",
                "--depsfile", Path.Combine(folder, "InvitePortal.Tests.deps.json"),
                "--runtimeconfig", Path.Combine(folder, "InvitePortal.Tests.runtimeconfig.json"),
                Path.Combine(folder, "InvitePortal.dll"),
            },
        };
        var settings = Greetings.To(sink, new Dictionary<string, string?>
        {
            ["ConnectionStrings:Portal"] = database.ConnectionString,
            ["Database:Provider"] = $"{database.Provider}",
            ["Demo:Enabled"] = "false",
            ["Limits:OutboxLease"] = lease,
            ["Logging:LogLevel:Default"] = "Error",
            ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Error",
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Error",
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = typeof(ShutdownTests).Assembly.GetName().Name,
        });
        foreach (var (key, value) in settings.Where(s => s.Value is not null))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return Process.Start(start)!;
    }
}
