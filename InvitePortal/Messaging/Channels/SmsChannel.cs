using System.Net.Http.Headers;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>
/// Text messages over Twilio's Messages API (https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource). Numbers are
/// written to only where the settings allow it, and only so many a day (J09).
/// </summary>
public sealed class SmsChannel(IOptionsMonitor<SmsOptions> options, IOptions<LimitOptions> limits, RateLimits rates, TimeProvider clock) : IMessageChannel, IDisposable
{
    /// <summary>Twilio refuses longer ones (error 21617).</summary>
    private const int MaxLength = 1_600;

    private const string BudgetKey = "sms:day";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // What the codes mean: https://www.twilio.com/docs/api/errors
    private static readonly HashSet<int> AboutTheNumber = [21211, 21214, 21217, 21408, 21606, 21610, 21612, 21614, 21617, 21635, 21654, 21656, 21910];
    private static readonly HashSet<int> AboutTheAccount =
        [20003, 20005, 20006, 20008, 20403, 20404, 21212, 21603, 21659, 21660, 21661, 21701, 21703, 21704, 21705, 30002, 63007];

    private static readonly HashSet<int> AboutTheRate = [14107, 20429, 21611, 30001, 30022, 63018, 63038];

    private readonly ProviderClient _client = new(limits.Value);

    /// <inheritdoc />
    public Channel Channel => Channel.Sms;

    /// <inheritdoc />
    public string? Missing => options.CurrentValue.IsConfigured ? null : DeliveryReasons.NotSetUp;

    /// <inheritdoc />
    public object Settings => options.CurrentValue;

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        var account = options.CurrentValue;
        var to = ChannelAddress.TryParse(Channel, message.Recipient, out var address) ? address.Display : null;
        if (Refusal(message, to, account) is { } refusal)
        {
            return refusal;
        }

        var now = clock.GetUtcNow();
        var ofNumber = "sms:to:" + to;
        if (await rates.TryTakeAsync(ofNumber, account.DailyPerNumber, Day, ct, at: now) is not null)
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.SmsPerNumber);
        }

        if (await rates.TryTakeAsync(BudgetKey, account.DailyBudget, Day, ct, at: now) is { } untilTomorrow)
        {
            await rates.GiveBackAsync(ofNumber, Day, 1, CancellationToken.None, now);
            return new SendOutcome.ChannelFailure(DeliveryReasons.SmsBudget, NeedsPerson: false, untilTomorrow);
        }

        var outcome = await PostAsync(to!, message.Text.Trim(), account, ct);
        // What may have arrived is paid for.
        if (outcome is not (SendOutcome.Sent or SendOutcome.PassingFailure { MayHaveArrived: true }))
        {
            await rates.GiveBackAsync(ofNumber, Day, 1, CancellationToken.None, now);
            await rates.GiveBackAsync(BudgetKey, Day, 1, CancellationToken.None, now);
        }

        return outcome;
    }

    public void Dispose() => _client.Dispose();

    private static SendOutcome? Refusal(RenderedMessage message, string? to, SmsOptions account) => message switch
    {
        _ when !account.IsConfigured => new SendOutcome.ChannelFailure(DeliveryReasons.NotSetUp, NeedsPerson: true),
        _ when to is null => new SendOutcome.FinalFailure(DeliveryReasons.BadNumber),
        _ when !account.AllowedCountries.Any(c => to!.StartsWith(c, StringComparison.Ordinal)) => new SendOutcome.FinalFailure(DeliveryReasons.SmsCountry),
        { Text.Length: > MaxLength } => new SendOutcome.FinalFailure(DeliveryReasons.TooLong),
        _ => null,
    };

    private async Task<SendOutcome> PostAsync(string to, string text, SmsOptions account, CancellationToken ct)
    {
        var sender = string.IsNullOrWhiteSpace(account.MessagingServiceSid) ? ("From", account.From!) : ("MessagingServiceSid", account.MessagingServiceSid);
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{account.AccountSid}:{account.AuthToken}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, ProviderUrls.Join(account.BaseUrl, $"2010-04-01/Accounts/{account.AccountSid}/Messages.json"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", credentials), Accept = { new MediaTypeWithQualityHeaderValue("application/json") } },
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["To"] = to,
                [sender.Item1] = sender.Item2,
                ["Body"] = text,
            }),
        };
        string?[] secrets = [account.AuthToken, credentials];
        var (answer, failure) = await _client.AskAsync(request, secrets, ct);
        return (failure ?? Judge(answer!)).Without(secrets);
    }

    private static SendOutcome Judge(ProviderAnswer answer)
    {
        if (answer.Json() is not { } json)
        {
            return ProviderClient.JudgeStatus(answer);
        }

        if (answer.IsSuccess)
        {
            return json.Text("sid") is { } sid ? new SendOutcome.Sent($"{json.Text("status")} {sid}".Trim()) : ProviderClient.JudgeStatus(answer);
        }

        if (json.Number("code") is not { } code)
        {
            return ProviderClient.JudgeStatus(answer);
        }

        var words = $"{code} {json.Text("message")}";
        return (int)code switch
        {
            var c when AboutTheNumber.Contains(c) => new SendOutcome.FinalFailure(DeliveryReasons.Shorten(words)),
            var c when AboutTheAccount.Contains(c) => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, words), NeedsPerson: true),
            var c when AboutTheRate.Contains(c) || answer.Status is 429 =>
                new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderLimit, words), answer.RetryAfter, RestsChannel: true),
            // Of what is not known yet nobody can say that it is about more than this message.
            _ when answer.Status is 400 or 403 => new SendOutcome.FinalFailure(DeliveryReasons.Shorten(words)),
            _ => ProviderClient.JudgeStatus(answer with { Body = words }),
        };
    }
}
