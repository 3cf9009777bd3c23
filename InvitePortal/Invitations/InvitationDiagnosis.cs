using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Invitations;

/// <summary>What helps an open invitation on.</summary>
public enum NextStep
{
    None = 0,
    Resend = 1,
    CopyLink = 2,
}

/// <summary>Why an invitation is not accepted yet, in one sentence, and what helps.</summary>
/// <param name="What">Key of the sentence.</param>
/// <param name="Detail">Its placeholder: a count, or a reason.</param>
/// <param name="Step">What helps; <see cref="NextStep.None"/> where waiting does.</param>
public sealed record InvitationDiagnosis(string What, string? Detail, NextStep Step)
{
    private const int ManyMistakes = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>Reads it off what is known; null where nothing is left to be done.</summary>
    public static InvitationDiagnosis? Of(InvitationDetails details, DateTimeOffset now)
    {
        var row = details.Row;
        TimelineEntry? Last(InvitationEventKind kind) => details.Timeline.LastOrDefault(e => e.What == kind.ToString());
        return row switch
        {
            { State: InvitationState.Accepted or InvitationState.Declined or InvitationState.Cancelled } => null,
            { State: InvitationState.Expired } => new InvitationDiagnosis(Last(InvitationEventKind.Opened) is null ? "expired.unseen" : "expired.seen", null, NextStep.Resend),
            { Delivery: DeliveryState.Failed } => new InvitationDiagnosis("failed", DeliveryReasons.Text(row.DeliveryReason), NextStep.CopyLink),
            { Delivery: DeliveryState.Delayed } => new InvitationDiagnosis("delayed", DeliveryReasons.Text(row.DeliveryReason), NextStep.CopyLink),
            { Delivery: DeliveryState.Queued or DeliveryState.Sending } => null,
            _ when Last(InvitationEventKind.CodeMistyped) is { Count: >= ManyMistakes } wrong => new InvitationDiagnosis("mistyped", wrong.Count.ToString(System.Globalization.CultureInfo.CurrentCulture), NextStep.Resend),
            _ when Last(InvitationEventKind.WrongAccount) is not null => new InvitationDiagnosis("wrong-account", null, NextStep.None),
            _ when Last(InvitationEventKind.CodeAsked) is { } asked && now - asked.At > TimeSpan.FromMinutes(15) => new InvitationDiagnosis("code-unused", null, NextStep.Resend),
            _ when Last(InvitationEventKind.Opened) is { } opened => now - opened.At > Patience ? new InvitationDiagnosis("opened", null, NextStep.Resend) : null,
            _ when Last(InvitationEventKind.Fetched) is not null => new InvitationDiagnosis("fetched", null, NextStep.None),
            _ => now - (row.SentAt ?? now) > Patience ? new InvitationDiagnosis("unseen", null, NextStep.Resend) : null,
        };
    }
}
