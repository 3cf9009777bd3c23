using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace InvitePortal.Tests.Support;

/// <summary>
/// A scripted SMTP server on a loopback port. It takes every mail unless told otherwise, and keeps transcripts, connection counts and the mails.
/// The steps that can be scripted: CONNECT (the greeting), EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (the answer to the final dot), RSET, NOOP, QUIT.
/// </summary>
public sealed class SmtpSink : IAsyncDisposable
{
    private static readonly Lazy<X509Certificate2> Certificate = new(MakeCertificate);

    private readonly CancellationTokenSource _stopped = new();
    private readonly List<Rule> _rules = [];
    private readonly List<SmtpMail> _mails = [];
    private readonly List<(Func<SmtpMail, bool> Wanted, int Count, TaskCompletionSource<SmtpMail> Found)> _waiting = [];
    private readonly ConcurrentQueue<SmtpSession> _sessions = new();
    private readonly ConcurrentDictionary<TcpClient, byte> _clients = new();
    private readonly Lock _lock = new();
    private TcpListener? _listener;
    private int _open;

    private SmtpSink()
    {
    }

    public static string Host => "127.0.0.1";

    public int Port { get; private set; }

    /// <summary>Whether EHLO offers STARTTLS.</summary>
    public bool OffersStartTls { get; init; }

    /// <summary>With a user set, MAIL is refused with 530 until AUTH succeeded.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>What EHLO offers after AUTH.</summary>
    public string Mechanisms { get; init; } = "PLAIN LOGIN";

    /// <summary>Whether received mails are kept; a benchmark only counts them.</summary>
    public bool Keeps { get; init; } = true;

    /// <summary>All connections so far.</summary>
    public int Connections => _sessions.Count;

    /// <summary>The most connections that were open at once.</summary>
    public int MostOpen { get; private set; }

    /// <summary>How many mails were taken.</summary>
    public int Received { get; private set; }

    public IReadOnlyList<SmtpSession> Sessions => [.. _sessions];

    public IReadOnlyList<SmtpMail> Mails
    {
        get
        {
            lock (_lock)
            {
                return [.. _mails];
            }
        }
    }

    /// <summary>Starts to listen, on a free port unless one is named.</summary>
    public static SmtpSink Start(int port = 0, bool startTls = false, string? user = null, string? password = null, bool keeps = true, string mechanisms = "PLAIN LOGIN")
    {
        var sink = new SmtpSink { Port = port, OffersStartTls = startTls, User = user, Password = password, Keeps = keeps, Mechanisms = mechanisms };
        sink.Open();
        return sink;
    }

    /// <summary>Answers a step in its own way: every time, or the first <paramref name="times"/> times; for all, or for lines that contain <paramref name="containing"/>.</summary>
    public void On(string step, SmtpReply reply, string? containing = null, int times = int.MaxValue)
    {
        lock (_lock)
        {
            _rules.Add(new Rule(step, reply, containing) { Left = times });
        }
    }

    /// <summary>Forgets what was scripted.</summary>
    public void Behave()
    {
        lock (_lock)
        {
            _rules.Clear();
        }
    }

    /// <summary>Refuses new connections and drops the open ones.</summary>
    public void Close()
    {
        _listener?.Dispose();
        _listener = null;
        DropAll();
    }

    /// <summary>Drops the open connections; new ones are taken.</summary>
    public void DropAll()
    {
        foreach (var client in _clients.Keys)
        {
            client.Dispose();
        }
    }

    /// <summary>Listens again, on the same port.</summary>
    public void Open()
    {
        var listener = new TcpListener(IPAddress.Loopback, Port);
        listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Start(200);
        _listener = listener;
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        _ = AcceptAsync(listener);
    }

    /// <summary>The newest mail to an address, once there are <paramref name="count"/> of them; fails after 15 s unless told otherwise.</summary>
    public async Task<SmtpMail> WaitForMailAsync(string recipient, int count = 1, TimeSpan? timeout = null)
    {
        bool Wanted(SmtpMail mail) => string.Equals(mail.Recipient, recipient, StringComparison.OrdinalIgnoreCase);
        Task<SmtpMail> found;
        lock (_lock)
        {
            if (_mails.Count(Wanted) >= count)
            {
                return _mails.Last(Wanted);
            }

            var source = new TaskCompletionSource<SmtpMail>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((Wanted, count, source));
            found = source.Task;
        }

        try
        {
            return await found.WaitAsync(timeout ?? TimeSpan.FromSeconds(15), _stopped.Token);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No mail number {count} to {recipient} came; there are mails to: {string.Join(", ", Mails.Select(m => m.Recipient))}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        Close();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(_stopped.Token);
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException or OperationCanceledException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        client.NoDelay = true;
        _clients[client] = 0;
        var session = new SmtpSession();
        _sessions.Enqueue(session);
        lock (_lock)
        {
            MostOpen = Math.Max(MostOpen, ++_open);
        }

        try
        {
            await new Talk(this, session, client.GetStream()).RunAsync(_stopped.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException or OperationCanceledException or AuthenticationFailed)
        {
            session.Add($"! {e.GetType().Name}");
        }
        finally
        {
            lock (_lock)
            {
                _open--;
            }

            _clients.TryRemove(client, out _);
            client.Dispose();
        }
    }

    private SmtpReply? Scripted(string step, string line)
    {
        lock (_lock)
        {
            var rule = _rules.Find(r => r.Left > 0 && r.Step == step && (r.Containing is null || line.Contains(r.Containing, StringComparison.OrdinalIgnoreCase)));
            if (rule is not null)
            {
                rule.Left--;
            }

            return rule?.Reply;
        }
    }

    private void Take(string sender, IReadOnlyList<string> recipients, byte[] raw)
    {
        lock (_lock)
        {
            Received++;
            if (!Keeps)
            {
                return;
            }

            var mail = new SmtpMail(sender, recipients, raw);
            _mails.Add(mail);
            foreach (var waiting in _waiting.Where(w => w.Wanted(mail) && _mails.Count(w.Wanted) >= w.Count).ToList())
            {
                _waiting.Remove(waiting);
                waiting.Found.TrySetResult(mail);
            }
        }
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private sealed record Rule(string Step, SmtpReply Reply, string? Containing)
    {
        public int Left { get; set; }
    }

    private sealed class AuthenticationFailed(Exception inner) : Exception(inner.Message, inner);

    /// <summary>One connection.</summary>
    private sealed class Talk(SmtpSink sink, SmtpSession session, Stream stream)
    {
        private readonly List<string> _recipients = [];
        private byte[] _buffer = new byte[16 * 1024];
        private int _start;
        private int _end;
        private string? _sender;
        private bool _signedIn;
        private bool _secure;

        public async Task RunAsync(CancellationToken ct)
        {
            if (!await AnswerAsync("CONNECT", "", "220 sink ESMTP", ct))
            {
                return;
            }

            while (await LineAsync(ct) is { } line)
            {
                session.Add("C: " + line);
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                var goesOn = verb switch
                {
                    "EHLO" => await AnswerAsync(verb, line, Offer(), ct),
                    "HELO" => await AnswerAsync(verb, line, "250 sink", ct),
                    "STARTTLS" => await StartTlsAsync(line, ct),
                    "AUTH" => await AuthAsync(line, ct),
                    "MAIL" => await MailAsync(line, ct),
                    "RCPT" => await RcptAsync(line, ct),
                    "DATA" => await DataAsync(line, ct),
                    "RSET" => await ResetAsync(line, ct),
                    "NOOP" => await AnswerAsync(verb, line, "250 OK", ct),
                    "QUIT" => await AnswerAsync(verb, line, "221 Bye", ct) && false,
                    _ => await AnswerAsync(verb, line, "500 Unknown command", ct),
                };
                if (!goesOn)
                {
                    return;
                }
            }
        }

        private string Offer()
        {
            var lines = new List<string> { "250-sink", "250-PIPELINING", "250-8BITMIME" };
            if (sink.OffersStartTls && !_secure)
            {
                lines.Add("250-STARTTLS");
            }

            if (sink.User is not null)
            {
                lines.Add("250-AUTH " + sink.Mechanisms);
            }

            lines.Add("250 SIZE 10485760");
            return string.Join("\r\n", lines);
        }

        private async Task<bool> StartTlsAsync(string line, CancellationToken ct)
        {
            if (sink.Scripted("STARTTLS", line) is { } scripted)
            {
                return await PlayAsync(scripted, ct);
            }

            await WriteAsync("220 Go ahead", ct);
            var tls = new SslStream(stream);
            try
            {
                await tls.AuthenticateAsServerAsync(Certificate.Value);
            }
            catch (System.Security.Authentication.AuthenticationException e)
            {
                throw new AuthenticationFailed(e);
            }

            (stream, _secure, _start, _end) = (tls, true, 0, 0);
            return true;
        }

        private async Task<bool> AuthAsync(string line, CancellationToken ct)
        {
            if (sink.Scripted("AUTH", line) is { } scripted)
            {
                return await PlayAsync(scripted, ct);
            }

            string user, password;
            var parts = line.Split(' ');
            if (parts[1].Equals("PLAIN", StringComparison.OrdinalIgnoreCase))
            {
                var given = Decode(parts[2]).Split('\0');
                (user, password) = (given[1], given[2]);
            }
            else
            {
                await WriteAsync("334 VXNlcm5hbWU6", ct);
                user = Decode(await LineAsync(ct) ?? "");
                await WriteAsync("334 UGFzc3dvcmQ6", ct);
                password = Decode(await LineAsync(ct) ?? "");
            }

            _signedIn = user == sink.User && password == sink.Password;
            return await WriteAsync(_signedIn ? "235 Welcome" : "535 5.7.8 Authentication credentials invalid", ct);
        }

        private static string Decode(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

        private async Task<bool> MailAsync(string line, CancellationToken ct)
        {
            if (sink.User is not null && !_signedIn)
            {
                return await AnswerAsync("MAIL", line, "530 5.7.0 Authentication required", ct);
            }

            return await AnswerAsync("MAIL", line, "250 OK", ct, () => (_sender = Address(line)) is not null);
        }

        private async Task<bool> RcptAsync(string line, CancellationToken ct) =>
            await AnswerAsync("RCPT", line, _sender is null ? "503 MAIL first" : "250 OK", ct, () =>
            {
                _recipients.Add(Address(line));
                return true;
            });

        private static string Address(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

        private async Task<bool> DataAsync(string line, CancellationToken ct)
        {
            var taken = false;
            if (!await AnswerAsync("DATA", line, _recipients.Count is 0 ? "503 RCPT first" : "354 Go ahead", ct, () => taken = true))
            {
                return false;
            }

            if (!taken || _recipients.Count is 0)
            {
                return true;
            }

            var raw = await BodyAsync(ct);
            var (sender, recipients) = (_sender!, _recipients.ToList());
            _sender = null;
            _recipients.Clear();
            var reply = sink.Scripted("BODY", string.Join(' ', recipients));
            if (reply is null or { Takes: true })
            {
                sink.Take(sender, recipients, raw);
            }

            return reply is null ? await WriteAsync("250 Taken", ct) : await PlayAsync(reply, ct);
        }

        private async Task<bool> ResetAsync(string line, CancellationToken ct)
        {
            _sender = null;
            _recipients.Clear();
            return await AnswerAsync("RSET", line, "250 OK", ct);
        }

        private async Task<bool> AnswerAsync(string step, string line, string usual, CancellationToken ct, Func<bool>? onSuccess = null)
        {
            if (sink.Scripted(step, line) is { } reply)
            {
                return await PlayAsync(reply, ct);
            }

            if (usual[0] is '2' or '3')
            {
                onSuccess?.Invoke();
            }

            return await WriteAsync(usual, ct);
        }

        private async Task<bool> PlayAsync(SmtpReply reply, CancellationToken ct)
        {
            if (reply.Delay > TimeSpan.Zero)
            {
                await Task.Delay(reply.Delay, ct);
            }

            if (reply.Silent)
            {
                await Task.Delay(Timeout.Infinite, ct);
            }

            return reply.Text is not null && await WriteAsync(reply.Text, ct) && !reply.Text.StartsWith("421", StringComparison.Ordinal);
        }

        private async Task<bool> WriteAsync(string text, CancellationToken ct)
        {
            session.Add("S: " + text);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), ct);
            return true;
        }

        private async Task<string?> LineAsync(CancellationToken ct)
        {
            while (true)
            {
                var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
                if (length >= 0)
                {
                    var line = Encoding.UTF8.GetString(_buffer, _start, length);
                    _start += length + 2;
                    return line;
                }

                if (!await FillAsync(ct))
                {
                    return null;
                }
            }
        }

        private async Task<byte[]> BodyAsync(CancellationToken ct)
        {
            while (true)
            {
                var length = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n.\r\n"u8);
                if (length >= 0)
                {
                    var raw = _buffer.AsSpan(_start, length + 2).ToArray();
                    _start += length + 5;
                    return raw;
                }

                if (!await FillAsync(ct))
                {
                    throw new IOException("Dropped inside DATA.");
                }
            }
        }

        private async Task<bool> FillAsync(CancellationToken ct)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            if (_end == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_end), ct);
            _end += read;
            return read > 0;
        }
    }
}

/// <summary>What the sink says at one step.</summary>
public sealed record SmtpReply(string? Text)
{
    /// <summary>Closes the connection without a word.</summary>
    public static readonly SmtpReply Drop = new((string?)null);

    /// <summary>Takes the mail, then closes the connection without a word: the sender cannot know.</summary>
    public static readonly SmtpReply TakeAndDrop = new((string?)null) { Takes = true };

    /// <summary>Says nothing and keeps the connection.</summary>
    public static readonly SmtpReply Silence = new((string?)null) { Silent = true };

    public TimeSpan Delay { get; init; }

    public bool Silent { get; init; }

    public bool Takes { get; init; }

    /// <summary>Answers with this line; 421 also closes the connection.</summary>
    public static SmtpReply Of(string text) => new(text) { Takes = text[0] is '2' };

    /// <summary>The same, later.</summary>
    public SmtpReply After(TimeSpan delay) => this with { Delay = delay };
}

/// <summary>One connection's transcript: lines with <c>C: </c> and <c>S: </c>, bodies left out.</summary>
public sealed class SmtpSession
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    internal void Add(string line)
    {
        // A benchmark sends tens of thousands of mails over four connections.
        if (_lines.Count < 20_000)
        {
            _lines.Enqueue(line);
        }
    }
}
