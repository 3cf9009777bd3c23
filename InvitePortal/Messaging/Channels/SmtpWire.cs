using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace InvitePortal.Messaging.Channels;

/// <summary>How far a conversation came before it failed; it decides whose trouble the failure is.</summary>
internal enum SmtpStage
{
    Connect,
    Tls,
    SignIn,
    Sender,
    Recipient,
    Body,
    /// <summary>The whole message is out, the answer is not in.</summary>
    Answer,
}

/// <summary>A conversation failed: with the server's answer, or without one.</summary>
internal sealed class SmtpFailure(SmtpStage stage, int? code, string answer, Exception? inner = null) : Exception(answer, inner)
{
    public SmtpStage Stage => stage;

    /// <summary>The server's three digits; null when there was no answer.</summary>
    public int? Code => code;

    /// <summary>Whether the server said nothing within its time.</summary>
    public bool TimedOut => InnerException is TimeoutException;
}

/// <summary>Lines to and from a mail server, in the clear or over TLS. Everything has a time limit; every trouble becomes an <see cref="SmtpFailure"/> of the current stage.</summary>
internal sealed class SmtpWire(TcpClient client) : IDisposable
{
    private const int MaxAnswer = 16 * 1024;

    private readonly byte[] _buffer = new byte[4096];
    private Stream _stream = client.GetStream();
    private int _start;
    private int _end;

    public SmtpStage Stage { get; set; } = SmtpStage.Connect;

    /// <summary>Whether the server has said something that nobody asked for yet.</summary>
    public bool HasUnread => _start < _end;

    /// <summary>Whether the server has closed the connection, or said something unasked (a farewell).</summary>
    public bool IsStale => HasUnread || client.Client.Poll(0, SelectMode.SelectRead);

    /// <summary>Goes on over TLS.</summary>
    public async Task TurnToTlsAsync(string host, RemoteCertificateValidationCallback? validation, TimeSpan patience, CancellationToken ct)
    {
        Stage = SmtpStage.Tls;
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(patience);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host, RemoteCertificateValidationCallback = validation }, timeout.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new SmtpFailure(SmtpStage.Tls, null, e is OperationCanceledException ? "no TLS handshake in time" : e.Message, e);
        }
    }

    /// <summary>Reads one answer, all of its lines.</summary>
    public async Task<(int Code, string Text)> AnswerAsync(TimeSpan patience, CancellationToken ct)
    {
        var text = new StringBuilder();
        while (true)
        {
            var line = await LineAsync(patience, ct);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), out var code) || text.Length > MaxAnswer)
            {
                throw new SmtpFailure(Stage, null, "it does not speak SMTP");
            }

            text.Append(text.Length > 0 ? "\n" : "").Append(text.Length > 0 ? line.AsSpan(Math.Min(4, line.Length)) : line);
            if (line.Length is 3 || line[3] is not '-')
            {
                return (code, text.ToString());
            }
        }
    }

    private async Task<string> LineAsync(TimeSpan patience, CancellationToken ct)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }

            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            if (_end == _buffer.Length)
            {
                throw new SmtpFailure(Stage, null, "it does not speak SMTP");
            }

            var read = await WithinAsync(token => _stream.ReadAsync(_buffer.AsMemory(_end), token), patience, ct);
            if (read is 0)
            {
                throw new SmtpFailure(Stage, null, "connection closed");
            }

            _end += read;
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan patience, CancellationToken ct) =>
        await WithinAsync(
            async token =>
            {
                await _stream.WriteAsync(bytes, token);
                return 0;
            },
            patience,
            ct);

    private async Task<int> WithinAsync(Func<CancellationToken, ValueTask<int>> work, TimeSpan patience, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(patience);
        try
        {
            return await work(timeout.Token);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw new SmtpFailure(Stage, null, "connection closed", e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new SmtpFailure(Stage, null, "no answer in time", new TimeoutException(null, e));
        }
        catch (OperationCanceledException e) when (Stage is SmtpStage.Answer)
        {
            throw new SmtpFailure(Stage, null, "stopped", e);
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        client.Dispose();
    }
}
