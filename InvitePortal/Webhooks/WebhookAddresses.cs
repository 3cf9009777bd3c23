using System.Net;
using System.Net.Sockets;
using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>The address is not one of the internet.</summary>
public sealed class AddressRefusedException() : IOException("The address belongs to this machine or its network.");

/// <summary>
/// Which addresses webhooks may go to. A name is judged when it is saved, and once more by every address it has when a connection is made:
/// the connection goes to the very address that was judged, so that a name cannot change its mind in between.
/// </summary>
public sealed class WebhookAddresses(IOptions<WebhookOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly string[] LocalNames = ["localhost", "local", "internal", "intranet", "lan", "home.arpa", "localdomain"];

    /// <summary>How names are looked up.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; set; } = Dns.GetHostAddressesAsync;

    /// <summary>Reads the address of an endpoint, or says why it cannot be one.</summary>
    public Result<Uri> Read(string? text)
    {
        if (!Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var url) || url.AbsoluteUri.Length > WebhookLengths.Url)
        {
            return WebhookErrors.UrlInvalid;
        }

        var local = options.Value.AllowLoopback && url.IsLoopback;
        return url switch
        {
            _ when url.Scheme != Uri.UriSchemeHttps && !(local && url.Scheme == Uri.UriSchemeHttp) => WebhookErrors.UrlScheme,
            _ when url.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic => WebhookErrors.UrlInvalid,
            _ when url.UserInfo.Length > 0 || url.Fragment.Length > 0 => WebhookErrors.UrlUserInfo,
            _ when local => url,
            _ when !options.Value.AllowedPorts.Contains(url.Port) => WebhookErrors.UrlPort(options.Value.AllowedPorts),
            _ when !MayBePublic(url) => WebhookErrors.UrlPrivate,
            _ => url,
        };
    }

    /// <summary>Looks the name up; <see cref="WebhookErrors.UrlPrivate"/> when all its addresses are private. One that has none yet may get one.</summary>
    public async Task<Error?> CheckNameAsync(Uri url, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            return (await AddressesAsync(url.IdnHost, patience.Token)).Length > 0 ? null : WebhookErrors.UrlPrivate;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Connects to the first of the host's addresses that may be connected to and answers.</summary>
    internal async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = await AddressesAsync(host, ct);
        if (addresses.Length == 0)
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<IPAddress[]> AddressesAsync(string host, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Resolve(host, ct);
        return [.. addresses.Where(a => PublicAddress.IsPublic(a) || (options.Value.AllowLoopback && IPAddress.IsLoopback(a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a)))];
    }

    private static bool MayBePublic(Uri url)
    {
        // The parser has made ordinary addresses of decimal, octal and hexadecimal ones by now.
        if (url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
        {
            return IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && PublicAddress.IsPublic(address);
        }

        var labels = url.IdnHost.Split('.');
        return labels.Length > 1 && labels[^1].Length > 0 && !labels[^1].All(char.IsAsciiDigit)
            && !Array.Exists(LocalNames, n => ("." + url.IdnHost).EndsWith("." + n, StringComparison.OrdinalIgnoreCase));
    }
}
