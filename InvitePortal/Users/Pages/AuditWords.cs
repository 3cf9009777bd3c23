using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Shell;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Users.Pages;

/// <summary>Entries of the audit log in the reader's words.</summary>
internal static class AuditWords
{
    private static readonly string[] Fields = ["name", "email", "status", "roles", "role", "bio", "language", "timeZone", "method", "sessions"];

    /// <summary>What was done.</summary>
    public static string Action(UserAuditRow row, IStringLocalizer<UsersTexts> texts)
    {
        var text = texts[$"audit.{row.Action}"];
        return text.ResourceNotFound ? row.Action : text;
    }

    /// <summary>Green for what lets somebody in, red for what shuts them out or takes them away, blue for the rest.</summary>
    public static string Hue(string action) => action switch
    {
        "user.deleted" or "user.sessions_ended" or "user.session_ended" => "red",
        "user.created" or "portal.set_up" or "account.signed_in" => "green",
        _ => "blue",
    };

    /// <summary>Each value that changed: "Name: Ann → Anna", or only what it is now for something new.</summary>
    public static IEnumerable<string> Changes(UserAuditRow row, IStringLocalizer<UsersTexts> texts, IStringLocalizer<ShellTexts> words)
    {
        var before = Read(row.Before);
        var after = Read(row.After);
        foreach (var field in Fields)
        {
            var was = Text(field, before, texts, words);
            var now = Text(field, after, texts, words);
            if (was == now)
            {
                continue;
            }

            var name = texts[$"field.{field}"].Value;
            yield return (row.Before is null || was is null) && now is not null ? $"{name}: {now}" : $"{name}: {was} → {now ?? texts["field.none"].Value}";
        }
    }

    /// <summary>The recorded values by their names.</summary>
    public static Dictionary<string, JsonElement> Read(string? json) =>
        json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json) ?? [];

    /// <summary>A value in the reader's words; null where there is none.</summary>
    public static string? Text(string field, Dictionary<string, JsonElement> values, IStringLocalizer<UsersTexts> texts, IStringLocalizer<ShellTexts> words)
    {
        if (!values.TryGetValue(field, out var value) || value.ValueKind is JsonValueKind.Null)
        {
            return null;
        }

        return field switch
        {
            "roles" when value.ValueKind is JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(r => RoleName(r.GetString(), words))),
            "role" => RoleName(value.GetString(), words),
            "status" => WireNames<PersonStatus>.TryParse(value.GetString(), out var status) ? words[$"status.{status}"] : value.GetString(),
            "language" => words[$"language.{value.GetString()}"],
            "method" => Known(texts, $"method.{value.GetString()}", value.GetString()),
            _ => value.ToString(),
        };
    }

    private static string? RoleName(string? name, IStringLocalizer<ShellTexts> words) =>
        WireNames<Role>.TryParse(name, out var role) ? words[$"role.{role}"] : name;

    private static string? Known(IStringLocalizer<UsersTexts> texts, string key, string? otherwise) => texts[key] is { ResourceNotFound: false } text ? text : otherwise;
}
