using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>
/// Messages of the portal's bot over the Bot API's <c>sendMessage</c> (https://core.telegram.org/bots/api#sendmessage). Text goes without a parse mode, so
/// nothing in it can be taken for markup. The token is part of the address, which therefore appears nowhere.
/// </summary>
public sealed partial class TelegramChannel(IOptionsMonitor<TelegramOptions> options, IOptions<LimitOptions> limits) : IMessageChannel, IDisposable
{
    private const int MaxLength = 4_096;

    private readonly ProviderClient _client = new(limits.Value);

    /// <inheritdoc />
    public Channel Channel => Channel.Telegram;

    /// <inheritdoc />
    public string? Missing => options.CurrentValue.IsConfigured ? null : DeliveryReasons.NotSetUp;

    /// <inheritdoc />
    public object Settings => options.CurrentValue;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        var bot = options.CurrentValue;
        if (!bot.IsConfigured)
        {
            return new SendOutcome.ChannelFailure(DeliveryReasons.NotSetUp, NeedsPerson: true);
        }

        if (!Chat().IsMatch(message.Recipient))
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.BadChat);
        }

        var text = message.Text.Trim();
        if (text.Length > MaxLength)
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.TooLong);
        }

        var (outcome, movedTo) = await PostAsync(bot, message.Recipient, text, ct);
        // The group became a supergroup and has another id now; nothing was delivered under the old one.
        return movedTo is null ? outcome : (await PostAsync(bot, movedTo, text, ct)).Outcome;
    }

    public void Dispose() => _client.Dispose();

    private async Task<(SendOutcome Outcome, string? MovedTo)> PostAsync(TelegramOptions bot, string chat, string text, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ProviderUrls.Join(bot.BaseUrl, $"bot{bot.BotToken}/sendMessage"))
        {
            Content = JsonContent.Create(new { chat_id = chat, text, link_preview_options = new { is_disabled = true } }),
        };
        string?[] secrets = [bot.BotToken, bot.BotToken!.Split(':')[^1]];
        var (answer, failure) = await _client.AskAsync(request, secrets, ct);
        var (outcome, movedTo) = failure is null ? Judge(answer!) : (failure, null);
        return (outcome.Without(secrets), movedTo);
    }

    private static (SendOutcome Outcome, string? MovedTo) Judge(ProviderAnswer answer)
    {
        if (answer.Json() is not { } json || json.Flag("ok") is not { } ok)
        {
            return (ProviderClient.JudgeStatus(answer), null);
        }

        if (ok)
        {
            return (new SendOutcome.Sent($"ok, message {json.Member("result")?.Number("message_id")}"), null);
        }

        var (code, about) = (json.Number("error_code") ?? answer.Status, json.Member("parameters"));
        var words = $"{code} {json.Text("description")}";
        SendOutcome outcome = code switch
        {
            429 => new SendOutcome.PassingFailure(
                DeliveryReasons.With(DeliveryReasons.ProviderLimit, words),
                about?.Number("retry_after") is { } seconds and > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, 86_400)) : answer.RetryAfter,
                RestsChannel: true),
            // An unknown token is 401, one of the wrong shape 404.
            401 or 404 => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, words), NeedsPerson: true),
            >= 500 => ProviderClient.JudgeStatus(answer with { Status = (int)code, Body = words }),
            // 400: no such chat; 403: blocked by the person, or not started yet.
            _ => new SendOutcome.FinalFailure(DeliveryReasons.Shorten(words)),
        };
        return (outcome, about?.Number("migrate_to_chat_id")?.ToString(CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"\A(-?[0-9]{1,20}|@[A-Za-z][A-Za-z0-9_]{3,63})\z")]
    private static partial Regex Chat();
}
