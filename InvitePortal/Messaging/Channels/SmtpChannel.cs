using System.Buffers;
using System.Collections.Concurrent;
using System.Net.Security;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Messaging.Channels;

/// <summary>
/// Mail over SMTP. Connections are kept and used again; those idle for 30 s say good-bye.
/// Whatever fails before the first recipient is named is the channel's trouble, whatever fails after it the message's.
/// </summary>
public sealed class SmtpChannel : IMessageChannel, IAsyncDisposable
{
    // A server that puts an unknown sender off wants to see some minutes pass (RFC 6647); earlier tries only prolong it.
    private static readonly TimeSpan PutOff = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private readonly IOptionsMonitor<SmtpOptions> _options;
    private readonly IOptionsMonitor<PortalOptions> _portal;
    private readonly LimitOptions _limits;
    private readonly TimeProvider _clock;
    private readonly ConcurrentStack<(SmtpConnection Connection, SmtpOptions Server)> _idle = new();
    private readonly Timer _goodbye;
    private readonly IDisposable? _changes;

    public SmtpChannel(IOptionsMonitor<SmtpOptions> options, IOptions<LimitOptions> limits, IOptionsMonitor<PortalOptions> portal, TimeProvider clock)
    {
        _options = options;
        _portal = portal;
        _limits = limits.Value;
        _clock = clock;
        _goodbye = new Timer(_ => _ = LeaveIdleAsync());
        _changes = options.OnChange(_ => _goodbye.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    /// <inheritdoc />
    public Channel Channel => Channel.Email;

    /// <inheritdoc />
    public string? Missing => _options.CurrentValue.IsConfigured ? null : DeliveryReasons.NoServer;

    /// <inheritdoc />
    public object Settings => _options.CurrentValue;

    /// <summary>How certificates are judged; null takes the system's rules.</summary>
    internal RemoteCertificateValidationCallback? CertificateValidation { get; init; }

    /// <inheritdoc />
    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        if (!EmailAddress.TryParse(message.Recipient, out var to))
        {
            return new SendOutcome.FinalFailure(DeliveryReasons.BadAddress);
        }

        var server = _options.CurrentValue;
        if (!server.IsConfigured)
        {
            return new SendOutcome.ChannelFailure(DeliveryReasons.NoServer, NeedsPerson: true);
        }

        var mail = new ArrayBufferWriter<byte>(16 * 1024);
        var fromName = string.IsNullOrWhiteSpace(server.FromName) ? _portal.CurrentValue.Name : server.FromName;
        MimeWriter.Write(mail, fromName, server.From!, to.Display, message, _clock.GetUtcNow());
        try
        {
            return new SendOutcome.Sent(DeliveryReasons.Shorten(await SendAsync(server, to.Display, mail.WrittenMemory, ct)));
        }
        catch (SmtpFailure failure)
        {
            return Judge(failure, Redaction.Clean(failure.Message, server.Password));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        await _goodbye.DisposeAsync();
        await LeaveIdleAsync(all: true);
    }

    private async Task<string> SendAsync(SmtpOptions server, string to, ReadOnlyMemory<byte> mail, CancellationToken ct)
    {
        while (await TakeIdleAsync(server) is { } used)
        {
            try
            {
                return await UseAsync(used, server, to, mail, ct);
            }
            catch (SmtpFailure e) when (e.Stage is SmtpStage.Sender && e.Code is null or 421)
            {
                // The server had enough of this connection, not of the mail, of which it has seen nothing yet.
            }
        }

        return await UseAsync(await SmtpConnection.OpenAsync(server, _limits, CertificateValidation, ct), server, to, mail, ct);
    }

    private async Task<string> UseAsync(SmtpConnection connection, SmtpOptions server, string to, ReadOnlyMemory<byte> mail, CancellationToken ct)
    {
        var usable = false;
        try
        {
            var answer = await connection.SendAsync(server.From!, to, mail, ct);
            usable = true;
            return answer;
        }
        catch (SmtpFailure e)
        {
            usable = e.Code is not (null or 421);
            throw;
        }
        finally
        {
            if (usable && ReferenceEquals(server, _options.CurrentValue))
            {
                _idle.Push((connection, server));
                _goodbye.Change(Idle, Timeout.InfiniteTimeSpan);
            }
            else if (usable)
            {
                await connection.QuitAsync();
            }
            else
            {
                connection.Dispose();
            }
        }
    }

    private async Task<SmtpConnection?> TakeIdleAsync(SmtpOptions server)
    {
        while (_idle.TryPop(out var idle))
        {
            if (idle.Connection.IsStale)
            {
                idle.Connection.Dispose();
            }
            else if (ReferenceEquals(idle.Server, server))
            {
                return idle.Connection;
            }
            else
            {
                await idle.Connection.QuitAsync();
            }
        }

        return null;
    }

    /// <summary>Says good-bye on connections that were idle for long, and on those to a server that is not the one in the settings any more.</summary>
    private async Task LeaveIdleAsync(bool all = false)
    {
        var keep = new List<(SmtpConnection Connection, SmtpOptions Server)>();
        while (_idle.TryPop(out var idle))
        {
            if (all || Environment.TickCount64 - idle.Connection.UsedAt >= Idle.TotalMilliseconds || !ReferenceEquals(idle.Server, _options.CurrentValue))
            {
                await idle.Connection.QuitAsync();
            }
            else
            {
                keep.Add(idle);
            }
        }

        foreach (var idle in keep)
        {
            _idle.Push(idle);
        }

        if (keep.Count > 0)
        {
            _goodbye.Change(Idle, Timeout.InfiniteTimeSpan);
        }
    }

    private static SendOutcome Judge(SmtpFailure failure, string words)
    {
        var answer = DeliveryReasons.Shorten(words);
        return failure switch
        {
            { Stage: SmtpStage.Tls } or { Code: 454 } => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.Tls, answer), NeedsPerson: true),
            { Stage: SmtpStage.SignIn } or { Code: 530 or 534 or 535 or 538 } =>
                new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.SignIn, answer), NeedsPerson: failure.Code is null or >= 500),
            { Stage: SmtpStage.Connect, Code: null } => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.Unreachable, answer), NeedsPerson: false),
            { Stage: SmtpStage.Connect } => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.Refused, answer), NeedsPerson: failure.Code >= 500),
            // The sender is the same for all mails, so its refusal says nothing of this one.
            { Stage: SmtpStage.Sender, Code: >= 500 } => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.Sender, answer), NeedsPerson: true),
            { Code: >= 500 } => new SendOutcome.FinalFailure(answer),
            { Code: not null } => new SendOutcome.PassingFailure(answer, PutOff),
            _ => new SendOutcome.PassingFailure(
                failure.TimedOut ? DeliveryReasons.Timeout : DeliveryReasons.Dropped, MayHaveArrived: failure.Stage is SmtpStage.Answer),
        };
    }
}
