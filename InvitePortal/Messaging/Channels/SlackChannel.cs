using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>
/// Messages in Slack: by a bot over <c>chat.postMessage</c> (https://api.slack.com/methods/chat.postMessage), or over an incoming webhook
/// (https://api.slack.com/messaging/webhooks), whose one channel is the only place it can write to.
/// </summary>
public sealed partial class SlackChannel(IOptionsMonitor<SlackOptions> options, IOptions<LimitOptions> limits) : IMessageChannel, IDisposable
{
    private const int MaxLength = 40_000;

    private static readonly HashSet<string> AboutTheRecipient = new(StringComparer.Ordinal)
    {
        "channel_not_found", "not_in_channel", "is_archived", "cannot_reply_to_message", "cant_post_message", "messages_tab_disabled", "msg_too_long",
        "no_text", "restricted_action", "restricted_action_read_only_channel", "restricted_action_non_threadable_channel", "restricted_action_thread_only_channel",
        "user_not_found", "user_disabled", "cannot_dm_bot", "is_inactive", "message_limit_exceeded",
    };

    private static readonly HashSet<string> AboutTheAccount = new(StringComparer.Ordinal)
    {
        "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope", "no_permission", "access_denied", "accesslimited",
        "ekm_access_denied", "enterprise_is_restricted", "method_deprecated", "not_allowed_token_type", "org_login_required", "team_access_not_granted",
        "team_not_found", "two_factor_setup_required", "invalid_token", "no_service", "no_service_id", "no_team", "no_active_hooks", "action_prohibited",
        "posting_to_general_channel_denied", "team_disabled", "unknown_method",
    };

    private readonly ProviderClient _client = new(limits.Value);

    /// <inheritdoc />
    public Channel Channel => Channel.Slack;

    /// <inheritdoc />
    public string? Missing => options.CurrentValue.IsConfigured ? null : DeliveryReasons.NotSetUp;

    /// <inheritdoc />
    public object Settings => options.CurrentValue;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        var workspace = options.CurrentValue;
        var text = Escape(message.Text.Trim());
        if (!workspace.IsConfigured)
        {
            return new SendOutcome.ChannelFailure(DeliveryReasons.NotSetUp, NeedsPerson: true);
        }

        if (!ChannelAddress.TryParse(Channel, message.Recipient, out var to))
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.BadSlackId);
        }

        if (text.Length > MaxLength)
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.TooLong);
        }

        if (workspace.HasBot)
        {
            return await AsBotAsync(workspace, to.Display, text, ct);
        }

        // To post what is meant for one channel into another one would show it to the wrong people.
        return to.Display[0] is 'U' or 'W'
            ? await ByWebhookAsync(workspace.WebhookUrl!, $"<@{to.Display}> {text}", ct)
            : new SendOutcome.FinalFailure(DeliveryReasons.SlackWebhookChannel);
    }

    public void Dispose() => _client.Dispose();

    private async Task<SendOutcome> AsBotAsync(SlackOptions workspace, string recipient, string text, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ProviderUrls.Join(workspace.BaseUrl, "chat.postMessage"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", workspace.BotToken) },
            Content = JsonContent.Create(new { channel = recipient, text, mrkdwn = false, unfurl_links = false, unfurl_media = false }),
        };
        var (answer, failure) = await _client.AskAsync(request, [workspace.BotToken], ct);
        return (failure ?? Judge(answer!)).Without(workspace.BotToken);
    }

    private async Task<SendOutcome> ByWebhookAsync(string url, string text, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(new { text, mrkdwn = false, unfurl_links = false, unfurl_media = false }) };
        string?[] secrets = [url, new Uri(url).AbsolutePath, new Uri(url).Segments[^1]];
        var (answer, failure) = await _client.AskAsync(request, secrets, ct);
        return (failure ?? JudgeWebhook(answer!)).Without(secrets);
    }

    /// <summary>Slack says what went wrong in the body, mostly under the status 200.</summary>
    private static SendOutcome Judge(ProviderAnswer answer) => answer.Json() switch
    {
        { } json when json.Flag("ok") is true => new SendOutcome.Sent($"ok, {json.Text("channel")} {json.Text("ts")}"),
        { } json when json.Flag("ok") is false && json.Text("error") is { } error => Judge(error, answer, json.Text("needed") is { } scope ? $"{error} (needs {scope})" : error),
        _ => ProviderClient.JudgeStatus(answer),
    };

    /// <summary>Webhooks answer in one word of plain text, with a status that fits.</summary>
    private static SendOutcome JudgeWebhook(ProviderAnswer answer)
    {
        var word = answer.Body.Trim();
        return (answer.Status, word) switch
        {
            (200, "ok") => new SendOutcome.Sent(word),
            (400, "invalid_payload" or "user_not_found" or "no_text" or "text_too_long") => new SendOutcome.FinalFailure(word),
            // Its channel is the only one there is.
            (404, "channel_not_found") or (410, "channel_is_archived") => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, word), NeedsPerson: true),
            _ when Word().IsMatch(word) && word is not "ok" => Judge(word, answer, word),
            _ => ProviderClient.JudgeStatus(answer),
        };
    }

    private static SendOutcome Judge(string error, ProviderAnswer answer, string words) => error switch
    {
        "ratelimited" or "rate_limited" => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderLimit, words), answer.RetryAfter, RestsChannel: true),
        _ when AboutTheRecipient.Contains(error) => new SendOutcome.FinalFailure(words),
        _ when AboutTheAccount.Contains(error) => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, words), NeedsPerson: true),
        _ when answer.IsSuccess => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderTrouble, words), answer.RetryAfter, RestsChannel: true),
        _ => ProviderClient.JudgeStatus(answer with { Body = words }),
    };

    // The three characters that Slack's markup is made of; the rest is switched off.
    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    [GeneratedRegex(@"\A[a-z_]{2,60}\z")]
    private static partial Regex Word();
}
