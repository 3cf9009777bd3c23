using System.Text.RegularExpressions;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>A Slack workspace, by a bot or by an incoming webhook; section <c>Slack</c>.</summary>
public sealed class SlackOptions
{
    public const string Section = "Slack";

    /// <summary>Token of a bot with the permission <c>chat:write</c>, such as <c>xoxb-…</c>: writes to people and channels by their ids.</summary>
    [Secret(ClearedWith = nameof(BaseUrl))]
    public string? BotToken { get; set; }

    /// <summary>Address of an incoming webhook, used when there is no bot: everything goes to its one channel, and people are mentioned there.</summary>
    [Secret]
    public string? WebhookUrl { get; set; }

    /// <summary>Where the Web API answers.</summary>
    public string BaseUrl { get; set; } = "https://slack.com/api";

    /// <summary>Whether there is a bot.</summary>
    public bool HasBot => !string.IsNullOrWhiteSpace(BotToken);

    /// <summary>Whether there is a way in.</summary>
    public bool IsConfigured => HasBot || !string.IsNullOrWhiteSpace(WebhookUrl);
}

internal sealed partial class SlackOptionsValidation : IValidateOptions<SlackOptions>
{
    public ValidateOptionsResult Validate(string? name, SlackOptions options)
    {
        var mistakes = new List<string>();
        if (!ProviderUrls.IsUsable(options.BaseUrl))
        {
            mistakes.Add($"Slack:BaseUrl must be an http(s) address without a query, such as https://slack.com/api; it is '{options.BaseUrl}'.");
        }

        if (options.HasBot && !Token().IsMatch(options.BotToken!))
        {
            mistakes.Add("Slack:BotToken must be the token of a bot: xoxb-, then letters, digits and dashes.");
        }

        if (!string.IsNullOrWhiteSpace(options.WebhookUrl) && (!ProviderUrls.IsUsable(options.WebhookUrl) || new Uri(options.WebhookUrl).AbsolutePath.Length < 2))
        {
            mistakes.Add("Slack:WebhookUrl must be the whole address of the incoming webhook, such as https://hooks.slack.com/services/T…/B…/….");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    [GeneratedRegex(@"\Axox[a-z]-[A-Za-z0-9-]{5,250}\z")]
    private static partial Regex Token();
}
