using System.Text.RegularExpressions;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>The portal's bot on Telegram, section <c>Telegram</c>.</summary>
public sealed class TelegramOptions
{
    public const string Section = "Telegram";

    /// <summary>Token that the bot was given by BotFather, such as <c>123456:ABC…</c>. Empty: nothing goes through Telegram, and nobody joins from there.</summary>
    [Secret(ClearedWith = nameof(BaseUrl))]
    public string? BotToken { get; set; }

    /// <summary>User name of the bot without the @, for links such as <c>https://t.me/NAME?startapp=T_…</c>.</summary>
    public string? BotName { get; set; }

    /// <summary>Where the Bot API answers.</summary>
    public string BaseUrl { get; set; } = "https://api.telegram.org";

    /// <summary>Whether there is a bot.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(BotToken);
}

internal sealed partial class TelegramOptionsValidation : IValidateOptions<TelegramOptions>
{
    public ValidateOptionsResult Validate(string? name, TelegramOptions options)
    {
        var mistakes = new List<string>();
        if (options.IsConfigured && !Token().IsMatch(options.BotToken!))
        {
            mistakes.Add("Telegram:BotToken must look like 123456:ABC-DEF: the bot's number, a colon, and at least 30 letters, digits, dashes or underscores.");
        }

        if (!string.IsNullOrEmpty(options.BotName) && !Name().IsMatch(options.BotName))
        {
            mistakes.Add($"Telegram:BotName must be the bot's user name without the @, such as portal_bot; it is '{options.BotName}'.");
        }

        if (!Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            mistakes.Add($"Telegram:BaseUrl must be an http(s) address; it is '{options.BaseUrl}'.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    [GeneratedRegex(@"\A[0-9]{1,20}:[A-Za-z0-9_-]{30,100}\z")]
    private static partial Regex Token();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_]{3,63}\z")]
    private static partial Regex Name();
}
