using System.Security.Cryptography;
using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>How many codes and reset links one mailbox receives, whoever asks for them and on whatever page.</summary>
public sealed class MailLimits(RateLimits rates, IOptions<LimitOptions> limits)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Takes one mail from the budgets of hour and day.</summary>
    /// <returns>Null when taken; otherwise how long to wait.</returns>
    public async Task<TimeSpan?> TakeAsync(EmailAddress target, CancellationToken ct)
    {
        var key = Key(target.LimitKey);
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

    /// <summary>Gives one back: the mail was not written after all.</summary>
    public async Task GiveBackAsync(EmailAddress target, CancellationToken ct)
    {
        var key = Key(target.LimitKey);
        await rates.GiveBackAsync($"code-hour:{key}", Hour, 1, ct);
        await rates.GiveBackAsync($"code-day:{key}", Day, 1, ct);
    }

    /// <summary>A short, fixed-length stand-in for an address in the key of a counter.</summary>
    internal static string Key(string address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(0, 16));
}
