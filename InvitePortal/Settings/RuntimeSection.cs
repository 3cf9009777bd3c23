using System.Reflection;
using Microsoft.Extensions.Options;

namespace InvitePortal.Settings;

/// <summary>A class of options whose values may be changed while the portal runs.</summary>
internal abstract class RuntimeSection(string name, Type type)
{
    /// <summary>Name of its section in the configuration.</summary>
    public string Name => name;

    public IReadOnlyList<SettingField> Fields { get; } = SettingField.Of(type);

    /// <summary>What holds with <paramref name="stored"/> over the configuration, and everything that is wrong with it.</summary>
    public abstract (object Options, IReadOnlyList<string> Mistakes) Try(IReadOnlyDictionary<string, string> stored);

    /// <summary>Puts stored values into <paramref name="options"/>; one that can no longer be read is passed over.</summary>
    /// <returns>Names of the fields that could not be read.</returns>
    public IReadOnlyList<string> Apply(object options, IReadOnlyDictionary<string, string> stored) =>
        [.. Fields.Where(f => stored.TryGetValue(f.Name, out var text) && !f.TryWrite(options, text)).Select(f => f.Name)];

    /// <summary>Key of a field's row in the table of settings.</summary>
    public string KeyOf(SettingField field) => $"{Name}:{field.Name}";
}

internal sealed class RuntimeSection<TOptions>(IConfiguration configuration, IEnumerable<IValidateOptions<TOptions>> validators)
    : RuntimeSection(SectionName, typeof(TOptions))
    where TOptions : class, new()
{
    internal static readonly string SectionName = typeof(TOptions).GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        ?? throw new InvalidOperationException($"{typeof(TOptions).Name} has no constant Section.");

    public override (object Options, IReadOnlyList<string> Mistakes) Try(IReadOnlyDictionary<string, string> stored)
    {
        var options = new TOptions();
        configuration.GetSection(Name).Bind(options);
        var unread = Apply(options, stored).Select(field => $"{Name}:{field} cannot be read.");
        var wrong = validators.Select(v => v.Validate(Options.DefaultName, options)).Where(r => r.Failed).SelectMany(r => r.Failures ?? []);
        return (options, [.. unread, .. wrong]);
    }
}
