using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace InvitePortal.Tests.Protection;

/// <summary>HTTP by hand, for requests that no well-behaved client would make.</summary>
internal sealed class RawHttp : IDisposable
{
    private readonly TcpClient _tcp = new();

    private RawHttp()
    {
    }

    public static async Task<RawHttp> ConnectAsync(string url)
    {
        var uri = new Uri(url);
        var raw = new RawHttp();
        await raw._tcp.ConnectAsync(uri.Host, uri.Port);
        return raw;
    }

    /// <summary>Sends text and waits for the answer's status and headers.</summary>
    public static async Task<RawAnswer> SendAsync(string url, string text)
    {
        using var raw = await ConnectAsync(url);
        await raw.WriteAsync(text);
        return await raw.ReadAsync();
    }

    /// <summary>Posts <paramref name="size"/> bytes, reading the answer while they are still being sent.</summary>
    public static async Task<RawAnswer> PostAsync(string url, string path, long size, bool chunked)
    {
        using var raw = await ConnectAsync(url);
        var length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: " + size.ToString(CultureInfo.InvariantCulture);
        await raw.WriteAsync($"POST {path} HTTP/1.1\r\nHost: {new Uri(url).Authority}\r\nContent-Type: application/json\r\n{length}\r\n\r\n");
        var answer = raw.ReadAsync();
        try
        {
            var block = new string('a', 32_768);
            for (var sent = 0L; sent < size && !answer.IsCompleted; sent += block.Length)
            {
                await raw.WriteAsync(chunked ? $"{block.Length:x}\r\n{block}\r\n" : block[..(int)Math.Min(block.Length, size - sent)]);
            }

            if (chunked)
            {
                await raw.WriteAsync("0\r\n\r\n");
            }
        }
        catch (IOException)
        {
            // Refused while it was still being sent.
        }

        return await answer;
    }

    public async Task WriteAsync(string text) => await _tcp.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>The status (0 when the connection was closed without one), the headers, and how long they took.</summary>
    public async Task<RawAnswer> ReadAsync()
    {
        var clock = Stopwatch.StartNew();
        var text = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await _tcp.GetStream().ReadAsync(buffer);
                if (read == 0)
                {
                    break;
                }

                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Closed by the server; what came before it counts.
        }

        var all = text.ToString();
        var status = all.Length > 12 ? int.Parse(all.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        return new RawAnswer(status, all, clock.Elapsed);
    }

    public void Dispose() => _tcp.Dispose();
}

internal sealed record RawAnswer(int Status, string Head, TimeSpan After);
