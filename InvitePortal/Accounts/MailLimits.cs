using System.Security.Cryptography;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>How many codes and links one recipient receives, whoever asks for them and on whatever page.</summary>
public sealed class MailLimits(RateLimits rates, IOptions<LimitOptions> limits)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Takes one message from the budgets of hour and day.</summary>
    /// <param name="limitKey"><see cref="ChannelAddress.LimitKey"/> of the recipient.</param>
    /// <param name="ct">Ends the wait for the database.</param>
    /// <returns>Null when taken; otherwise how long to wait.</returns>
    public async Task<TimeSpan?> TakeAsync(string limitKey, CancellationToken ct)
    {
        var key = Key(limitKey);
        if (await rates.TryTakeAsync($"code-hour:{key}", limits.Value.CodesPerTargetPerHour, Hour, ct) is { } wait)
        {
            return wait;
        }

        if (await rates.TryTakeAsync($"code-day:{key}", limits.Value.CodesPerTargetPerDay, Day, ct) is not { } longWait)
        {
            return null;
        }

        await rates.GiveBackAsync($"code-hour:{key}", Hour, 1, ct);
        return longWait;
    }

    /// <summary>Gives one back: the message was not written after all.</summary>
    public async Task GiveBackAsync(string limitKey, CancellationToken ct)
    {
        var key = Key(limitKey);
        await rates.GiveBackAsync($"code-hour:{key}", Hour, 1, ct);
        await rates.GiveBackAsync($"code-day:{key}", Day, 1, ct);
    }

    /// <summary>A short, fixed-length stand-in for an address in the key of a counter.</summary>
    internal static string Key(string address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(0, 16));
}
