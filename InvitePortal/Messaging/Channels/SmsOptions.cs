using System.Text.RegularExpressions;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>Text messages through Twilio, or a service that speaks its Messages API; section <c>Sms</c>.</summary>
public sealed class SmsOptions
{
    public const string Section = "Sms";

    /// <summary>The account, such as <c>AC…</c>. Empty: no text messages.</summary>
    public string? AccountSid { get; set; }

    /// <summary>The account's key.</summary>
    [Secret(ClearedWith = nameof(BaseUrl))]
    public string? AuthToken { get; set; }

    /// <summary>Number or name that messages come from; not needed with <see cref="MessagingServiceSid"/>.</summary>
    public string? From { get; set; }

    /// <summary>A messaging service, <c>MG…</c>, which chooses the sender itself; it goes before <see cref="From"/>.</summary>
    public string? MessagingServiceSid { get; set; }

    /// <summary>Beginnings of numbers that may be written to, such as <c>+7</c> or <c>+4915</c>. Others are refused, so that nobody earns money with expensive numbers.</summary>
    public string[] AllowedCountries { get; set; } = [];

    /// <summary>Messages a day, over all recipients; what comes after waits for the next day.</summary>
    public int DailyBudget { get; set; } = 500;

    /// <summary>Messages a day to one number; more are refused.</summary>
    public int DailyPerNumber { get; set; } = 3;

    /// <summary>Where the Messages API answers.</summary>
    public string BaseUrl { get; set; } = "https://api.twilio.com";

    /// <summary>Whether there is an account.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(AccountSid);
}

internal sealed partial class SmsOptionsValidation : IValidateOptions<SmsOptions>
{
    public ValidateOptionsResult Validate(string? name, SmsOptions options)
    {
        var mistakes = new List<string>();
        if (!ProviderUrls.IsUsable(options.BaseUrl))
        {
            mistakes.Add($"Sms:BaseUrl must be an http(s) address without a query, such as https://api.twilio.com; it is '{options.BaseUrl}'.");
        }

        foreach (var country in options.AllowedCountries.Where(c => !Prefix().IsMatch(c)))
        {
            mistakes.Add($"Sms:AllowedCountries holds '{country}', which is not the beginning of a number such as +7 or +49.");
        }

        if (options.DailyBudget < 1)
        {
            mistakes.Add("Sms:DailyBudget must be at least 1; to stop text messages, switch the channel off.");
        }

        if (options.DailyPerNumber < 1)
        {
            mistakes.Add("Sms:DailyPerNumber must be at least 1.");
        }

        if (options.IsConfigured)
        {
            CheckAccount(options, mistakes);
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    private static void CheckAccount(SmsOptions options, List<string> mistakes)
    {
        if (!Sid().IsMatch(options.AccountSid!))
        {
            mistakes.Add("Sms:AccountSid must be the account's SID: letters and digits, such as AC and 32 more.");
        }

        if (string.IsNullOrWhiteSpace(options.AuthToken))
        {
            mistakes.Add("Sms:AuthToken must be set when Sms:AccountSid is.");
        }

        if (string.IsNullOrWhiteSpace(options.From) && string.IsNullOrWhiteSpace(options.MessagingServiceSid))
        {
            mistakes.Add("Sms:From or Sms:MessagingServiceSid must be set when Sms:AccountSid is: what messages come from.");
        }

        if (options.AllowedCountries.Length is 0)
        {
            mistakes.Add("Sms:AllowedCountries must name at least one beginning of numbers, such as +7: others are not written to.");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9]{2,64}\z")]
    private static partial Regex Sid();

    [GeneratedRegex(@"\A\+[1-9][0-9]{0,14}\z")]
    private static partial Regex Prefix();
}
