using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace InvitePortal.Tests.Support;

/// <summary>One connection of <see cref="SmtpSink"/>: reads commands, and answers as the sink is scripted.</summary>
internal sealed class SmtpTalk(SmtpSink sink, SmtpSession session, Stream stream)
{
    private static readonly Lazy<X509Certificate2> Certificate = new(MakeCertificate);

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

    internal sealed class AuthenticationFailed(Exception inner) : Exception(inner.Message, inner);
}
