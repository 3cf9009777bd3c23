namespace InvitePortal.Messaging.Pages;

/// <summary>The colours of deliveries and channels: never colour alone, always beside the word.</summary>
public static class DeliveryHues
{
    public static string Of(DeliveryState state) => state switch
    {
        DeliveryState.Queued or DeliveryState.Delayed => "yellow",
        DeliveryState.Sending => "blue",
        DeliveryState.Sent => "green",
        DeliveryState.Failed => "red",
        DeliveryState.Cancelled => "grey",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    /// <summary>Green while it works.</summary>
    public static string Of(ChannelPause? pause) => pause?.Halt switch
    {
        null => "green",
        ChannelHalt.Trouble => "red",
        ChannelHalt.NotSetUp => "grey",
        ChannelHalt.Paused => "yellow",
        _ => throw new ArgumentOutOfRangeException(nameof(pause), pause, null),
    };

    /// <summary>Key of the word for it.</summary>
    public static string Key(ChannelPause? pause) => "channel.state." + (pause?.Halt.ToString() ?? "Works");
}
