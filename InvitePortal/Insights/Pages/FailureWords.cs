using Microsoft.Extensions.Localization;

namespace InvitePortal.Insights.Pages;

/// <summary>Why messages failed, in the reader's words.</summary>
internal static class FailureWords
{
    // RFC 3463: the second and third number of an enhanced status code tell what it is about.
    private static readonly (string Subject, string Key)[] Answers =
    [
        ("1.", "answer.address"),
        ("2.2", "answer.full"),
        ("2.", "answer.mailbox"),
        ("7.", "answer.policy"),
    ];

    /// <summary>One short sentence.</summary>
    public static string Of(string key, IStringLocalizer<InsightsTexts> texts)
    {
        if (key.Length == 0)
        {
            return texts["reason.other"];
        }

        if (!char.IsAsciiDigit(key[0]))
        {
            var text = texts[$"reason.{key}"];
            return text.ResourceNotFound ? key : text;
        }

        var enhanced = key.IndexOf(" 5.", StringComparison.Ordinal);
        var about = enhanced < 0 ? default : Array.Find(Answers, a => key.AsSpan(enhanced + 3).StartsWith(a.Subject));
        return texts[about.Key ?? "answer.other"];
    }

    /// <summary>The server's own number; null for reasons of the portal.</summary>
    public static string? Detail(string key, IStringLocalizer<InsightsTexts> texts) => key.Length > 0 && char.IsAsciiDigit(key[0]) ? texts["answer.detail", key].Value : null;
}
