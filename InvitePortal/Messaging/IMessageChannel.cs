using InvitePortal.Common;

namespace InvitePortal.Messaging;

/// <summary>A message in its final words.</summary>
/// <param name="Id">Id of its outbox row: the same at every try, so that a possible duplicate can be told.</param>
/// <param name="Recipient">Address, number or id on the channel.</param>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
/// <param name="Subject">One line without control characters, at most 250 characters. Where <paramref name="Html"/> is null it is the first line of <paramref name="Text"/> once more.</param>
/// <param name="Text">Plain text, lines ended by <c>\n</c>. All that a chat or a phone shows, at a length that they take.</param>
/// <param name="Html">A whole HTML document; null on channels that show plain text.</param>
public sealed record RenderedMessage(Guid Id, string Recipient, string Language, string Subject, string Text, string? Html)
{
    /// <summary>How it travels.</summary>
    public Channel Channel { get; init; } = Channel.Email;

    /// <summary>Name of the words it was made of, such as <c>invitation</c> or <c>code.sign-in</c>, for channels that know messages by names of their own.</summary>
    public string Template { get; init; } = "";

    /// <summary>What stood for the placeholders, by name, in the order of the template's list.</summary>
    public IReadOnlyList<MessageParameter> Parameters { get; init; } = [];
}

/// <summary>What stood for one placeholder; empty where there was nothing to say.</summary>
public sealed record MessageParameter(string Name, string Value);

/// <summary>How one try to send ended. Closed: the nested records are all there are.</summary>
public abstract record SendOutcome
{
    private SendOutcome()
    {
    }

    /// <summary>The server took it.</summary>
    /// <param name="Answer">What it said, as one short line without secrets; null when it said nothing.</param>
    public sealed record Sent(string? Answer = null) : SendOutcome
    {
        /// <summary>Taken without a word.</summary>
        public static readonly Sent Value = new();
    }

    /// <summary>It may succeed later.</summary>
    /// <param name="Reason">A reason as <see cref="DeliveryReasons"/> reads it.</param>
    /// <param name="RetryAfter">Not to be tried again before.</param>
    /// <param name="MayHaveArrived">The connection ended before the server's answer to the whole message: the next try may be a duplicate.</param>
    /// <param name="RestsChannel">The provider has trouble or asks to slow down, whoever the recipient: the channel rests for a while, and this message alone loses a try.</param>
    public sealed record PassingFailure(string Reason, TimeSpan? RetryAfter = null, bool MayHaveArrived = false, bool RestsChannel = false) : SendOutcome;

    /// <summary>It will never succeed for this recipient.</summary>
    /// <param name="Reason">A reason as <see cref="DeliveryReasons"/> reads it.</param>
    public sealed record FinalFailure(string Reason) : SendOutcome;

    /// <summary>Nothing can be sent on the channel now, whoever the recipient: it pauses, and no message loses a try.</summary>
    /// <param name="Reason">A reason as <see cref="DeliveryReasons"/> reads it.</param>
    /// <param name="NeedsPerson">Somebody has to mend a setting (a refused password, a bad certificate); otherwise it may pass by itself.</param>
    /// <param name="RetryAfter">When it is worth trying again, where that is known.</param>
    public sealed record ChannelFailure(string Reason, bool NeedsPerson, TimeSpan? RetryAfter = null) : SendOutcome;
}

/// <summary>A way out of the portal. One instance serves all messages of its channel, several at once.</summary>
public interface IMessageChannel
{
    /// <summary>Which messages it carries.</summary>
    Channel Channel { get; }

    /// <summary>Why nothing can be sent until somebody changes the settings, as <see cref="DeliveryReasons"/> reads it; null when it is set up.</summary>
    string? Missing => null;

    /// <summary>What it is set up with: another object after each change of its settings, so that the worker tries again at once.</summary>
    object? Settings => null;

    /// <summary>How many messages may be on their way at once; null takes <see cref="Common.LimitOptions.OutboxParallel"/>.</summary>
    int? AtOnce => null;

    /// <summary>How many of them to one recipient, where each is a server of its own that may be slow; null where all share one server.</summary>
    int? AtOncePerRecipient => null;

    /// <summary>Tries once. Failures are outcomes; it throws only <see cref="OperationCanceledException"/>, and only when the message has certainly not left.</summary>
    Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct);
}
