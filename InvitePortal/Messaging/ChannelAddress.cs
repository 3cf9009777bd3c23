using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>
/// Somebody on a channel: an e-mail address, a number in E.164 with its country prefix (<c>SMS</c>, <c>WHATSAPP</c>), a numeric chat or an @name
/// (<c>TELEGRAM</c>), the id of a member or conversation (<c>SLACK</c>).
/// </summary>
public sealed partial record ChannelAddress
{
    /// <summary>The longest key: that of the longest e-mail address.</summary>
    public const int MaxLength = EmailAddress.MaxLength;

    private ChannelAddress(Channel channel, string display, string key, EmailAddress? email = null) =>
        (Channel, Display, Key, Email) = (channel, display, key, email);

    /// <summary>How messages reach it.</summary>
    public Channel Channel { get; }

    /// <summary>The form that the channel takes.</summary>
    public string Display { get; }

    /// <summary>The same for the same recipient, however it was written; a number is one recipient, by <c>SMS</c> or <c>WHATSAPP</c>.</summary>
    public string Key { get; }

    /// <summary>The e-mail address; null on other channels.</summary>
    public EmailAddress? Email { get; }

    /// <summary>What limits on one recipient count by.</summary>
    public string LimitKey => Email?.LimitKey ?? Key;

    /// <summary>The form that pages show which anybody with a link may see (<see cref="Mask"/>).</summary>
    public string Masked => Mask(Channel, Display);

    /// <summary>An e-mail address as a recipient.</summary>
    public static ChannelAddress Of(EmailAddress email) => new(Channel.Email, email.Display, email.Normalized, email);

    /// <summary>Where a person is written to: their address, or, where they have none, the recipient that they were invited as; null without either.</summary>
    /// <param name="email">The address of the account.</param>
    /// <param name="channel">By which they were invited.</param>
    /// <param name="key">Their <see cref="Key"/> on it.</param>
    public static ChannelAddress? Of(string? email, Channel? channel, string? key) =>
        TryParse(Channel.Email, email, out var address) || (channel is { } by && key is not null && TryParse(by, key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..], out address))
            ? address
            : null;

    /// <summary>Reads by which name somebody wants to sign in: an e-mail address, or the number, @name or id that they were invited as.</summary>
    public static bool TryParseAny(string? text, [NotNullWhen(true)] out ChannelAddress? address) =>
        TryParse(Channel.Email, text, out address) || TryParse(Channel.Sms, text, out address)
        || TryParse(Channel.Telegram, text, out address) || TryParse(Channel.Slack, text, out address);

    /// <summary>Reads one recipient as people type it: blanks, dashes and brackets within a number do not matter.</summary>
    public static bool TryParse(Channel channel, string? text, [NotNullWhen(true)] out ChannelAddress? address)
    {
        var typed = text?.Trim() ?? "";
        address = channel switch
        {
            Channel.Email => EmailAddress.TryParse(typed, out var email) ? new(channel, email.Display, email.Normalized, email) : null,
            Channel.Sms or Channel.WhatsApp => Digits(typed) is var number && Number().IsMatch(number) ? new(channel, number, number) : null,
            Channel.Telegram => ChatId().IsMatch(typed) || ChatName().IsMatch(typed) ? new(channel, typed, "telegram:" + typed.ToLowerInvariant()) : null,
            Channel.Slack => SlackId().IsMatch(typed.ToUpperInvariant()) ? new(channel, typed.ToUpperInvariant(), "slack:" + typed.ToUpperInvariant()) : null,
            // Nobody is written to there.
            Channel.Webhook => null,
            _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, null),
        };
        return address is not null;
    }

    /// <summary>What pages show that anybody with a link may see: <c>a•••@d•••.org</c>, <c>+49•••67</c>, <c>@n•••</c>.</summary>
    public static string Mask(Channel channel, string recipient) => channel switch
    {
        Channel.Email => EmailAddress.Mask(recipient),
        Channel.Sms or Channel.WhatsApp when recipient.Length > 7 => $"{recipient[..3]}•••{recipient[^2..]}",
        Channel.Telegram when recipient.StartsWith('@') && recipient.Length > 2 => recipient[..2] + "•••",
        Channel.Telegram or Channel.Slack when recipient.Length > 4 => "•••" + recipient[^2..],
        Channel.Sms or Channel.WhatsApp or Channel.Telegram or Channel.Slack => "•••",
        // A host, no person.
        Channel.Webhook => recipient,
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, null),
    };

    /// <summary>Key of the text that says what was to be entered; null where the error of the feature says it itself.</summary>
    public static string? Expected(Channel channel) => channel switch
    {
        Channel.Sms or Channel.WhatsApp => "recipient.number_invalid",
        Channel.Telegram => "recipient.chat_invalid",
        Channel.Slack => "recipient.slack_invalid",
        Channel.Email or Channel.Webhook => null,
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, null),
    };

    /// <inheritdoc />
    public override string ToString() => Display;

    // 00 stands for + in most of the world, and nowhere for anything else at the beginning of an international number.
    private static string Digits(string typed)
    {
        var number = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && c is not ('-' or '(' or ')' or '.' or '/' or '\u2011' or '\u2013')));
        return number.StartsWith("00", StringComparison.Ordinal) ? "+" + number[2..] : number;
    }

    [GeneratedRegex(@"\A\+[1-9][0-9]{7,14}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex(@"\A[1-9][0-9]{4,15}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ChatId();

    [GeneratedRegex(@"\A@[A-Za-z][A-Za-z0-9_]{3,31}\z", RegexOptions.NonBacktracking)]
    private static partial Regex ChatName();

    [GeneratedRegex(@"\A[UWCDG][A-Z0-9]{7,20}\z", RegexOptions.NonBacktracking)]
    private static partial Regex SlackId();
}
