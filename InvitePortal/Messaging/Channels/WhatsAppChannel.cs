using System.Net.Http.Headers;
using System.Net.Http.Json;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>
/// Messages over Meta's WhatsApp Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages): as an approved template where the
/// settings name one, which reaches everybody, otherwise as plain text, which reaches those who wrote within the last 24 hours.
/// </summary>
public sealed class WhatsAppChannel(IOptionsMonitor<WhatsAppOptions> options, IOptions<LimitOptions> limits) : IMessageChannel, IDisposable
{
    private const int MaxTextLength = 4_096;

    /// <summary>Of the whole body of a template, which holds words of its own.</summary>
    private const int MaxParameterLength = 900;

    // What the codes mean: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
    private static readonly HashSet<long> AboutTheRecipient = [100, 130472, 130497, 131008, 131009, 131021, 131026, 131030, 131049, 131050, 131051, 132005, 132018];
    private static readonly HashSet<long> AboutTheAccount =
        [0, 3, 10, 33, 190, 368, 131005, 131031, 131037, 131042, 131045, 132000, 132001, 132007, 132012, 132015, 132016, 133000, 133005, 133010];

    private static readonly HashSet<long> AboutTheRate = [4, 80007, 130429, 131048, 133016];

    private readonly ProviderClient _client = new(limits.Value);

    /// <inheritdoc />
    public Channel Channel => Channel.WhatsApp;

    /// <inheritdoc />
    public string? Missing => options.CurrentValue.IsConfigured ? null : DeliveryReasons.NotSetUp;

    /// <inheritdoc />
    public object Settings => options.CurrentValue;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        var number = options.CurrentValue;
        if (!number.IsConfigured)
        {
            return new SendOutcome.ChannelFailure(DeliveryReasons.NotSetUp, NeedsPerson: true);
        }

        if (!ChannelAddress.TryParse(Channel, message.Recipient, out var to))
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.BadNumber);
        }

        var asTemplate = !string.IsNullOrWhiteSpace(number.Template);
        // A placeholder takes neither line breaks nor more than four blanks in a row (error 132018).
        var text = asTemplate ? OneLine.Of(message.Text, MaxParameterLength + 1) : message.Text.Trim();
        if (text.Length > (asTemplate ? MaxParameterLength : MaxTextLength))
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.TooLong);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, ProviderUrls.Join(number.BaseUrl, $"{number.PhoneNumberId}/messages"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", number.AccessToken) },
            Content = JsonContent.Create(Body(message with { Recipient = to.Display }, number, text, asTemplate)),
        };
        var (answer, failure) = await _client.AskAsync(request, [number.AccessToken], ct);
        return (failure ?? Judge(answer!)).Without(number.AccessToken);
    }

    public void Dispose() => _client.Dispose();

    private static Dictionary<string, object> Body(RenderedMessage message, WhatsAppOptions number, string text, bool asTemplate)
    {
        var body = new Dictionary<string, object>
        {
            ["messaging_product"] = "whatsapp",
            ["recipient_type"] = "individual",
            ["to"] = message.Recipient.TrimStart('+'),
            ["type"] = asTemplate ? "template" : "text",
        };
        if (asTemplate)
        {
            body["template"] = new
            {
                name = number.Template,
                language = new { code = string.IsNullOrWhiteSpace(number.TemplateLanguage) ? message.Language : number.TemplateLanguage },
                components = new[] { new { type = "body", parameters = new[] { new { type = "text", text } } } },
            };
        }
        else
        {
            body["text"] = new { preview_url = false, body = text };
        }

        return body;
    }

    private static SendOutcome Judge(ProviderAnswer answer)
    {
        if (answer.Json() is not { } json)
        {
            return ProviderClient.JudgeStatus(answer);
        }

        if (answer.IsSuccess && json.Member("messages") is { } sent && sent.Text("id") is { } id)
        {
            return new SendOutcome.Sent($"{sent.Text("message_status") ?? "accepted"} {id}");
        }

        if (json.Member("error") is not { } error || error.Number("code") is not { } code)
        {
            return ProviderClient.JudgeStatus(answer);
        }

        var details = error.Member("error_data")?.Text("details");
        var words = $"{code} {error.Text("message")}{(details is null ? "" : $": {details}")}";
        return code switch
        {
            131047 => new SendOutcome.FinalFailure(DeliveryReasons.With(DeliveryReasons.WhatsAppWindow, words)),
            // Too many to this one person; the others may go on.
            131056 => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderLimit, words), answer.RetryAfter),
            _ when AboutTheRecipient.Contains(code) => new SendOutcome.FinalFailure(DeliveryReasons.Shorten(words)),
            _ when AboutTheRate.Contains(code) => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderLimit, words), answer.RetryAfter, RestsChannel: true),
            >= 200 and < 300 => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, words), NeedsPerson: true),
            _ when AboutTheAccount.Contains(code) => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, words), NeedsPerson: true),
            // 1, 2, 131000, 131016, 133004 and what is not known yet: the service's own trouble.
            _ => answer.Status is 401 or 403 or 429
                ? ProviderClient.JudgeStatus(answer with { Body = words })
                : new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderTrouble, words), answer.RetryAfter, RestsChannel: true),
        };
    }
}
