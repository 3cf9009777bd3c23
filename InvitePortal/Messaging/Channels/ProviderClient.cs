using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using InvitePortal.Common;

namespace InvitePortal.Messaging.Channels;

/// <summary>What a provider answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">At most the first 64 KB.</param>
/// <param name="RetryAfter">How long the provider asks to wait.</param>
internal sealed record ProviderAnswer(int Status, string Body, TimeSpan? RetryAfter)
{
    /// <summary>Whether the provider says that it went well, as far as HTTP is concerned.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body as a JSON object; null when it is anything else, such as the error page of a proxy.</summary>
    public JsonElement? Json()
    {
        try
        {
            using var document = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>
/// Talks HTTP with one provider: every exchange has a time limit, redirects are not followed (they would carry the keys elsewhere), and of an answer
/// no more than 64 KB is read.
/// </summary>
internal sealed class ProviderClient : IDisposable
{
    private const int MaxAnswer = 64 * 1024;

    private readonly HttpClient _http;
    private readonly LimitOptions _limits;

    public ProviderClient(LimitOptions limits)
    {
        _limits = limits;
        // Made by hand: clients of IHttpClientFactory log the address of each request, and that of Telegram holds the token; traces would too.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = limits.ProviderConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ActivityHeadersPropagator = null,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>
    /// Sends a request: either the provider's answer without any of the <paramref name="secrets"/>, or what it means that there was none. Throws only when
    /// cancelled before anything left.
    /// </summary>
    public async Task<(ProviderAnswer? Answer, SendOutcome? Failure)> AskAsync(HttpRequestMessage request, IReadOnlyCollection<string?> secrets, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(_limits.ProviderTimeout);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            // Before anything is shortened: of a secret that is cut in two nothing would be found.
            var body = Redaction.Clean(await ReadAsync(response.Content, timeout.Token), secrets);
            return (new ProviderAnswer((int)response.StatusCode, body, RetryAfter(response)), null);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return (null, new SendOutcome.PassingFailure(DeliveryReasons.Stopped, MayHaveArrived: true));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return (null, new SendOutcome.PassingFailure(DeliveryReasons.ProviderTimeout, MayHaveArrived: true, RestsChannel: true));
        }
        catch (OperationCanceledException)
        {
            return (null, Unreachable("no connection in time"));
        }
        catch (HttpRequestException e)
        {
            return (null, Judge(e));
        }
        catch (IOException)
        {
            return (null, Dropped);
        }
    }

    /// <summary>What an answer means that says nothing the channel knows: by its status alone.</summary>
    public static SendOutcome JudgeStatus(ProviderAnswer answer)
    {
        var words = $"HTTP {answer.Status.ToString(CultureInfo.InvariantCulture)} {answer.Body}";
        return answer.Status switch
        {
            429 => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderLimit, words), answer.RetryAfter, RestsChannel: true),
            401 or 403 => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderSignIn, words), NeedsPerson: true),
            408 or >= 500 => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderTrouble, words), answer.RetryAfter, RestsChannel: true),
            >= 200 and < 300 => new SendOutcome.PassingFailure(DeliveryReasons.With(DeliveryReasons.ProviderGarbage, words), MayHaveArrived: true, RestsChannel: true),
            < 400 or 404 or 405 or 410 => new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderAddress, words), NeedsPerson: true),
            _ => new SendOutcome.FinalFailure(DeliveryReasons.Shorten(words)),
        };
    }

    public void Dispose() => _http.Dispose();

    private static SendOutcome.PassingFailure Dropped => new(DeliveryReasons.ProviderDropped, MayHaveArrived: true, RestsChannel: true);

    private static SendOutcome Judge(HttpRequestException failure)
    {
        if (failure.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError)
        {
            return Unreachable(failure.Message);
        }

        return failure.HttpRequestError is HttpRequestError.SecureConnectionError
            ? new SendOutcome.ChannelFailure(DeliveryReasons.With(DeliveryReasons.ProviderTls, failure.GetBaseException().Message), NeedsPerson: true)
            : Dropped;
    }

    private static SendOutcome.ChannelFailure Unreachable(string why) => new(DeliveryReasons.With(DeliveryReasons.ProviderUnreachable, why), NeedsPerson: false);

    private static async Task<string> ReadAsync(HttpContent content, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct);
        var buffer = new byte[MaxAnswer];
        var length = await stream.ReadAtLeastAsync(buffer, MaxAnswer, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? (header?.Date - response.Headers.Date);
        return wait > TimeSpan.Zero ? wait : null;
    }
}
