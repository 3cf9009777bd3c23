using System.Collections;
using System.Reflection;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Data;

/// <summary>Makes plausible arguments for any method of the portal: full (every optional part filled) or bare (none).</summary>
internal sealed class ArgumentMakers(IServiceProvider services, bool full, Lazy<AppDbContext> database, CancellationToken ct)
{
    private readonly Dictionary<Type, Func<object?>> _makers = new()
    {
        [typeof(CancellationToken)] = () => ct,
        [typeof(Guid)] = () => SuppressedAnswers.Id,
        [typeof(int)] = () => 1,
        [typeof(long)] = () => 1L,
        [typeof(double)] = () => 24.0,
        [typeof(bool)] = () => full,
        [typeof(byte[])] = () => Secrets.Hash(SuppressedAnswers.Secret),
        [typeof(TimeSpan)] = () => TimeSpan.FromMinutes(10),
        [typeof(Actor)] = () => new Actor(SuppressedAnswers.Id, SuppressedAnswers.Id, "192.0.2.1"),
        [typeof(IQueryable<OutboxMessage>)] = () => database.Value.OutboxMessages,
        [typeof(IEnumerable<IDeliveryListener>)] = services.GetServices<IDeliveryListener>,
        [typeof(IReadOnlyDictionary<string, int>)] = () => new Dictionary<string, int>(),
        [typeof(EmailAddress)] = () => EmailAddress.TryParse(SuppressedAnswers.Text, out var address) ? address : null,
        [typeof(TimeProvider)] = services.GetRequiredService<TimeProvider>,
        [typeof(AppDbContext)] = () => database.Value,
        [typeof(IQueryable<UserSession>)] = () => database.Value.Sessions,
        [typeof(IQueryable<Guid>)] = () => database.Value.Users.Select(u => u.Id),
        [typeof(AppUser)] = () => AppUser.Create("Anna", null, PersonStatus.Active, Role.Staff, SuppressedAnswers.Time),
        [typeof(Claimed)] = () => new Claimed((OutboxMessage)new ArgumentMakers(services, full: true, database, ct).Make(typeof(OutboxMessage), "message", out _)!),
        [typeof(Stream)] = Pixel,
        [typeof(char)] = () => ',',
        [typeof(object)] = () => 1,
        [typeof(ImportRow)] = () => new ImportRow { ImportId = SuppressedAnswers.Id, Number = 1, Email = SuppressedAnswers.Text, Name = "Anna", TargetId = SuppressedAnswers.Id },
        [typeof(PeopleFacets)] = () => typeof(PeopleFacets).GetConstructors(BindingFlags.NonPublic | BindingFlags.Instance).Single()
            .Invoke([new List<(PersonStatus, int, long)> { (PersonStatus.Active, RoleBits.Of(Role.Staff), 1L) }]),
        [typeof(IReadOnlyDictionary<string, string?>)] = () => new Dictionary<string, string?> { ["Name"] = "Another" },
        [typeof(ReadOnlyMemory<byte>)] = () => new ReadOnlyMemory<byte>([1]),
    };

    /// <summary>Makes an argument, or says in <paramref name="missing"/> what cannot be made.</summary>
    public object? Make(Type type, string name, out string? missing, int depth = 0)
    {
        missing = null;
        if (depth > 6)
        {
            missing = $"{type.Name} nests too deep";
            return null;
        }

        if (type == typeof(string))
        {
            return Text(name);
        }

        if (type == typeof(DateTimeOffset))
        {
            return SuppressedAnswers.Time.AddDays(name.Contains("Seen", StringComparison.OrdinalIgnoreCase) ? -1 : 0);
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return full ? Make(inner, name, out missing, depth + 1) : null;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(0);
        }

        if (_makers.TryGetValue(type, out var maker))
        {
            return maker();
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            missing = $"no maker for {type} {name}";
            return null;
        }

        if (type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(IProgress<>))
        {
            return null;
        }

        if (type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) && Element(type) is { } element)
        {
            var item = Make(element, name, out missing, depth + 1);
            var array = Array.CreateInstance(element, full && missing is null ? 2 : 0);
            for (var i = 0; i < array.Length; i++)
            {
                array.SetValue(i == 1 && element == typeof(string) ? "other@example.org" : item, i);
            }

            return type.IsAssignableFrom(array.GetType()) ? array : Activator.CreateInstance(type, array);
        }

        return type.Namespace?.StartsWith("InvitePortal", StringComparison.Ordinal) == true && !type.IsAbstract
            ? MakeRecord(type, out missing, depth)
            : services.GetService(type) ?? Missing($"no maker for {type.Name} {name}", out missing);
    }

    // One pixel, to be read as a picture or written over as a file.
    private static MemoryStream Pixel()
    {
        var stream = new MemoryStream();
        stream.Write(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="));
        stream.Position = 0;
        return stream;
    }

    private static object? Missing(string text, out string? missing)
    {
        missing = text;
        return null;
    }

    private object? MakeRecord(Type type, out string? missing, int depth)
    {
        missing = null;
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            .Where(c => !c.GetParameters().Any(p => p.ParameterType == type))
            .MaxBy(c => c.GetParameters().Length);
        if (constructor is null)
        {
            return type.IsValueType ? Activator.CreateInstance(type) : Missing($"{type.Name} has no constructor", out missing);
        }

        var parameters = constructor.GetParameters();
        var values = new object?[parameters.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = !full && parameters[i].HasDefaultValue
                ? parameters[i].DefaultValue is { } given && parameters[i].ParameterType.IsEnum ? Enum.ToObject(parameters[i].ParameterType, given) : parameters[i].DefaultValue
                : Make(parameters[i].ParameterType, parameters[i].Name!, out missing, depth + 1);
            if (missing is not null)
            {
                return null;
            }
        }

        if (type.IsValueType && parameters.Any(p => p.HasDefaultValue && p.ParameterType.IsValueType && p.DefaultValue is null))
        {
            return Activator.CreateInstance(type);
        }

        var made = constructor.Invoke(values);
        foreach (var property in type.GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0 && !parameters.Any(c => string.Equals(c.Name, p.Name, StringComparison.OrdinalIgnoreCase))))
        {
            var required = property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null;
            if (full || required)
            {
                var value = Make(property.PropertyType, property.Name, out missing, depth + 1);
                if (missing is not null)
                {
                    return null;
                }

                property.SetValue(made, value);
            }
        }

        return made;
    }

    private string? Text(string name) => name.ToLowerInvariant() switch
    {
        "language" => "en",
        "timezone" => "Europe/Berlin",
        "code" => "123456",
        "section" => PortalOptions.Section,
        "version" => full ? "anna" : "",
        var n when n.Contains("token", StringComparison.Ordinal) || n.Contains("secret", StringComparison.Ordinal) || n.Contains("ticket", StringComparison.Ordinal) => SuppressedAnswers.Secret,
        var n when n.Contains("password", StringComparison.Ordinal) => "correct horse battery staple",
        var n when n.Contains("sort", StringComparison.Ordinal) || n.Contains("cursor", StringComparison.Ordinal) => null,
        var n when n.Contains("email", StringComparison.Ordinal) || n.Contains("address", StringComparison.Ordinal) => SuppressedAnswers.Text,
        "key" or "purpose" or "flow" or "name" => "anna",
        _ => full ? "anna" : null,
    };

    private static Type? Element(Type type) => type.IsArray
        ? type.GetElementType()
        : type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
}
