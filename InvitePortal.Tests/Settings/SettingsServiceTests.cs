using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Settings;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Settings;

/// <summary>Settings that are changed while the portal runs.</summary>
public sealed class SettingsServiceTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    /// <summary>A section with every kind of value, bound and checked as the portal's own are.</summary>
    public sealed class CourierOptions
    {
        public const string Section = "Courier";

        public string Host { get; set; } = "courier.example.org";

        public int Port { get; set; } = 70;

        public bool Express { get; set; }

        public TimeSpan Patience { get; set; } = TimeSpan.FromMinutes(1);

        public string[] Towns { get; set; } = [];

        public int[] Hours { get; set; } = [];

        [Secret(ClearedWith = nameof(Host))]
        public string? Key { get; set; }

        [StartUpOnly]
        public string Depot { get; set; } = "";
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task SaveAsync_EveryKindOfValue_HoldsAtOnceAndAfterARestart(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = Host(database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<CourierOptions>>();
        Assert.Equal(70, monitor.CurrentValue.Port);

        var saved = await SaveAsync(host, admin, new() { ["Port"] = "71", ["Express"] = "true", ["Patience"] = "00:02:00", ["Towns"] = "Riga\n Tartu \n", ["Hours"] = "72\n24", ["Key"] = "canary-key" });

        Assert.True(saved.Succeeded, saved.Error?.Message);
        AssertCourier(monitor.CurrentValue);
        AssertCourier(host.Services.GetRequiredService<IOptions<CourierOptions>>().Value);
        await using var later = Host(database);
        await later.Services.GetRequiredService<RuntimeSettings>().ReloadAsync(Ct);
        AssertCourier(later.Services.GetRequiredService<IOptions<CourierOptions>>().Value);

        static void AssertCourier(CourierOptions options)
        {
            Assert.Equal((71, true, TimeSpan.FromMinutes(2), "canary-key", "courier.example.org"), (options.Port, options.Express, options.Patience, options.Key, options.Host));
            Assert.Equal(["Riga", "Tartu"], options.Towns);
            Assert.Equal([72, 24], options.Hours);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task K05_ASecret_IsNeverShownNorStoredInTheClear(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = Host(database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var saved = await SaveAsync(host, admin, new() { ["Key"] = "canary-key" });

        var key = saved.Value!.Fields.Single(f => f.Name == "Key");
        Assert.Equal((null, true, FieldKind.Secret), (key.Value, key.IsSet, key.Kind));
        await using var db = host.Open();
        Assert.DoesNotContain(await db.Settings.Select(s => s.Value).ToListAsync(), v => v.Contains("canary-key", StringComparison.Ordinal));
        var audit = await db.AuditEntries.SingleAsync(a => a.Action == "settings.changed");
        Assert.DoesNotContain("canary-key", audit.Before + audit.After, StringComparison.Ordinal);
        Assert.Contains("\"Courier:Key\":\"set\"", audit.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task K05_AnEmptySecret_KeepsIt_AndNullRemovesIt()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = Host(database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await SaveAsync(host, admin, new() { ["Key"] = "canary-key" });

        await SaveAsync(host, admin, new() { ["Key"] = "", ["Port"] = "72" });
        Assert.Equal("canary-key", host.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Key);

        await SaveAsync(host, admin, new() { ["Key"] = null });
        Assert.Null(host.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Key);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("from-configuration")]
    public async Task SaveAsync_AnotherHost_ClearsItsSecretUnlessGivenAnew(string? configured)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = Host(database, new() { ["Courier:Key"] = configured });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        if (configured is null)
        {
            await SaveAsync(host, admin, new() { ["Key"] = "canary-key" });
        }

        var moved = await SaveAsync(host, admin, new() { ["Host"] = "elsewhere.example.org" });

        Assert.True(moved.Succeeded, moved.Error?.Message);
        Assert.True(string.IsNullOrEmpty(host.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Key));
        await SaveAsync(host, admin, new() { ["Host"] = "third.example.org", ["Key"] = "new-key" });
        Assert.Equal("new-key", host.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Key);
    }

    [Theory]
    [InlineData("Port", "not a number", "Port")]
    [InlineData("Port", "0", "Port")]
    [InlineData("Patience", "10", "Patience")]
    [InlineData("Hours", "1\nx", "Hours")]
    public async Task SaveAsync_WrongValue_IsRefusedNamingTheField(string field, string value, string named)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = Host(database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);

        var saved = await SaveAsync(host, admin, new() { [field] = value, ["Express"] = "true" });

        Assert.Equal(("settings.invalid", named), (saved.Error?.Code, saved.Error?.Field));
        Assert.False(host.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Express);
        await using var db = host.Open();
        Assert.False(await db.Settings.AnyAsync(s => s.Key.StartsWith("Courier:")));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task C07_TwoAdminsAtOnce_TheSecondIsTold(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var host = Host(database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var version = (await host.Get<SettingsService>().ReadAsync(admin.Actor, "Courier", Ct)).Value!.Version;

        var results = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(() =>
            host.Get<SettingsService>().SaveAsync(admin.Actor, new SaveSettings("Courier", version, new Dictionary<string, string?> { ["Port"] = $"{n}" }), Ct))));

        Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("settings.changed", r.Error?.Code));
        var late = await host.Get<SettingsService>().SaveAsync(admin.Actor, new SaveSettings("Courier", version, new Dictionary<string, string?> { ["Port"] = "99" }), Ct);
        Assert.Equal("settings.changed", late.Error?.Code);
    }

    [Theory]
    [InlineData(Role.Staff)]
    [InlineData(Role.Teacher)]
    public async Task D10_WhoIsNoSuperAdmin_MayNeitherReadNorSave(Role role)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = Host(database);
        var person = await host.AddPersonAsync(role);

        Assert.Equal("settings.not_allowed", (await host.Get<SettingsService>().ReadAsync(person.Actor, "Courier", Ct)).Error?.Code);
        Assert.Equal("settings.not_allowed", (await SaveAsync(host, person, new() { ["Port"] = "1" }, "")).Error?.Code);
    }

    [Fact]
    public async Task SaveAsync_ProofTooOld_AsksForAFreshOne()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var host = Host(database);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        host.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("account.confirm_again", (await SaveAsync(host, admin, new() { ["Port"] = "1" })).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AnotherNode_ReadsWhatThisOneSaved(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var one = Host(database);
        await using var two = Host(database);
        var admin = await one.AddPersonAsync(Role.SuperAdmin);
        await two.StartAsync<SettingsWatcher>();

        await SaveAsync(one, admin, new() { ["Port"] = "75" });

        await Eventually.TrueAsync(() => Task.FromResult(two.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Port == 75));
    }

    [Fact]
    public async Task ReloadAsync_ConfigurationMadeStoredValuesWrong_ConfigurationStands()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using (var host = Host(database))
        {
            await SaveAsync(host, await host.AddPersonAsync(Role.SuperAdmin), new() { ["Port"] = "80", ["Express"] = "true" });
        }

        // Express couriers stop at port 79 there.
        await using var changed = Host(database, new() { ["Courier:Host"] = "slow.example.org" });
        await changed.Services.GetRequiredService<RuntimeSettings>().ReloadAsync(Ct);

        Assert.Equal((70, false), (changed.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Port, changed.Services.GetRequiredService<IOptions<CourierOptions>>().Value.Express));
        Assert.Contains(changed.Logs.Lines, l => l.Message.Contains("section Courier", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PortalName_Changed_IsWhatEveryAskerReads()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var view = (await host.Get<SettingsService>().ReadAsync(admin.Actor, PortalOptions.Section, Ct)).Value!;
        Assert.Equal(["Name", "PublicUrl"], view.Fields.Select(f => f.Name));

        var wrong = await host.Get<SettingsService>().SaveAsync(admin.Actor, new SaveSettings("Portal", view.Version, new Dictionary<string, string?> { ["PublicUrl"] = "ftp://x" }), Ct);
        var right = await host.Get<SettingsService>().SaveAsync(admin.Actor, new SaveSettings("Portal", view.Version, new Dictionary<string, string?> { ["Name"] = "School 57" }), Ct);

        Assert.Equal(("settings.invalid", "PublicUrl"), (wrong.Error?.Code, wrong.Error?.Field));
        Assert.True(right.Succeeded, right.Error?.Message);
        Assert.Equal("School 57", host.Services.GetRequiredService<IOptions<PortalOptions>>().Value.Name);
        var reset = await host.Get<SettingsService>().SaveAsync(admin.Actor, new SaveSettings("Portal", right.Value!.Version, new Dictionary<string, string?> { ["Name"] = null }), Ct);
        Assert.Equal(("InvitePortal", false), (reset.Value!.Fields[0].Value, reset.Value.Fields[0].IsStored));
    }

    private static ServiceHost Host(TestDatabase database, Dictionary<string, string?>? settings = null) => ServiceHost.On(database, settings, services =>
    {
        services.AddRuntimeOptions<CourierOptions>();
        services.AddSingleton<IValidateOptions<CourierOptions>>(new ValidateOptions<CourierOptions>(
            null, o => o.Port is > 0 and < 100 && !(o.Host == "slow.example.org" && o.Express), "Courier:Port must lie between 1 and 99."));
    });

    private static async Task<Result<SettingsView>> SaveAsync(ServiceHost host, TestPerson person, Dictionary<string, string?> values, string? version = null)
    {
        var service = host.Get<SettingsService>();
        version ??= (await service.ReadAsync(person.Actor, "Courier", Ct)).Value!.Version;
        return await service.SaveAsync(person.Actor, new SaveSettings("Courier", version, values), Ct);
    }
}
