using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>Mail: to the mail server; or, in Development while none is set up, to the mailbox page. Which of the two is decided anew for each mail.</summary>
public sealed class EmailChannel(SmtpChannel smtp, MailboxChannel mailbox, IOptionsMonitor<SmtpOptions> options, IHostEnvironment environment) : IMessageChannel
{
    /// <inheritdoc />
    public Channel Channel => Channel.Email;

    /// <inheritdoc />
    public string? Missing => ToMailbox ? null : smtp.Missing;

    /// <inheritdoc />
    public object Settings => options.CurrentValue;

    private bool ToMailbox => environment.IsDevelopment() && !options.CurrentValue.IsConfigured;

    /// <inheritdoc />
    public Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct) => ToMailbox ? mailbox.SendAsync(message, ct) : smtp.SendAsync(message, ct);
}
