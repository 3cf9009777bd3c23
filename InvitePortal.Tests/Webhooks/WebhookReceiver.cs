using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using InvitePortal.Webhooks;

namespace InvitePortal.Tests.Webhooks;

/// <summary>One request that an endpoint got.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers[WebhookSignature.IdHeader];

    public long Timestamp => long.Parse(Headers[WebhookSignature.TimestampHeader], CultureInfo.InvariantCulture);

    public string[] Signatures => Headers[WebhookSignature.SignatureHeader].Split(' ');

    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public string Type => Json.GetProperty("type").GetString()!;

    public JsonElement Data => Json.GetProperty("data");

    /// <summary>As a receiver does it that follows the README.</summary>
    public bool IsSignedBy(string secret) => Signatures.Contains(WebhookSignature.Sign(Id, Timestamp, Body, WebhookSignature.KeyOf(secret)!));
}

/// <summary>How an endpoint answers: bytes on the wire, for as long as it likes.</summary>
internal delegate Task Reply(Stream wire, CancellationToken ct);

/// <summary>An HTTP server of a few lines that misbehaves on demand.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly int _port;
    private TcpListener _listener;
    private Task _accepting;

    private WebhookReceiver()
    {
        (_listener, _accepting) = Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public string Url => $"http://127.0.0.1:{_port}/hook";

    public Func<Received, Reply> Answer { get; set; } = _ => Status(200, "ok");

    public IReadOnlyList<Received> Received => [.. _received];

    /// <summary>Bytes of answers that were taken from it.</summary>
    public long Written { get; private set; }

    public static WebhookReceiver Start() => new();

    /// <summary>An ordinary answer.</summary>
    public static Reply Status(int status, string body = "", params string[] headers) => (wire, ct) => WriteAsync(
        wire, $"HTTP/1.1 {status} Said\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n{body}", ct);

    /// <summary>An answer of so many bytes, as fast as they are taken.</summary>
    public Reply Huge(long bytes) => async (wire, ct) =>
    {
        await WriteAsync(wire, $"HTTP/1.1 200 OK\r\nContent-Length: {bytes}\r\n\r\n", ct);
        var block = new byte[16 * 1024];
        block.AsSpan().Fill((byte)'x');
        for (Written = 0; Written < bytes; Written += block.Length)
        {
            await wire.WriteAsync(block, ct);
        }
    };

    /// <summary>One byte a second, for ever.</summary>
    public static Reply Drip(bool afterStatus) => async (wire, ct) =>
    {
        if (afterStatus)
        {
            await WriteAsync(wire, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", ct);
        }

        foreach (var c in Enumerable.Repeat("HTTP/1.1 200 OK\r\nX-Slow: yes, very slow indeed\r\n", 100).SelectMany(l => l))
        {
            await WriteAsync(wire, c.ToString(), ct);
            await Task.Delay(TimeSpan.FromSeconds(1), ct);
        }
    };

    /// <summary>Says nothing and keeps the line open.</summary>
    public static Reply Silence() => (_, ct) => Task.Delay(Timeout.Infinite, ct);

    public static Reply Garbage() => (wire, ct) => WriteAsync(wire, "\u0016\u0003\u0001 this is no HTTP\r\n\r\n", ct);

    /// <summary>Hangs up without a word.</summary>
    public static Reply HangUp() => (_, _) => Task.FromException(new IOException("Hung up."));

    /// <summary>Refuses connections, as a server that is down.</summary>
    public async Task CloseAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    public void Open() => (_listener, _accepting) = Listen(_port);

    public async Task WaitForAsync(int count)
    {
        var until = DateTime.UtcNow.AddSeconds(20);
        while (_received.Count < count)
        {
            Assert.True(DateTime.UtcNow < until, $"{_received.Count} of {count} came.");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private (TcpListener, Task) Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        return (listener, AcceptAsync(listener));
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var wire = client.GetStream();
                while (await ReadAsync(wire) is { } request)
                {
                    _received.Enqueue(request);
                    await Answer(request)(wire, _stop.Token);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side had enough, or this one.
            }
        }
    }

    private async Task<Received?> ReadAsync(NetworkStream wire)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count > 3 && head[^1] == '\n' && head[^3] == '\n'))
        {
            if (await wire.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture)];
        await wire.ReadExactlyAsync(body, _stop.Token);
        return new Received(lines[0].Split(' ')[1], headers, body);
    }

    private static Task WriteAsync(Stream wire, string text, CancellationToken ct) => wire.WriteAsync(Encoding.UTF8.GetBytes(text), ct).AsTask();
}
