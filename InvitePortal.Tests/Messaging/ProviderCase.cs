using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Messaging;

/// <summary>What tests of all providers share.</summary>
internal static class ProviderCase
{
    public const string Text = "Hello Ann & <Bob>\n\nOpen:\nhttps://portal.example.org/accept?token=abc_*[]()~`>#+-=|{}.!";

    public static readonly IOptions<LimitOptions> Limits = Options.Create(new LimitOptions
    {
        ProviderTimeout = TimeSpan.FromSeconds(2),
        ProviderConnectTimeout = TimeSpan.FromSeconds(2),
    });

    public static RenderedMessage Message(string recipient, string text = Text, string language = "en") => new(Guid.NewGuid(), recipient, language, "Hello", text, null);

    public static Task<SendOutcome> SendAsync(this IMessageChannel channel, string recipient, string text = Text, string language = "en") =>
        channel.SendAsync(Message(recipient, text, language), TestContext.Current.CancellationToken);

    /// <summary>What every channel over HTTP must do, whatever its provider.</summary>
    public static async Task KeepsItsPromisesAsync(Func<string, IMessageChannel> at, string recipient, string secret)
    {
        await using var provider = await HttpDouble.StartAsync();
        var channel = at(provider.Url);

        provider.Always = HttpDouble.Silence;
        var silent = Passing(await channel.SendAsync(recipient));
        Assert.Equal((DeliveryReasons.ProviderTimeout, true, true), (silent.Reason, silent.MayHaveArrived, silent.RestsChannel));

        provider.Always = HttpDouble.Drop;
        var dropped = Passing(await channel.SendAsync(recipient));
        Assert.Equal((DeliveryReasons.ProviderDropped, true), (dropped.Reason, dropped.MayHaveArrived));

        provider.Always = HttpDouble.Flood;
        var huge = Passing(await channel.SendAsync(recipient));
        Assert.StartsWith("provider.garbage|HTTP 200 xxx", huge.Reason, StringComparison.Ordinal);
        Assert.InRange(huge.Reason.Length, 100, 330);

        provider.Says(200, "<html>Welcome to the hotel</html>");
        Assert.StartsWith("provider.garbage|", Passing(await channel.SendAsync(recipient)).Reason, StringComparison.Ordinal);

        provider.Says(200, "[1, 2");
        Assert.StartsWith("provider.garbage|", Passing(await channel.SendAsync(recipient)).Reason, StringComparison.Ordinal);

        provider.Says(502, "<html>Bad gateway</html>");
        var trouble = Passing(await channel.SendAsync(recipient));
        Assert.Equal(("provider.trouble|HTTP 502 <html>Bad gateway</html>", true, false), (trouble.Reason, trouble.RestsChannel, trouble.MayHaveArrived));

        provider.Says(503, "busy", ("Retry-After", "17"));
        Assert.Equal(TimeSpan.FromSeconds(17), Passing(await channel.SendAsync(recipient)).RetryAfter);

        provider.Says(429, "slow down", ("Retry-After", "42"));
        var limited = Passing(await channel.SendAsync(recipient));
        Assert.Equal((TimeSpan.FromSeconds(42), true), (limited.RetryAfter, limited.RestsChannel));

        provider.Says(302, "", ("Location", provider.Url + "/elsewhere"));
        var before = provider.Seen.Count;
        Assert.StartsWith("provider.address|HTTP 302", Down(await channel.SendAsync(recipient), needsPerson: true).Reason, StringComparison.Ordinal);
        Assert.Equal(before + 1, provider.Seen.Count);

        provider.Says(403, $"no entry with {secret}");
        var refused = Down(await channel.SendAsync(recipient), needsPerson: true);
        Assert.Equal("provider.sign-in|HTTP 403 no entry with •••", refused.Reason);

        await provider.DisposeAsync();
        Assert.StartsWith("provider.unreachable|", Down(await channel.SendAsync(recipient), needsPerson: false).Reason, StringComparison.Ordinal);
        await using var inTheClear = await HttpDouble.StartAsync();
        Assert.StartsWith("provider.tls|", Down(await at(inTheClear.Url.Replace("http:", "https:", StringComparison.Ordinal)).SendAsync(recipient), needsPerson: true).Reason, StringComparison.Ordinal);
        await StopsAsync(at, recipient);
    }

    public static SendOutcome.PassingFailure Passing(SendOutcome outcome) => Assert.IsType<SendOutcome.PassingFailure>(outcome);

    public static SendOutcome.FinalFailure Final(SendOutcome outcome) => Assert.IsType<SendOutcome.FinalFailure>(outcome);

    public static SendOutcome.ChannelFailure Down(SendOutcome outcome, bool needsPerson)
    {
        var down = Assert.IsType<SendOutcome.ChannelFailure>(outcome);
        Assert.Equal(needsPerson, down.NeedsPerson);
        return down;
    }

    private static async Task StopsAsync(Func<string, IMessageChannel> at, string recipient)
    {
        await using var provider = await HttpDouble.StartAsync();
        var channel = at(provider.Url);
        using var stop = new CancellationTokenSource();
        provider.Always = async context =>
        {
            await stop.CancelAsync();
            await HttpDouble.Silence(context);
        };
        var stopped = Passing(await channel.SendAsync(Message(recipient), stop.Token));
        Assert.Equal((DeliveryReasons.Stopped, true), (stopped.Reason, stopped.MayHaveArrived));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => channel.SendAsync(Message(recipient), stop.Token));
        Assert.Single(provider.Seen);
    }
}
