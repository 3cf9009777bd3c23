using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace InvitePortal.Tests.Support;

/// <summary>One request that the double got.</summary>
internal sealed record HttpSeen(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A provider on a loopback port: keeps what it is asked, and answers as the test says.</summary>
internal sealed class HttpDouble : IAsyncDisposable
{
    private readonly ConcurrentQueue<HttpSeen> _seen = new();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _once = new();
    private WebApplication? _app;

    /// <summary>What is answered when nothing else is said; 200 and nothing at first.</summary>
    public Func<HttpContext, Task> Always { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<HttpSeen> Seen => [.. _seen];

    /// <summary>Such as <c>http://127.0.0.1:40123</c>.</summary>
    public string Url { get; private set; } = "";

    public static async Task<HttpDouble> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        var server = new HttpDouble { _app = builder.Build() };
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        server.Url = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>Answers the next request so; several are used up in their order.</summary>
    public HttpDouble Once(int status, string body, params (string Name, string Value)[] headers) => Once(context => Say(context, status, body, headers));

    public HttpDouble Once(Func<HttpContext, Task> answer)
    {
        _once.Enqueue(answer);
        return this;
    }

    public void Says(int status, string body, params (string Name, string Value)[] headers) => Always = context => Say(context, status, body, headers);

    /// <summary>Takes the request and never answers.</summary>
    public static Task Silence(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>Takes the request and closes the connection.</summary>
    public static Task Drop(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Answers without end.</summary>
    public static async Task Flood(HttpContext context)
    {
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        try
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has seen enough.
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app!.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static Task Say(HttpContext context, int status, string body, (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/plain";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return context.Response.WriteAsync(body);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        _seen.Enqueue(new HttpSeen(context.Request.Method, context.Request.Path + context.Request.QueryString, headers, await reader.ReadToEndAsync()));
        await (_once.TryDequeue(out var answer) ? answer : Always)(context);
    }
}

/// <summary>Settings that a test changes while the portal runs.</summary>
internal sealed class LiveOptions<T>(T value) : Microsoft.Extensions.Options.IOptionsMonitor<T>
    where T : class
{
    private Action<T, string?>? _changed;

    public T CurrentValue { get; private set; } = value;

    public T Get(string? name) => CurrentValue;

    public void Set(T value)
    {
        CurrentValue = value;
        _changed?.Invoke(value, null);
    }

    public IDisposable? OnChange(Action<T, string?> listener)
    {
        _changed += listener;
        return null;
    }
}
