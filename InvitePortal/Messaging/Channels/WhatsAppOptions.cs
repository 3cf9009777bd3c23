using System.Text.RegularExpressions;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>The portal's number on WhatsApp, over Meta's Cloud API; section <c>WhatsApp</c>.</summary>
public sealed class WhatsAppOptions
{
    public const string Section = "WhatsApp";

    /// <summary>Id of the number that messages come from (not the number itself). Empty: nothing goes through WhatsApp.</summary>
    public string? PhoneNumberId { get; set; }

    /// <summary>Token of a system user with the permission <c>whatsapp_business_messaging</c>.</summary>
    [Secret(ClearedWith = nameof(BaseUrl))]
    public string? AccessToken { get; set; }

    /// <summary>
    /// Name of an approved template whose body has one placeholder, {{1}}, for the message. Without one, only people who wrote to the number within the last
    /// 24 hours can be written to.
    /// </summary>
    public string? Template { get; set; }

    /// <summary>Language code that the template was approved in, such as <c>en_US</c>; empty takes the language of each message (<c>en</c>, <c>ru</c>).</summary>
    public string? TemplateLanguage { get; set; }

    /// <summary>Where the Graph API answers, with its version.</summary>
    public string BaseUrl { get; set; } = "https://graph.facebook.com/v23.0";

    /// <summary>Whether there is a number.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(PhoneNumberId);
}

internal sealed partial class WhatsAppOptionsValidation : IValidateOptions<WhatsAppOptions>
{
    public ValidateOptionsResult Validate(string? name, WhatsAppOptions options)
    {
        var mistakes = new List<string>();
        if (!ProviderUrls.IsUsable(options.BaseUrl))
        {
            mistakes.Add($"WhatsApp:BaseUrl must be an http(s) address without a query, such as https://graph.facebook.com/v23.0; it is '{options.BaseUrl}'.");
        }

        if (options.IsConfigured && !Id().IsMatch(options.PhoneNumberId!))
        {
            mistakes.Add("WhatsApp:PhoneNumberId must be the id that Meta shows beside the number: digits only, without a plus.");
        }

        if (options.IsConfigured && string.IsNullOrWhiteSpace(options.AccessToken))
        {
            mistakes.Add("WhatsApp:AccessToken must be set when WhatsApp:PhoneNumberId is.");
        }

        if (!string.IsNullOrEmpty(options.Template) && !TemplateName().IsMatch(options.Template))
        {
            mistakes.Add("WhatsApp:Template must be the name of a template as Meta shows it: small letters, digits and underscores.");
        }

        if (!string.IsNullOrEmpty(options.TemplateLanguage) && !Language().IsMatch(options.TemplateLanguage))
        {
            mistakes.Add("WhatsApp:TemplateLanguage must be a language code such as en_US or ru.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    [GeneratedRegex(@"\A[0-9]{5,32}\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[a-z0-9_]{1,512}\z")]
    private static partial Regex TemplateName();

    [GeneratedRegex(@"\A[a-z]{2,3}(_[A-Z]{2})?\z")]
    private static partial Regex Language();
}
