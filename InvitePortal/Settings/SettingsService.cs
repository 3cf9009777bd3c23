using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Settings;

/// <summary>One setting as its page shows it.</summary>
/// <param name="Name">Name of the value within its section.</param>
/// <param name="Kind">How it is entered.</param>
/// <param name="Value">As text; null for a secret, whatever it holds.</param>
/// <param name="IsSet">Whether there is a value.</param>
/// <param name="IsStored">Whether it was saved here; otherwise it comes from the configuration or is the default.</param>
/// <param name="ChangedAt">When it was saved here.</param>
public sealed record SettingView(string Name, FieldKind Kind, string? Value, bool IsSet, bool IsStored, DateTimeOffset? ChangedAt);

/// <summary>The settings of one section.</summary>
/// <param name="Section">Name of the section, such as <c>Smtp</c>.</param>
/// <param name="Version">To be sent back with a change.</param>
/// <param name="Fields">In the order of the options class.</param>
public sealed record SettingsView(string Section, string Version, IReadOnlyList<SettingView> Fields);

/// <summary>Change settings of one section; fields that are not named stay as they are.</summary>
/// <param name="Section">Name of the section.</param>
/// <param name="Version">The version that was read; an older one is refused.</param>
/// <param name="Values">New values by field name; null takes the configured value again. An empty text keeps a secret as it is.</param>
public sealed record SaveSettings(string Section, string Version, IReadOnlyDictionary<string, string?> Values);

/// <summary>Settings that are changed while the portal runs. For super admins, with a fresh proof of who they are.</summary>
public sealed class SettingsService(
    IDbContextFactory<AppDbContext> databases, RuntimeSettings settings, IServiceProvider services, TimeProvider clock, IOptions<LimitOptions> limits)
{
    /// <summary>The settings of <paramref name="section"/>; secrets only as set or not.</summary>
    public async Task<Result<SettingsView>> ReadAsync(Actor actor, string section, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var found = await RequireAsync(db, actor, section, ct);
        return found.Succeeded ? await ViewAsync(db, found.Value.Section, ct) : found.Error;
    }

    /// <summary>Saves and applies at once: on this node when it returns, on the others within two seconds.</summary>
    /// <returns>The settings as they are now, or <c>settings.invalid</c> with the field at fault, <c>settings.changed</c> when somebody else was faster.</returns>
    public async Task<Result<SettingsView>> SaveAsync(Actor actor, SaveSettings command, CancellationToken ct)
    {
        // Judged against what is stored, which another node may have just changed.
        await settings.ReloadAsync(ct);
        var saved = await databases.InTransactionAsync(db => SaveAsync(db, actor, command, ct), ct);
        if (!saved.Succeeded)
        {
            return saved.Error;
        }

        await settings.ReloadAsync(ct);
        return await ReadAsync(actor, command.Section, ct);
    }

    private async Task<Result> SaveAsync(AppDbContext db, Actor actor, SaveSettings command, CancellationToken ct)
    {
        var found = await RequireAsync(db, actor, command.Section, ct);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        if (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct) is { Error: { } stale })
        {
            return stale;
        }

        var (me, section) = found.Value;
        var changes = Changes(section, command.Values);
        if (!changes.Succeeded)
        {
            return changes.Error;
        }

        if (changes.Value.Count == 0)
        {
            return await VersionAsync(db, section, ct) == command.Version ? Result.Ok : SettingsErrors.Changed;
        }

        if (!await RenewVersionAsync(db, section, command.Version, ct))
        {
            return SettingsErrors.Changed;
        }

        var (before, after) = (section.Try(settings.Of(section.Name)).Options, section.Try(Merged(section, changes.Value)).Options);
        await StoreAsync(db, section, changes.Value, ct);
        AuditLog.Record(db, clock.GetUtcNow(), actor, me.Name, "settings.changed", null, Told(section, changes.Value, before), Told(section, changes.Value, after));
        await db.SaveChangesAsync(ct);
        return Result.Ok;
    }

    /// <summary>What really changes: unknown and unchanged fields left out, secrets whose host changes emptied, everything valid together.</summary>
    private Result<Dictionary<SettingField, string?>> Changes(RuntimeSection section, IReadOnlyDictionary<string, string?> values)
    {
        var (stored, current) = (settings.Of(section.Name), section.Try(settings.Of(section.Name)).Options);
        var changes = section.Fields
            .Where(f => values.TryGetValue(f.Name, out var value) && (value is null ? stored.ContainsKey(f.Name) : f.IsSecret ? value.Length > 0 : value != (f.Read(current) ?? "")))
            .ToDictionary(f => f, f => values[f.Name]);
        foreach (var secret in section.Fields.Where(f => f.ClearedWith is not null && !changes.ContainsKey(f) && !string.IsNullOrEmpty(f.Read(current))))
        {
            if (changes.Keys.Any(f => f.Name == secret.ClearedWith))
            {
                changes[secret] = "";
            }
        }

        var (_, mistakes) = section.Try(Merged(section, changes));
        return mistakes.Count == 0 ? changes : SettingsErrors.Invalid(section.Fields.FirstOrDefault(f => mistakes[0].Contains(section.KeyOf(f), StringComparison.Ordinal))?.Name, mistakes);
    }

    private Dictionary<string, string> Merged(RuntimeSection section, Dictionary<SettingField, string?> changes)
    {
        var merged = new Dictionary<string, string>(settings.Of(section.Name));
        foreach (var (field, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(field.Name);
            }
            else
            {
                merged[field.Name] = value;
            }
        }

        return merged;
    }

    private async Task StoreAsync(AppDbContext db, RuntimeSection section, Dictionary<SettingField, string?> changes, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var (field, value) in changes)
        {
            var key = section.KeyOf(field);
            await db.Settings.Where(s => s.Key == key).ExecuteDeleteAsync(ct);
            if (value is not null)
            {
                db.Settings.Add(new Setting { Key = key, Value = field.IsSecret && value.Length > 0 ? settings.Protect(value) : value, ChangedAt = now });
            }
        }
    }

    /// <summary>Of two who save what both have read, one wins: the row counts.</summary>
    private async Task<bool> RenewVersionAsync(AppDbContext db, RuntimeSection section, string version, CancellationToken ct)
    {
        var (key, next, now) = (VersionKey(section), Guid.NewGuid().ToString("N"), clock.GetUtcNow());
        if (version.Length > 0)
        {
            return await db.Settings.Where(s => s.Key == key && s.Value == version)
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.Value, next).SetProperty(s => s.ChangedAt, now), ct) == 1;
        }

        if (await db.Settings.AnyAsync(s => s.Key == key, ct))
        {
            return false;
        }

        db.Settings.Add(new Setting { Key = key, Value = next, ChangedAt = now });
        return true;
    }

    private async Task<SettingsView> ViewAsync(AppDbContext db, RuntimeSection section, CancellationToken ct)
    {
        var prefix = section.Name + ":";
        var stored = await db.Settings.AsNoTracking().Where(s => s.Key.StartsWith(prefix)).ToDictionaryAsync(s => s.Key, s => s.ChangedAt, ct);
        var current = section.Try(settings.Of(section.Name)).Options;
        return new SettingsView(section.Name, await VersionAsync(db, section, ct), [.. section.Fields.Select(f =>
        {
            var (text, at) = (f.Read(current), stored.TryGetValue(section.KeyOf(f), out var changed) ? changed : (DateTimeOffset?)null);
            return new SettingView(f.Name, f.Kind, f.IsSecret ? null : text, !string.IsNullOrEmpty(text), at is not null, at);
        })]);
    }

    private static async Task<string> VersionAsync(AppDbContext db, RuntimeSection section, CancellationToken ct)
    {
        var key = VersionKey(section);
        return await db.Settings.Where(s => s.Key == key).Select(s => s.Value).FirstOrDefaultAsync(ct) ?? "";
    }

    private static string VersionKey(RuntimeSection section) => RuntimeSettings.VersionPrefix + section.Name;

    private static Dictionary<string, string?> Told(RuntimeSection section, Dictionary<SettingField, string?> changes, object options) =>
        changes.Keys.ToDictionary(section.KeyOf, f => f.IsSecret ? (string.IsNullOrEmpty(f.Read(options)) ? "not set" : "set") : f.Read(options));

    private async Task<Result<(ActorState Me, RuntimeSection Section)>> RequireAsync(AppDbContext db, Actor actor, string section, CancellationToken ct)
    {
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (me.Value.ActiveRole is not Role.SuperAdmin)
        {
            return SettingsErrors.NotAllowed;
        }

        return services.GetServices<RuntimeSection>().FirstOrDefault(s => s.Name == section) is { } found ? (me.Value, found) : SettingsErrors.Unknown;
    }
}
