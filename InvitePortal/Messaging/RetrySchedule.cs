using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>When a message is tried again.</summary>
internal static class RetrySchedule
{
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(60),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromHours(24),
    ];

    // Somebody sits there and waits for the code: three tries within three minutes.
    private static readonly TimeSpan[] CodeWaits = [TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(90)];

    // As Standard Webhooks recommend: over three days, ten tries with the first. Times for a receiver to restart, to be mended, to come back from a weekend.
    private static readonly TimeSpan[] WebhookWaits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>The time of the next try; null when there is none.</summary>
    /// <param name="message">The message; its <see cref="OutboxMessage.Attempts"/> do not count the try that just failed.</param>
    /// <param name="firstTry">When its first try failed.</param>
    /// <param name="now">When this one failed.</param>
    /// <param name="retryAfter">What the server demands; it outweighs the schedule, also for codes.</param>
    /// <param name="limits">How long after the first try the last one may be.</param>
    public static DateTimeOffset? Next(OutboxMessage message, DateTimeOffset firstTry, DateTimeOffset now, TimeSpan? retryAfter, LimitOptions limits)
    {
        var (waits, goesOn, giveUp) = message switch
        {
            { Channel: Channel.Webhook } => (WebhookWaits, false, limits.WebhookGiveUp),
            { Priority: Priority.Code } => (CodeWaits, false, limits.OutboxGiveUp),
            _ => (Waits, true, limits.OutboxGiveUp),
        };
        if (!goesOn && message.Attempts >= waits.Length)
        {
            return null;
        }

        // Spread by 20 % each way, so that what failed together does not come back together.
        var wait = waits[Math.Min(message.Attempts, waits.Length - 1)] * (0.8 + (Random.Shared.NextDouble() * 0.4));
        if (retryAfter is { } demanded && wait < demanded)
        {
            wait = demanded * (1 + (Random.Shared.NextDouble() * 0.2));
        }

        var due = now + wait;
        return due > firstTry + giveUp || due >= message.ExpiresAt ? null : due;
    }
}
