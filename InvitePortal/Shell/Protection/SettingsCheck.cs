using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace InvitePortal.Shell.Protection;

/// <summary>
/// Finds every mistake in the configuration before the portal starts, and names all of them at once in plain words. The framework alone stops at the
/// first, with a stack trace. Every class named …Options with a constant <c>Section</c> is covered.
/// </summary>
public sealed class SettingsCheck
{
    private readonly List<string> _mistakes = [];

    private SettingsCheck()
    {
    }

    /// <summary>The host's builder, or false when a file of the configuration cannot be read (said on standard error).</summary>
    public static bool TryCreateBuilder(string[] args, [NotNullWhen(true)] out WebApplicationBuilder? builder)
    {
        try
        {
            builder = WebApplication.CreateBuilder(args);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            Console.Error.WriteLine($"InvitePortal did not start. {e.Message} {e.InnerException?.Message}".TrimEnd());
            builder = null;
            return false;
        }
    }

    /// <summary>Looks for settings that are not known or cannot be read. They are taken out, so that the rest can be looked at as well.</summary>
    public static SettingsCheck Of(ConfigurationManager configuration)
    {
        var check = new SettingsCheck();
        var bad = new List<string>();
        foreach (var (section, type) in OptionsTypes())
        {
            check.Look(configuration.GetSection(section), type, bad);
        }

        if (bad.Count > 0)
        {
            var good = configuration.AsEnumerable().Where(e => !bad.Exists(b => IsWithin(e.Key, b))).ToList();
            configuration.Sources.Clear();
            configuration.AddInMemoryCollection(good);
        }

        return check;
    }

    /// <summary>Runs all validations too, and writes what is wrong to standard error.</summary>
    /// <returns>Whether anything is.</returns>
    public bool FindsMistakes(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
        }
        catch (OptionsValidationException e)
        {
            Add(e);
        }
        catch (AggregateException e)
        {
            foreach (var inner in e.InnerExceptions.OfType<OptionsValidationException>())
            {
                Add(inner);
            }
        }

        if (_mistakes.Count == 0)
        {
            return false;
        }

        Console.Error.WriteLine(_mistakes.Count == 1
            ? "InvitePortal did not start, because a setting is wrong:"
            : $"InvitePortal did not start, because {_mistakes.Count} settings are wrong:");
        foreach (var mistake in _mistakes.Distinct())
        {
            Console.Error.WriteLine("  - " + mistake);
        }

        Console.Error.WriteLine("All settings are explained in appsettings.Development.json.example.");
        return true;
    }

    /// <summary>Runs the portal until it is told to stop.</summary>
    /// <returns>The exit code: 1 when it cannot listen where it should, which is said on standard error.</returns>
    public static async Task<int> RunAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop while it was still starting. Workers may have begun already, and end as they do later: what is in flight is finished.
            await app.StopAsync();
            return 0;
        }
        catch (Exception e) when (e is IOException or FormatException && e.StackTrace?.Contains("Kestrel", StringComparison.Ordinal) == true)
        {
            Console.Error.WriteLine($"InvitePortal did not start. {e.Message}");
            return 1;
        }
        finally
        {
            await app.DisposeAsync();
        }
    }

    internal static IEnumerable<(string Section, Type Type)> OptionsTypes() =>
        from type in typeof(SettingsCheck).Assembly.GetTypes()
        where type.Name.EndsWith("Options", StringComparison.Ordinal)
        let section = type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string
        where section is not null
        orderby section
        select (section, type);

    private static bool IsWithin(string key, string path) =>
        key.Equals(path, StringComparison.OrdinalIgnoreCase) || key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase);

    private void Look(IConfigurationSection section, Type type, List<string> bad)
    {
        if (!section.GetChildren().Any() && !string.IsNullOrEmpty(section.Value))
        {
            _mistakes.Add($"{section.Path} must be a section of settings, not a single value.");
            bad.Add(section.Path);
        }

        var properties = type.GetProperties().Where(p => p.CanWrite).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var entry in section.GetChildren())
        {
            if (!properties.TryGetValue(entry.Key, out var property))
            {
                var near = properties.Keys.MinBy(name => Distance(name, entry.Key));
                _mistakes.Add($"{entry.Path} is not a setting." + (near is not null && Distance(near, entry.Key) <= 3 ? $" Did you mean {section.Path}:{near}?" : ""));
                bad.Add(entry.Path);
            }
            else if (Unreadable(entry, property.PropertyType) is { } expected)
            {
                _mistakes.Add($"{entry.Path} must be {expected}, not '{entry.Value}'.");
                bad.Add(entry.Path);
            }
        }
    }

    private static string? Unreadable(IConfigurationSection entry, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsArray)
        {
            return entry.Value is { Length: > 0 } ? "a list" : null;
        }

        if (entry.GetChildren().Any())
        {
            return "a single value";
        }

        if (entry.Value is not { } text || type == typeof(string))
        {
            return null;
        }

        if (type == typeof(TimeSpan))
        {
            // "10" alone would be ten days.
            return TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) && text.Contains(':', StringComparison.Ordinal)
                ? null
                : "a duration such as 00:10:00 (hours:minutes:seconds) or 7.00:00:00 (days first)";
        }

        if (type.IsEnum)
        {
            return Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) ? null : "one of " + string.Join(", ", Enum.GetNames(type));
        }

        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return type == typeof(bool) ? "true or false" : type == typeof(int) ? "a whole number" : "a number";
        }
    }

    private void Add(OptionsValidationException e)
    {
        var section = e.OptionsType.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue();
        foreach (var failure in e.Failures)
        {
            // Data annotations speak of classes: DataAnnotation validation failed for 'PortalOptions' members: 'Name' with the error: '…'.
            var at = failure.IndexOf("with the error: '", StringComparison.Ordinal);
            _mistakes.Add(failure.StartsWith("DataAnnotation", StringComparison.Ordinal) && at > 0 && failure.Split('\'') is [_, _, _, var member, ..]
                ? Plain($"{section}:{member}", failure[(at + 17)..].TrimEnd('.', '\''))
                : failure);
        }
    }

    private static string Plain(string key, string mistake) =>
        mistake.EndsWith("is required", StringComparison.Ordinal) ? $"{key} is missing." : $"{key}: {mistake}.";

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1;
                (corner, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + same));
            }
        }

        return row[^1];
    }
}
