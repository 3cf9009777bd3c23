using System.Collections;
using System.Diagnostics;
using System.Text.Json;
using InvitePortal.Shell.Protection;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace InvitePortal.Tests.Protection;

/// <summary>Mistakes in the configuration, as somebody meets them who starts the portal.</summary>
public sealed class SettingsCheckTests
{
    [Fact]
    public async Task Start_ManyMistakes_NamesAllAndEnds()
    {
        var (code, said, logged) = await StartAsync(
            "--Database:Provider=Oracle",
            "--Limits:CodeLifetime=ten minutes",
            "--Limits:SessionIdle=24",
            "--Limits:CodeAtempts=3",
            "--Limits:CodeAttempts=0",
            "--Limits:CodesPerTargetPerDay=many",
            "--Portal:PublicUrl=portal.example.org",
            "--Portal:Name=",
            "--Portal:TrustedProxies:0=proxy",
            "--Smtp:Host=smtp.example.org",
            "--Smtp:Port=0",
            "--Smtp:StartTls=perhaps",
            "--Smtp:Passwort=x",
            "--Demo:Enabled=true");

        Assert.Equal(1, code);
        foreach (var expected in new[]
        {
            "Database:Provider must be one of Sqlite, PostgreSql, SqlServer, not 'Oracle'.",
            "Limits:CodeLifetime must be a duration",
            "Limits:SessionIdle must be a duration",
            "Limits:CodeAtempts is not a setting. Did you mean Limits:CodeAttempts?",
            "Limits:CodeAttempts must be more than zero.",
            "Limits:CodesPerTargetPerDay must be a whole number, not 'many'.",
            "Portal:PublicUrl must be",
            "Portal:Name is missing.",
            "Portal:TrustedProxies holds 'proxy'",
            "Smtp:From must be set",
            "Smtp:Port must lie between",
            "Smtp:StartTls must be true or false, not 'perhaps'.",
            "Smtp:Passwort is not a setting. Did you mean Smtp:Password?",
            "Demo:Enabled makes accounts with a published password",
        })
        {
            Assert.Contains(expected, said, StringComparison.Ordinal);
        }

        Assert.Contains("14 settings are wrong", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said + logged, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", said + logged, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PostgreSql", "", "ConnectionStrings:Portal is missing")]
    [InlineData("SqlServer", "", "ConnectionStrings:Portal is missing")]
    [InlineData("PostgreSql", "Host=db;Passwort=canary-secret", "ConnectionStrings:Portal is not a connection string for PostgreSql.")]
    [InlineData("SqlServer", "canary-secret", "ConnectionStrings:Portal is not a connection string for SqlServer.")]
    [InlineData("Sqlite", "Host=db;Password=canary-secret", "ConnectionStrings:Portal is not a connection string for Sqlite.")]
    [InlineData("Sqlite", "Data Source=/no/such/folder/portal.db", "ConnectionStrings:Portal names a file in /no/such/folder, and there is no such folder.")]
    public async Task Start_ConnectionString_IsCheckedAndNeverShown(string provider, string connection, string expected)
    {
        var (code, said, logged) = await StartAsync($"--Database:Provider={provider}", $"--ConnectionStrings:Portal={connection}");

        Assert.Equal(1, code);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-secret", said + logged, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said + logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FileThatIsNoJson_SaysWhere()
    {
        var folder = Directory.CreateDirectory(RunFolder.NewPath(""));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "appsettings.json"), "{ \"Portal\": { \"Name\": }");

        var (code, said, logged) = await StartAsync($"--contentRoot={folder.FullName}");

        Assert.Equal(1, code);
        Assert.Contains("appsettings.json", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said + logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ToldToStopWhileStarting_StopsWhatHasBegun_AndEndsWell()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var worker = new StopsAtOnce();
        builder.Services.AddSingleton<IHostedService>(services => worker.With(services.GetRequiredService<IHostApplicationLifetime>()));

        Assert.Equal(0, await SettingsCheck.RunAsync(builder.Build()));

        Assert.Equal(["started", "stopped"], worker.Heard);
    }

    [Fact]
    public async Task Start_PortInUse_SaysSo()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();

        var (code, said, _) = await StartAsync($"--urls=http://127.0.0.1:{((System.Net.IPEndPoint)taken.LocalEndpoint).Port}");

        Assert.Equal(1, code);
        Assert.Contains("address already in use", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Example_ShowsEverySetting_WithTheValueItHas()
    {
        var path = Path.Combine(Source.Root, "appsettings.Development.json.example");
        using var file = File.OpenRead(path);
        var shown = new ConfigurationBuilder().AddJsonStream(file).Build();
        var sections = SettingsCheck.OptionsTypes().ToList();
        var known = new List<string> { "ConnectionStrings:Portal" };
        var text = File.ReadAllText(path);
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip };
        using var document = JsonDocument.Parse(text, options);
        var named = document.RootElement.EnumerateObject().Where(s => s.Name != "Logging")
            .SelectMany(s => s.Value.EnumerateObject().Select(p => $"{s.Name}:{p.Name}")).ToList();

        foreach (var (section, type) in sections)
        {
            var fresh = Activator.CreateInstance(type)!;
            var bound = shown.GetSection(section).Get(type)!;
            foreach (var property in type.GetProperties().Where(p => p.CanWrite))
            {
                var key = $"{section}:{property.Name}";
                known.Add(key);
                Assert.Contains(key, named);
                if (key != "Demo:Enabled")
                {
                    Assert.True(Same(property.GetValue(fresh), property.GetValue(bound)), $"{key} in the example is not the value that it has without one.");
                }
            }
        }

        Assert.Equal([], named.Except(known));
        Assert.Equal(document.RootElement.EnumerateObject().Select(s => s.Name).Except(["Logging", "ConnectionStrings"]).Order(StringComparer.Ordinal), sections.Select(s => s.Section));
    }

    private static bool Same(object? a, object? b) => (a, b) switch
    {
        (null or "", null or "") => true,
        (IEnumerable x and not string, IEnumerable y) => x.Cast<object>().SequenceEqual(y.Cast<object>()),
        _ => Equals(a, b),
    };

    private static async Task<(int Code, string Said, string Logged)> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(SettingsCheck).Assembly.Location);
        if (!arguments.Any(a => a.StartsWith("--urls", StringComparison.Ordinal)))
        {
            start.ArgumentList.Add("--urls=http://127.0.0.1:0");
        }

        if (!arguments.Any(a => a.StartsWith("--ConnectionStrings", StringComparison.Ordinal)))
        {
            start.ArgumentList.Add($"--ConnectionStrings:Portal=Data Source={RunFolder.NewPath(".db")}");
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        using var process = Process.Start(start)!;
        var (said, logged) = (process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail("It started: " + await logged);
        }

        return (process.ExitCode, await said, await logged);
    }

    // A worker that has begun when the portal is told to stop, before it listens.
    private sealed class StopsAtOnce : IHostedService
    {
        private IHostApplicationLifetime? _lifetime;

        public List<string> Heard { get; } = [];

        public StopsAtOnce With(IHostApplicationLifetime lifetime)
        {
            _lifetime = lifetime;
            return this;
        }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Heard.Add("started");
            _lifetime?.StopApplication();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            Heard.Add("stopped");
            return Task.CompletedTask;
        }
    }
}
