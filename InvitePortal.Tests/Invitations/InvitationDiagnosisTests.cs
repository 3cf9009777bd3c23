using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;

namespace InvitePortal.Tests.Invitations;

public sealed class InvitationDiagnosisTests
{
    private static readonly DateTimeOffset Now = new(2030, 5, 6, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(InvitationState.Accepted, DeliveryState.Sent, "", null, NextStep.None)]
    [InlineData(InvitationState.Cancelled, DeliveryState.Failed, "", null, NextStep.None)]
    [InlineData(InvitationState.Expired, DeliveryState.Sent, "", "expired.unseen", NextStep.Resend)]
    [InlineData(InvitationState.Expired, DeliveryState.Sent, "Opened", "expired.seen", NextStep.Resend)]
    [InlineData(InvitationState.Pending, DeliveryState.Failed, "", "failed", NextStep.CopyLink)]
    [InlineData(InvitationState.Pending, DeliveryState.Delayed, "", "delayed", NextStep.CopyLink)]
    [InlineData(InvitationState.Pending, DeliveryState.Queued, "Opened", null, NextStep.None)]
    [InlineData(InvitationState.Pending, DeliveryState.Sent, "Opened,CodeMistyped", "mistyped", NextStep.Resend)]
    [InlineData(InvitationState.Pending, DeliveryState.Sent, "Opened,WrongAccount", "wrong-account", NextStep.None)]
    [InlineData(InvitationState.Pending, DeliveryState.Sent, "Opened,CodeAsked", "code-unused", NextStep.Resend)]
    [InlineData(InvitationState.Pending, DeliveryState.Sent, "Fetched,Opened", "opened", NextStep.Resend)]
    [InlineData(InvitationState.Pending, DeliveryState.Sent, "Fetched", "fetched", NextStep.None)]
    [InlineData(InvitationState.Pending, DeliveryState.Sent, "", "unseen", NextStep.Resend)]
    public void Of_TwoDaysLater_SaysWhatHoldsItUpAndWhatHelps(InvitationState state, DeliveryState delivery, string events, string? what, NextStep step)
    {
        var found = InvitationDiagnosis.Of(Details(state, delivery, events, Now.AddDays(-2)), Now);
        Assert.Equal((what, step), (found?.What, found?.Step ?? NextStep.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Opened")]
    [InlineData("Opened,CodeAsked")]
    public void Of_JustSent_HasPatience(string events) => Assert.Null(InvitationDiagnosis.Of(Details(InvitationState.Pending, DeliveryState.Sent, events, Now.AddMinutes(-5)), Now));

    private static InvitationDetails Details(InvitationState state, DeliveryState delivery, string events, DateTimeOffset at)
    {
        var row = new InvitationRow(
            Guid.Empty, "a@example.org", Role.Teacher, Channel.Email, state, delivery, at, "550 No such user", at, Now.AddDays(5), "Ann", at, 1, null, null, null, Channel.Email);
        var timeline = events.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(e => new TimelineEntry(at, e, 3)).ToList();
        return new InvitationDetails(row, null, "en", at, true, null, null, null, null, timeline);
    }
}
