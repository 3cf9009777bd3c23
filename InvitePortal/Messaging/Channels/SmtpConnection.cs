using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using InvitePortal.Common;

namespace InvitePortal.Messaging.Channels;

/// <summary>
/// One connection to the mail server (RFC 5321, 3207, 4954), used for many mails. It stands in for <c>System.Net.Mail.SmtpClient</c>, which on
/// .NET 10 does reuse its connection, but leaves Nagle's algorithm on while it writes a mail in pieces (84 mails a second over four connections
/// on loopback, for 40 ms of delayed ACK each), knows no AUTH PLAIN, tells a refused sign-in by its English message alone, loses the mail when the
/// server closed an idle connection, and has no time-outs for asynchronous sends.
/// </summary>
internal sealed class SmtpConnection : IDisposable
{
    private readonly SmtpWire _wire;
    private readonly LimitOptions _limits;
    private HashSet<string> _offers = [];

    private SmtpConnection(TcpClient client, LimitOptions limits)
    {
        _wire = new SmtpWire(client);
        _limits = limits;
    }

    /// <summary>When it was last used, as <see cref="Environment.TickCount64"/>.</summary>
    public long UsedAt { get; private set; } = Environment.TickCount64;

    /// <summary>Whether the server has closed it, or said something unasked (a farewell), since it was last used.</summary>
    public bool IsStale => _wire.IsStale;

    /// <summary>Connects, turns to TLS and signs in, as the options say.</summary>
    public static async Task<SmtpConnection> OpenAsync(
        SmtpOptions options, LimitOptions limits, RemoteCertificateValidationCallback? validation, CancellationToken ct)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await ConnectAsync(client, options, limits, ct);
            var connection = new SmtpConnection(client, limits);
            await connection.GreetAsync(options, validation, ct);
            return connection;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends one mail to one recipient. After a failure that the server answered the connection is as good as new.</summary>
    /// <returns>What the server said when it took the mail.</returns>
    public async Task<string> SendAsync(string from, string to, ReadOnlyMemory<byte> mail, CancellationToken ct)
    {
        UsedAt = Environment.TickCount64;
        _wire.Stage = SmtpStage.Sender;
        var (mailFrom, rcptTo) = ($"MAIL FROM:<{from}>\r\n", $"RCPT TO:<{to}>\r\n");
        if (_offers.Contains("PIPELINING"))
        {
            await WriteAsync(mailFrom + rcptTo, ct);
            var (sender, recipient) = (await AnswerAsync(ct), await AnswerAsync(ct));
            await ExpectAsync(sender, 2, ct);
            _wire.Stage = SmtpStage.Recipient;
            await ExpectAsync(recipient, 2, ct);
        }
        else
        {
            await WriteAsync(mailFrom, ct);
            await ExpectAsync(await AnswerAsync(ct), 2, ct);
            _wire.Stage = SmtpStage.Recipient;
            await WriteAsync(rcptTo, ct);
            await ExpectAsync(await AnswerAsync(ct), 2, ct);
        }

        _wire.Stage = SmtpStage.Body;
        await WriteAsync("DATA\r\n", ct);
        await ExpectAsync(await AnswerAsync(ct), 3, ct);
        // From the first byte of the body on nobody can say how much the server has seen when the connection breaks.
        _wire.Stage = SmtpStage.Answer;
        await _wire.WriteAsync(Stuffed(mail.Span), _limits.SmtpSendTimeout, ct);
        var (code, text) = await _wire.AnswerAsync(_limits.SmtpSendTimeout, ct);
        if (code / 100 is not 2)
        {
            throw new SmtpFailure(SmtpStage.Body, code, text);
        }

        UsedAt = Environment.TickCount64;
        return text;
    }

    /// <summary>Says good-bye, without waiting for an answer.</summary>
    public async Task QuitAsync()
    {
        try
        {
            await _wire.WriteAsync("QUIT\r\n"u8.ToArray(), TimeSpan.FromSeconds(1), CancellationToken.None);
        }
        catch (SmtpFailure)
        {
            // Gone already.
        }

        Dispose();
    }

    public void Dispose() => _wire.Dispose();

    private static async Task ConnectAsync(TcpClient client, SmtpOptions options, LimitOptions limits, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(limits.SmtpConnectTimeout);
        try
        {
            await client.ConnectAsync(options.Host!, options.Port, timeout.Token);
        }
        catch (SocketException e)
        {
            throw new SmtpFailure(SmtpStage.Connect, null, $"{e.Message} ({options.Host}:{options.Port})", e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new SmtpFailure(SmtpStage.Connect, null, $"no connection within {limits.SmtpConnectTimeout.TotalSeconds:F0} s ({options.Host}:{options.Port})", new TimeoutException(null, e));
        }
    }

    private async Task GreetAsync(SmtpOptions options, RemoteCertificateValidationCallback? validation, CancellationToken ct)
    {
        if (options.Port is 465)
        {
            await _wire.TurnToTlsAsync(options.Host!, validation, _limits.SmtpConnectTimeout, ct);
        }

        // A server that accepts and then says nothing is as good as unreachable: it gets the time of connecting, not that of a command.
        await ExpectAsync(await _wire.AnswerAsync(_limits.SmtpConnectTimeout, ct), 2, ct);
        await HelloAsync(ct);
        if (options.StartTls && options.Port is not 465)
        {
            _wire.Stage = SmtpStage.Tls;
            if (!_offers.Contains("STARTTLS"))
            {
                throw new SmtpFailure(SmtpStage.Tls, null, "it does not offer STARTTLS");
            }

            await CommandAsync("STARTTLS\r\n", 2, ct);
            if (_wire.HasUnread)
            {
                // Words sent ahead in the clear would be taken for words of the secure connection (CVE-2011-0411).
                throw new SmtpFailure(SmtpStage.Tls, null, "it spoke before the connection was secure");
            }

            await _wire.TurnToTlsAsync(options.Host!, validation, _limits.SmtpConnectTimeout, ct);
            await HelloAsync(ct);
        }

        if (!string.IsNullOrEmpty(options.User))
        {
            _wire.Stage = SmtpStage.SignIn;
            await SignInAsync(options.User, options.Password!, ct);
        }
    }

    private async Task HelloAsync(CancellationToken ct)
    {
        await WriteAsync($"EHLO {OwnName()}\r\n", ct);
        var (code, text) = await AnswerAsync(ct);
        if (code / 100 is not 2)
        {
            throw new SmtpFailure(SmtpStage.Connect, code, text);
        }

        _offers = new HashSet<string>(text.Split('\n').Skip(1).Select(l => l.Trim()), StringComparer.OrdinalIgnoreCase);
    }

    private async Task SignInAsync(string user, string password, CancellationToken ct)
    {
        var mechanisms = _offers.FirstOrDefault(o => o.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase))?.ToUpperInvariant().Split(' ', '=') ?? [];
        if (mechanisms.Contains("PLAIN"))
        {
            await CommandAsync($"AUTH PLAIN {ToBase64($"\0{user}\0{password}")}\r\n", 2, ct);
        }
        else if (mechanisms.Contains("LOGIN"))
        {
            await CommandAsync("AUTH LOGIN\r\n", 3, ct);
            await CommandAsync(ToBase64(user) + "\r\n", 3, ct);
            await CommandAsync(ToBase64(password) + "\r\n", 2, ct);
        }
        else
        {
            throw new SmtpFailure(SmtpStage.SignIn, null, "it offers neither AUTH PLAIN nor AUTH LOGIN");
        }
    }

    private static string ToBase64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string OwnName()
    {
        var name = Dns.GetHostName();
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? name : "localhost";
    }

    private async Task CommandAsync(string line, int expected, CancellationToken ct)
    {
        await WriteAsync(line, ct);
        await ExpectAsync(await AnswerAsync(ct), expected, ct);
    }

    /// <summary>Takes an answer of the expected hundred; otherwise clears the server's state, if mails were being talked about, and fails.</summary>
    private async Task ExpectAsync((int Code, string Text) answer, int hundred, CancellationToken ct)
    {
        if (answer.Code / 100 == hundred)
        {
            return;
        }

        if (_wire.Stage >= SmtpStage.Sender && answer.Code is not 421)
        {
            var stage = _wire.Stage;
            await WriteAsync("RSET\r\n", ct);
            await AnswerAsync(ct);
            _wire.Stage = stage;
        }

        throw new SmtpFailure(_wire.Stage, answer.Code, answer.Text);
    }

    private Task<(int Code, string Text)> AnswerAsync(CancellationToken ct) => _wire.AnswerAsync(_limits.SmtpCommandTimeout, ct);

    private Task WriteAsync(string commands, CancellationToken ct) => _wire.WriteAsync(Encoding.ASCII.GetBytes(commands), _limits.SmtpCommandTimeout, ct);

    /// <summary>Doubles dots that begin a line, and ends with the dot that stands alone.</summary>
    private static ReadOnlyMemory<byte> Stuffed(ReadOnlySpan<byte> mail)
    {
        var stuffed = new ArrayBufferWriter<byte>(mail.Length + 64);
        while (mail.IndexOf("\r\n."u8) is >= 0 and var at)
        {
            stuffed.Write(mail[..(at + 3)]);
            stuffed.Write("."u8);
            mail = mail[(at + 3)..];
        }

        stuffed.Write(mail);
        stuffed.Write(mail.EndsWith("\r\n"u8) ? ".\r\n"u8 : "\r\n.\r\n"u8);
        return stuffed.WrittenMemory;
    }
}
