using InvitePortal.Accounts;
using InvitePortal.Api;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Demo;
using InvitePortal.Insights;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Shell;
using InvitePortal.Shell.Protection;
using InvitePortal.Telegram;
using InvitePortal.Users;
using InvitePortal.Webhooks;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.FileProviders;

namespace InvitePortal.Tests.Support;

/// <summary>
/// The portal's services over a test database and a clock that the test moves; no web server, and no hosted service unless it is started.
/// <code>await using var host = await ServiceHost.CreateAsync(provider);
/// var admin = await host.AddPersonAsync(Role.SuperAdmin);
/// var result = await host.Get&lt;InvitationService&gt;().CancelAsync(admin.Actor, id, ct);</code>
/// </summary>
public sealed class ServiceHost : IAsyncDisposable
{
    private readonly TestDatabase? _ownDatabase;
    private readonly ServiceProvider _services;
    private readonly List<AsyncServiceScope> _scopes = [];
    private readonly List<IHostedService> _started = [];

    private ServiceHost(TestDatabase? ownDatabase, ServiceProvider services, FakeClock clock, RecordedLogs logs)
    {
        _ownDatabase = ownDatabase;
        _services = services;
        Clock = clock;
        Logs = logs;
    }

    public IServiceProvider Services => _services;

    public FakeClock Clock { get; }

    public RecordedLogs Logs { get; }

    public IDbContextFactory<AppDbContext> Databases => _services.GetRequiredService<IDbContextFactory<AppDbContext>>();

    /// <summary>A host over a database of its own.</summary>
    /// <param name="provider">Which database; the test is skipped when this machine lacks it.</param>
    /// <param name="settings">Configuration, such as <c>["Limits:CodeAttempts"] = "3"</c>.</param>
    /// <param name="configure">Last changes to the services, such as a fake channel.</param>
    /// <param name="environment"><c>Production</c> or <c>Development</c>.</param>
    public static async Task<ServiceHost> CreateAsync(
        DatabaseProvider provider = DatabaseProvider.Sqlite,
        IDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? configure = null,
        string environment = "Production")
    {
        var database = await TestDatabase.CreateAsync(provider);
        return Create(database, owned: true, settings, configure, environment, new FakeClock());
    }

    /// <summary>A host on which something happens between two statements.</summary>
    public static Task<ServiceHost> CreateAsync(DatabaseProvider provider, Meanwhile meanwhile) => CreateAsync(provider, configure: services =>
    {
        services.ConfigureDbContext<SqliteAppDbContext>(o => o.AddInterceptors(meanwhile));
        services.ConfigureDbContext<PostgreSqlAppDbContext>(o => o.AddInterceptors(meanwhile));
    });

    /// <summary>One more node over the same database and clock.</summary>
    public static ServiceHost Beside(
        ServiceHost first, TestDatabase database, IDictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null) =>
        Create(database, owned: false, settings, configure, "Production", first.Clock);

    /// <summary>A host over a database that the test owns.</summary>
    public static ServiceHost On(
        TestDatabase database, IDictionary<string, string?>? settings = null, Action<IServiceCollection>? configure = null, FakeClock? clock = null, string environment = "Production") =>
        Create(database, owned: false, settings, configure, environment, clock ?? new FakeClock());

    /// <summary>A service, in a scope of its own that lives as long as the host.</summary>
    public T Get<T>()
        where T : notnull
    {
        var scope = _services.CreateAsyncScope();
        lock (_scopes)
        {
            _scopes.Add(scope);
        }

        return scope.ServiceProvider.GetRequiredService<T>();
    }

    /// <summary>A context to look with, or to arrange data.</summary>
    public AppDbContext Open() => Databases.CreateDbContext();

    /// <inheritdoc cref="TestPeople.AddPersonAsync" />
    public Task<TestPerson> AddPersonAsync(
        Role role, PersonStatus status = PersonStatus.Active, string? email = null, string? name = null, string? password = null) =>
        _services.AddPersonAsync(role, status, email, name, password);

    /// <summary>Starts one of the hosted services; it is stopped with the host.</summary>
    public async Task<T> StartAsync<T>()
        where T : class, IHostedService
    {
        _services.GetRequiredService<DatabaseReadiness>().Set();
        var service = _services.GetServices<IHostedService>().OfType<T>().Single();
        await service.StartAsync(default);
        _started.Add(service);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _started)
        {
            await service.StopAsync(default);
        }

        foreach (var scope in _scopes)
        {
            await scope.DisposeAsync();
        }

        await _services.DisposeAsync();
        if (_ownDatabase is not null)
        {
            await _ownDatabase.DisposeAsync();
        }
    }

    private static ServiceHost Create(
        TestDatabase database, bool owned, IDictionary<string, string?>? settings, Action<IServiceCollection>? configure, string environment, FakeClock clock)
    {
        var logs = new RecordedLogs();
        var services = BuildServices(database.Provider, database.ConnectionString, settings, environment, clock, logs);
        configure?.Invoke(services);
        var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
        provider.GetRequiredService<DatabaseReadiness>().Set();
        provider.GetRequiredService<IDataProtectionProvider>().WarmUp();
        return new ServiceHost(owned ? database : null, provider, clock, logs);
    }

    /// <summary>The portal's own registrations, in the order of Program.cs.</summary>
    internal static ServiceCollection BuildServices(
        DatabaseProvider provider,
        string connectionString,
        IDictionary<string, string?>? settings,
        string environment,
        TimeProvider clock,
        RecordedLogs logs)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(TestSettings.Base)
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Database:Provider"] = provider.ToString(),
                ["ConnectionStrings:Portal"] = connectionString,
            })
            .AddInMemoryCollection(settings ?? new Dictionary<string, string?>())
            .Build();
        var host = new HostEnvironment(environment);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddSingleton<IHostEnvironment>(host);
        services.AddSingleton<IWebHostEnvironment>(host);
        services.AddSingleton<IHostApplicationLifetime, Lifetime>();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(logs));
        services
            .AddPortalOptions()
            .AddData(configuration, host)
            .AddSettings()
            .AddMessaging()
            .AddWebhooks()
            .AddAccounts()
            .AddUsers()
            .AddCodes()
            .AddLinks()
            .AddTelegram()
            .AddInvitations()
            .AddInsights()
            .AddImports()
            .AddDemo(host)
            .AddApi()
            .AddShell()
            .AddProtection();
        services.RemoveAll<TimeProvider>();
        services.AddSingleton(clock);
        return services;
    }

    private sealed class HostEnvironment(string name) : IWebHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;
        public string ApplicationName { get; set; } = "InvitePortal";
        public string ContentRootPath { get; set; } = RunFolder.Path;
        public string WebRootPath { get; set; } = RunFolder.Path;
        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
        public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => new(canceled: true);
        public CancellationToken ApplicationStopping => CancellationToken.None;
        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
