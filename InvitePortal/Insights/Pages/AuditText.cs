using System.Globalization;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Shell;
using InvitePortal.Users;
using InvitePortal.Users.Pages;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Insights.Pages;

/// <summary>A value that changed.</summary>
/// <param name="Field">What it is called.</param>
/// <param name="Was">What it was; null for something new.</param>
/// <param name="Now">What it is; null for something gone.</param>
internal sealed record AuditChange(string Field, string? Was, string? Now);

/// <summary>Entries of the whole audit log in the reader's words. What is known of people is said as their history says it (<see cref="AuditWords"/>).</summary>
internal static class AuditText
{
    private const int Longest = 240;

    // Ids say nothing to a reader.
    private static readonly string[] Hidden = ["id", "owner", "teacherId", "studentId", "groupId", "codeId", "subjectKey", "groupKey"];

    /// <summary>What was done; a change that has no words yet by its name.</summary>
    public static string Action(string action, IStringLocalizer<InsightsTexts> texts) => texts[$"action.{action}"] is { ResourceNotFound: false } text ? text : action;

    /// <summary>Red for what takes something away, green for what lets somebody in, blue for the rest.</summary>
    public static string Hue(string action) => action switch
    {
        _ when action.EndsWith(".deleted", StringComparison.Ordinal) || action.EndsWith(".removed", StringComparison.Ordinal) => "red",
        "invitation.cancelled" or "invitation.declined" or "code.closed" or "account.session_ended" => "red",
        "invitation.accepted" or "code.joined" or "link.used" or "account.registered" => "green",
        _ when action.EndsWith(".created", StringComparison.Ordinal) => "green",
        _ => AuditWords.Hue(action),
    };

    /// <summary>Each value that changed, or that tells more of what was done.</summary>
    public static IReadOnlyList<AuditChange> Changes(
        AuditRow row, string zone, IStringLocalizer<InsightsTexts> texts, IStringLocalizer<UsersTexts> userTexts, IStringLocalizer<ShellTexts> words)
    {
        var before = AuditWords.Read(row.Before);
        var after = AuditWords.Read(row.After);
        var changes = new List<AuditChange>();
        foreach (var field in before.Keys.Union(after.Keys).Where(f => !Hidden.Contains(f)))
        {
            var was = Text(field, before);
            var now = Text(field, after);
            // What it is about stands beside it.
            if (was != now && (was is not null || now != row.SubjectName))
            {
                changes.Add(new AuditChange(Name(field), was, now));
            }
        }

        return changes;

        string Name(string field) => texts[$"field.{field}"] is { ResourceNotFound: false } own ? own : userTexts[$"field.{field}"] is { ResourceNotFound: false } known ? known : field;

        string? Text(string field, Dictionary<string, JsonElement> values) =>
            values.TryGetValue(field, out var value) ? Cut(Special(field, value) ?? AuditWords.Text(field, values, userTexts, words)) : null;

        string? Special(string field, JsonElement value) =>
            value.ValueKind is JsonValueKind.True or JsonValueKind.False ? texts[value.GetBoolean() ? "value.yes" : "value.no"].Value
            : value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number) ? number.ToString("N0", CultureInfo.CurrentCulture)
            : value.ValueKind is JsonValueKind.Array && field is not "roles" ? string.Join(", ", value.EnumerateArray().Select(v => v.ToString()))
            : value.ValueKind is not JsonValueKind.String ? null
            // Long enough for a time with its offset: what merely looks like a day is shown as it is.
            : value.GetString()!.Length > 18 && value.TryGetDateTimeOffset(out var at) ? When.Exact(words, at, zone)
            : field == "state" && WireNames<InvitationState>.TryParse(value.GetString(), out var state) ? words[$"state.{state}"].Value
            : field == "channel" && WireNames<Channel>.TryParse(value.GetString(), out var channel) ? words[$"channel.{channel}"].Value
            : null;
    }

    /// <summary>How something that is gone was called, as far as its entry tells.</summary>
    public static string? Gone(AuditRow row)
    {
        var told = AuditWords.Read(row.Before).Concat(AuditWords.Read(row.After)).Where(v => v.Key is "name" or "email" or "subject" && v.Value.ValueKind is JsonValueKind.String);
        return told.Select(v => Cut(v.Value.GetString())).FirstOrDefault();
    }

    private static string? Cut(string? text) => text is { Length: > Longest } ? text[..Longest] + "…" : text;
}
