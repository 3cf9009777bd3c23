using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using InvitePortal.Common;

namespace InvitePortal.Settings;

/// <summary>How a setting is entered.</summary>
public enum FieldKind
{
    Text,
    Number,
    Switch,
    /// <summary>One entry a line.</summary>
    List,
    Duration,
    Secret,
}

/// <summary>One value of an options class as text, the form in which it is entered and stored.</summary>
internal sealed class SettingField(PropertyInfo property)
{
    private readonly SecretAttribute? _secret = property.GetCustomAttribute<SecretAttribute>();

    public string Name => property.Name;

    public bool IsSecret => _secret is not null;

    /// <summary>The field whose change clears this secret.</summary>
    public string? ClearedWith => _secret?.ClearedWith;

    public FieldKind Kind =>
        IsSecret ? FieldKind.Secret
        : Type == typeof(bool) ? FieldKind.Switch
        : Type == typeof(TimeSpan) ? FieldKind.Duration
        : Type.IsArray ? FieldKind.List
        : Type == typeof(string) || Type.IsEnum ? FieldKind.Text
        : FieldKind.Number;

    private Type Type { get; } = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

    /// <summary>The fields of an options class that may change while the portal runs.</summary>
    public static IReadOnlyList<SettingField> Of(Type options) =>
        [.. options.GetProperties().Where(p => p is { CanRead: true, CanWrite: true } && p.GetCustomAttribute<StartUpOnlyAttribute>() is null).Select(p => new SettingField(p))];

    /// <summary>The value in <paramref name="options"/> as text; null where there is none.</summary>
    public string? Read(object options) => property.GetValue(options) switch
    {
        null => null,
        string[] list => string.Join('\n', list),
        int[] list => string.Join('\n', list.Select(n => n.ToString(CultureInfo.InvariantCulture))),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        bool on => on ? "true" : "false",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var value => value.ToString(),
    };

    /// <summary>Puts a text into <paramref name="options"/>.</summary>
    /// <returns>Whether the text could be read as a value of this field.</returns>
    public bool TryWrite(object options, string text)
    {
        if (!TryParse(text, out var value))
        {
            return false;
        }

        property.SetValue(options, value);
        return true;
    }

    private bool TryParse(string text, out object? value)
    {
        var trimmed = IsSecret ? text : text.Trim();
        string[] lines = Type.IsArray ? [.. trimmed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] : [];
        value = null;
        try
        {
            value = Type switch
            {
                _ when Type == typeof(string[]) => lines,
                _ when Type == typeof(int[]) => lines.Select(l => int.Parse(l, NumberStyles.Integer, CultureInfo.InvariantCulture)).ToArray(),
                _ when trimmed.Length == 0 => Type == typeof(string) ? "" : null,
                // "10" alone would be ten days.
                _ when Type == typeof(TimeSpan) && !trimmed.Contains(':', StringComparison.Ordinal) => throw new FormatException(),
                _ => TypeDescriptor.GetConverter(Type).ConvertFromInvariantString(trimmed),
            };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            return false;
        }

        return value is not null || Nullable.GetUnderlyingType(property.PropertyType) is not null;
    }
}
