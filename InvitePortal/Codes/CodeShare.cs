using InvitePortal.Common;

namespace InvitePortal.Codes;

/// <summary>A code sent to one recipient. How far its message has come is read from the outbox.</summary>
public sealed class CodeShare
{
    public Guid Id { get; init; }
    public Guid CodeId { get; init; }
    /// <summary>The way it was sent by.</summary>
    public Channel Channel { get; init; } = Channel.Email;
    /// <summary>Address, number or id on that channel.</summary>
    public required string Recipient { get; init; }
    public required string Language { get; init; }
    /// <summary>Personal words of the teacher.</summary>
    public string? Words { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset SendAt { get; init; }
    /// <summary>The newest message: one that waits is written anew when the code is replaced.</summary>
    public Guid MessageId { get; set; }
}
