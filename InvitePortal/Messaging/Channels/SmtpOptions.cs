using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>The mail server, section <c>Smtp</c>.</summary>
public sealed class SmtpOptions
{
    public const string Section = "Smtp";

    /// <summary>Name or address of the server. Empty: Development keeps mail at <c>/dev/mailbox</c>, elsewhere it waits.</summary>
    public string? Host { get; set; }

    /// <summary>587 and 25 begin in the clear (and turn to TLS with <see cref="StartTls"/>); 465 is TLS from the first byte.</summary>
    public int Port { get; set; } = 587;

    /// <summary>Name for AUTH; empty sends without signing in.</summary>
    public string? User { get; set; }

    /// <summary>Goes with <see cref="User"/>.</summary>
    [Secret(ClearedWith = nameof(Host))]
    public string? Password { get; set; }

    /// <summary>Address that mails come from.</summary>
    public string? From { get; set; }

    /// <summary>Name beside <see cref="From"/>; empty takes <c>Portal:Name</c>.</summary>
    public string? FromName { get; set; }

    /// <summary>Demand STARTTLS: a server that does not offer it gets no mail.</summary>
    public bool StartTls { get; set; } = true;

    /// <summary>Whether there is a server to send to.</summary>
    public bool IsConfigured => !string.IsNullOrWhiteSpace(Host);
}

internal sealed class SmtpOptionsValidation : IValidateOptions<SmtpOptions>
{
    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var mistakes = new List<string>();
        if (options.IsConfigured && Uri.CheckHostName(options.Host) is UriHostNameType.Unknown)
        {
            mistakes.Add($"Smtp:Host must be a host name or an address, such as smtp.example.org; it is '{options.Host}'.");
        }

        if (options.Port is < 1 or > 65_535)
        {
            mistakes.Add($"Smtp:Port must lie between 1 and 65535; it is {options.Port}.");
        }

        if (string.IsNullOrEmpty(options.User) != string.IsNullOrEmpty(options.Password))
        {
            mistakes.Add("Smtp:User and Smtp:Password must both be set, or neither.");
        }

        if (options.IsConfigured && string.IsNullOrWhiteSpace(options.From))
        {
            mistakes.Add("Smtp:From must be set when Smtp:Host is: the address that mails come from.");
        }
        else if (!string.IsNullOrWhiteSpace(options.From) && !EmailAddress.TryParse(options.From, out _))
        {
            mistakes.Add($"Smtp:From must be an e-mail address, such as portal@example.org; it is '{options.From}'.");
        }

        if (!string.IsNullOrEmpty(options.FromName) && !DisplayName.TryParse(options.FromName, out _))
        {
            mistakes.Add($"Smtp:FromName must be one line of at most {FieldLengths.Name} characters.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }
}
