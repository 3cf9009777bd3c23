using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Messaging;
using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>How one try ended.</summary>
/// <param name="Status">HTTP status; null when there was no answer.</param>
/// <param name="Took">From connecting to the end of what was read.</param>
/// <param name="Reason">Why it failed, as <see cref="DeliveryReasons"/> reads it; null when it arrived.</param>
/// <param name="Answer">The beginning of the answer, masked.</param>
/// <param name="RetryAfter">Not to be tried again before, at most a day.</param>
/// <param name="MayHaveArrived">There was no answer, and the endpoint may have had all of it.</param>
public sealed record WebhookAnswer(int? Status, TimeSpan Took, string? Reason, string? Answer = null, TimeSpan? RetryAfter = null, bool MayHaveArrived = false)
{
    public bool Arrived => Reason is null;

    /// <summary>The endpoint says that nothing shall come any more.</summary>
    public bool IsGone => Status == (int)HttpStatusCode.Gone;
}

/// <summary>Posts signed events to endpoints, and trusts neither them nor their names.</summary>
public sealed class WebhookSender : IDisposable
{
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromDays(1);

    private readonly HttpClient _client;
    private readonly LimitOptions _limits;
    private readonly TimeProvider _clock;

    public WebhookSender(WebhookAddresses addresses, IOptions<LimitOptions> limits, TimeProvider clock)
    {
        (_limits, _clock) = (limits.Value, clock);
        _client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = addresses.ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            // What is left of an answer is not read to keep the connection: it may have no end.
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ActivityHeadersPropagator = null,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Tries once, within <see cref="LimitOptions.WebhookTimeout"/> in all. Failures are answers; it throws only when <paramref name="ct"/> is cancelled before anything has left.</summary>
    public async Task<WebhookAnswer> SendAsync(Uri url, string id, ReadOnlyMemory<byte> body, IReadOnlyList<byte[]> keys, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_limits.WebhookTimeout);
        using var request = Request(url, id, body, keys);
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var text = await BeginningAsync(response, limit.Token);
            var status = (int)response.StatusCode;
            return new WebhookAnswer(status, Stopwatch.GetElapsedTime(started), ReasonOf(response.StatusCode), WebhookMask.Answer(text), WaitOf(response));
        }
        catch (OperationCanceledException)
        {
            var reason = ct.IsCancellationRequested ? DeliveryReasons.Stopped : WebhookReasons.Timeout;
            return new WebhookAnswer(null, Stopwatch.GetElapsedTime(started), reason, MayHaveArrived: true);
        }
        catch (HttpRequestException e)
        {
            return new WebhookAnswer(null, Stopwatch.GetElapsedTime(started), ReasonOf(e), MayHaveArrived: e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse);
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage Request(Uri url, string id, ReadOnlyMemory<byte> body, IReadOnlyList<byte[]> keys)
    {
        var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds();
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.TryAddWithoutValidation("User-Agent", "InvitePortal-Webhooks/1.0");
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Sign(id, timestamp, body.Span, keys));
        return request;
    }

    /// <summary>The first bytes of an answer. Its status counts however the rest ends.</summary>
    private async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var buffer = new byte[_limits.WebhookAnswerBytes];
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            while (length < buffer.Length && await stream.ReadAsync(buffer.AsMemory(length), ct) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // Too slow, or broken off.
        }

        return Encoding.UTF8.GetString(buffer, 0, Math.Min(length, 4 * WebhookLengths.Answer));
    }

    private static string? ReasonOf(HttpStatusCode status) => (int)status switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => DeliveryReasons.With(WebhookReasons.Redirect, ((int)status).ToString(CultureInfo.InvariantCulture)),
        410 => WebhookReasons.Gone,
        _ => DeliveryReasons.With(WebhookReasons.Status, ((int)status).ToString(CultureInfo.InvariantCulture)),
    };

    private static string ReasonOf(HttpRequestException e) => e switch
    {
        { InnerException: AddressRefusedException } => WebhookReasons.Address,
        { InnerException: AuthenticationException } or { HttpRequestError: HttpRequestError.SecureConnectionError } => WebhookReasons.Tls,
        { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => WebhookReasons.Broken,
        { HttpRequestError: HttpRequestError.ResponseEnded } => WebhookReasons.Dropped,
        { HttpRequestError: HttpRequestError.NameResolutionError } => WebhookReasons.Name,
        _ => DeliveryReasons.With(WebhookReasons.Unreachable, e.GetBaseException().Message),
    };

    private TimeSpan? WaitOf(HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || response.Headers.RetryAfter is not { } header)
        {
            return null;
        }

        var wait = header.Delta ?? header.Date - _clock.GetUtcNow();
        return wait > MaxRetryAfter ? MaxRetryAfter : wait;
    }
}

/// <summary>Why deliveries fail, as <see cref="DeliveryReasons"/> reads it; texts under <c>reason.webhook…</c>.</summary>
internal static class WebhookReasons
{
    public const string Address = "webhook.address";
    public const string Broken = "webhook.broken";
    public const string Deleted = "webhook.deleted";
    public const string Dropped = "webhook.dropped";
    public const string Gone = "webhook.gone";
    public const string Name = "webhook.name";
    public const string Off = "webhook.switched-off";
    public const string Redirect = "webhook.redirect";
    public const string Secret = "webhook.secret";
    public const string Status = "webhook.status";
    public const string Timeout = "webhook.timeout";
    public const string Tls = "webhook.tls";
    public const string Unreachable = "webhook.unreachable";
}
