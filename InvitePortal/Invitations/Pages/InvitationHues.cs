using InvitePortal.Messaging;
using InvitePortal.Messaging.Pages;

namespace InvitePortal.Invitations.Pages;

/// <summary>The status hues of the feature, as in the design: never colour alone, always beside the word.</summary>
public static class InvitationHues
{
    public static string Of(InvitationState state) => state switch
    {
        InvitationState.Pending => "yellow",
        InvitationState.Accepted => "green",
        InvitationState.Expired => "red",
        InvitationState.Declined or InvitationState.Cancelled => "grey",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static string Of(DeliveryState state) => DeliveryHues.Of(state);

    /// <summary>Green for what went well, red for what did not, yellow for what waits, grey for what was ended by somebody, blue for the rest.</summary>
    public static string Of(TimelineEntry entry) => entry.What switch
    {
        "closed.Accepted" => "green",
        "closed.Expired" or "failed" or nameof(InvitationEventKind.CodeMistyped) or nameof(InvitationEventKind.WrongAccount) => "red",
        "closed.Declined" or "closed.Cancelled" or nameof(InvitationEventKind.Fetched) => "grey",
        "delayed" => "yellow",
        _ when entry.What.StartsWith("sent.", StringComparison.Ordinal) => "green",
        _ => "blue",
    };
}
