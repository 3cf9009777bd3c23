using System.Collections.Frozen;
using System.Security.Cryptography;
using InvitePortal.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace InvitePortal.Settings;

/// <summary>
/// The stored settings as this node holds them, laid over the configuration. Read anew after each save, and by <see cref="SettingsWatcher"/> when another
/// node has saved.
/// </summary>
public sealed partial class RuntimeSettings(
    IDbContextFactory<AppDbContext> databases, IDataProtectionProvider protection, IServiceProvider services, ILogger<RuntimeSettings> logger)
{
    /// <summary>Begins the keys of the rows that hold the version of a section.</summary>
    internal const string VersionPrefix = "version:";

    private static readonly FrozenDictionary<string, string> Nothing = FrozenDictionary<string, string>.Empty;

    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Settings.Secret");
    private readonly SemaphoreSlim _turn = new(1);
    private volatile FrozenDictionary<string, FrozenDictionary<string, string>> _sections = FrozenDictionary<string, FrozenDictionary<string, string>>.Empty;
    private volatile string? _stamp;
    private CancellationTokenSource _changed = new();

    /// <summary>Completes when anything was read anew.</summary>
    internal IChangeToken Changed => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>What is stored for a section, by field, secrets in the clear.</summary>
    internal IReadOnlyDictionary<string, string> Of(string section) => _sections.GetValueOrDefault(section, Nothing);

    /// <summary>Reads everything anew, unless the versions say that nothing has changed.</summary>
    public async Task ReloadAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var stamp = string.Join('|', await db.Settings.AsNoTracking().Where(s => s.Key.StartsWith(VersionPrefix)).OrderBy(s => s.Key).Select(s => s.Key + "=" + s.Value).ToListAsync(ct));
            if (stamp == _stamp)
            {
                return;
            }

            var rows = await db.Settings.AsNoTracking().ToDictionaryAsync(s => s.Key, s => s.Value, ct);
            _sections = services.GetServices<RuntimeSection>().ToFrozenDictionary(s => s.Name, s => Usable(s, rows));
            _stamp = stamp;
        }
        finally
        {
            _turn.Release();
        }

        using var old = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
        await old.CancelAsync();
    }

    internal string Protect(string secret) => Convert.ToBase64String(_protector.Protect(System.Text.Encoding.UTF8.GetBytes(secret)));

    // Stored values were right when they were saved. Where configuration or a newer release has made them wrong, the configuration alone stands.
    private FrozenDictionary<string, string> Usable(RuntimeSection section, Dictionary<string, string> rows)
    {
        var stored = section.Fields
            .Select(f => (f.Name, Text: rows.TryGetValue(section.KeyOf(f), out var value) ? Clear(section, f, value) : null))
            .Where(f => f.Text is not null)
            .ToFrozenDictionary(f => f.Name, f => f.Text!);
        var mistakes = stored.Count == 0 ? [] : section.Try(stored).Mistakes;
        if (mistakes.Count == 0)
        {
            return stored;
        }

        LogUnusable(section.Name, string.Join(' ', mistakes));
        return Nothing;
    }

    private string? Clear(RuntimeSection section, SettingField field, string value)
    {
        if (!field.IsSecret || value.Length == 0)
        {
            return value;
        }

        try
        {
            return System.Text.Encoding.UTF8.GetString(_protector.Unprotect(Convert.FromBase64String(value)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            LogLost(section.KeyOf(field));
            return "";
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored settings of section {Section} are not used, because they are wrong: {Mistakes}")]
    private partial void LogUnusable(string section, string mistakes);

    [LoggerMessage(Level = LogLevel.Error, Message = "The stored secret {Key} cannot be read, because the key that protected it is lost. It has to be entered again.")]
    private partial void LogLost(string key);
}

/// <summary>Lays stored settings over a class of options, and has it made anew when they change.</summary>
internal sealed class RuntimeOptions<TOptions>(RuntimeSettings settings, RuntimeSection<TOptions> section) : IConfigureOptions<TOptions>, IOptionsChangeTokenSource<TOptions>
    where TOptions : class, new()
{
    public string Name => Options.DefaultName;

    public void Configure(TOptions options) => section.Apply(options, settings.Of(section.Name));

    public IChangeToken GetChangeToken() => settings.Changed;
}

/// <summary>Options as they are now, for those who ask for <see cref="IOptions{TOptions}"/>.</summary>
internal sealed class LiveOptions<TOptions>(IOptionsMonitor<TOptions> monitor) : IOptions<TOptions>
    where TOptions : class
{
    public TOptions Value => monitor.CurrentValue;
}
