using InvitePortal.Messaging;

namespace InvitePortal.Codes.Pages;

/// <summary>The colours of states, everywhere the same.</summary>
public static class CodeHues
{
    public static string Of(CodeState state) => state switch
    {
        CodeState.Active => "green",
        CodeState.Used => "blue",
        CodeState.Expired => "red",
        CodeState.Closed => "grey",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static string Of(DeliveryState state) => state switch
    {
        DeliveryState.Sent => "green",
        DeliveryState.Queued or DeliveryState.Sending or DeliveryState.Delayed => "yellow",
        DeliveryState.Failed => "red",
        DeliveryState.Cancelled => "grey",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}
