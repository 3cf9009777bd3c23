namespace InvitePortal.Tests.Support;

/// <summary>What the sink says at one step.</summary>
public sealed record SmtpReply(string? Text)
{
    /// <summary>Closes the connection without a word.</summary>
    public static readonly SmtpReply Drop = new((string?)null);

    /// <summary>Takes the mail, then closes the connection without a word: the sender cannot know.</summary>
    public static readonly SmtpReply TakeAndDrop = new((string?)null) { Takes = true };

    /// <summary>Says nothing and keeps the connection.</summary>
    public static readonly SmtpReply Silence = new((string?)null) { Silent = true };

    public TimeSpan Delay { get; init; }

    public bool Silent { get; init; }

    public bool Takes { get; init; }

    /// <summary>Answers with this line; 421 also closes the connection.</summary>
    public static SmtpReply Of(string text) => new(text) { Takes = text[0] is '2' };

    /// <summary>The same, later.</summary>
    public SmtpReply After(TimeSpan delay) => this with { Delay = delay };
}
