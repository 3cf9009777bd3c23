using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace InvitePortal.Tests.Support;

/// <summary>
/// A scripted SMTP server on a loopback port. It takes every mail unless told otherwise, and keeps transcripts, connection counts and the mails.
/// The steps that can be scripted: CONNECT (the greeting), EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY (the answer to the final dot), RSET, NOOP, QUIT.
/// </summary>
public sealed class SmtpSink : IAsyncDisposable
{
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
            await new SmtpTalk(this, session, client.GetStream()).RunAsync(_stopped.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException or OperationCanceledException or SmtpTalk.AuthenticationFailed)
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

    internal SmtpReply? Scripted(string step, string line)
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

    internal void Take(string sender, IReadOnlyList<string> recipients, byte[] raw)
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

    private sealed record Rule(string Step, SmtpReply Reply, string? Containing)
    {
        public int Left { get; set; }
    }
}
