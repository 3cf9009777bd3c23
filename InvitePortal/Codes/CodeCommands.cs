using InvitePortal.Common;

namespace InvitePortal.Codes;

/// <summary>Make individual codes for one subject.</summary>
/// <param name="Subject">1 to 200 characters.</param>
/// <param name="Count">How many, at most 500.</param>
/// <param name="MaxUses">How often each may be used; null for as often as wanted.</param>
/// <param name="ExpiresAt">When they stop working; null for never.</param>
public sealed record CreateCodes(string? Subject, int Count = 1, int? MaxUses = 1, DateTimeOffset? ExpiresAt = null);

/// <summary>Set seats and expiry of a code, both as given.</summary>
/// <param name="Version">The version that was read; an older one is refused.</param>
/// <param name="MaxUses">Not less than the uses already taken; null for as often as wanted.</param>
/// <param name="ExpiresAt">Null for never.</param>
public sealed record ChangeCode(int Version, int? MaxUses, DateTimeOffset? ExpiresAt);

/// <summary>Make a group and its code.</summary>
/// <param name="Name">1 to 120 characters.</param>
/// <param name="Subject">1 to 200 characters.</param>
/// <param name="MaxUses">Seats; null for as many as come.</param>
/// <param name="ExpiresAt">When its code stops working; null for never.</param>
public sealed record CreateGroup(string? Name, string? Subject, int? MaxUses = null, DateTimeOffset? ExpiresAt = null);

/// <summary>Rename a group; null leaves a value as it is. A new subject is also that of its students.</summary>
/// <param name="Version">The version that was read; an older one is refused.</param>
/// <param name="Name">1 to 120 characters.</param>
/// <param name="Subject">1 to 200 characters.</param>
public sealed record EditGroup(int Version, string? Name = null, string? Subject = null);

/// <summary>Join by a code.</summary>
/// <param name="Code">As typed or pasted (<see cref="CodeText.TryRead"/>).</param>
/// <param name="Preview">What <see cref="CodePreview.Ticket"/> gave: whoever has seen the code at work is told why it does not any more.</param>
public sealed record JoinByCode(string? Code, string? Preview = null);

/// <summary>Send a code.</summary>
/// <param name="Recipients">Recipients on the channel, one per entry.</param>
/// <param name="Message">Personal words, at most 1,000 characters.</param>
/// <param name="Language">Of the message; null takes that of the account a recipient has, or the teacher's.</param>
/// <param name="SendAt">When to send; null for at once.</param>
/// <param name="Channel">How the message travels.</param>
public sealed record ShareCode(
    IReadOnlyList<string> Recipients, string? Message = null, string? Language = null, DateTimeOffset? SendAt = null, Channel Channel = Channel.Email);

/// <summary>What became of one recipient.</summary>
public enum ShareOutcome
{
    Queued = 1,
    Skipped = 2,
    Failed = 3,
}

/// <summary>The verdict for one recipient.</summary>
/// <param name="Recipient">As given.</param>
/// <param name="Outcome">Queued, skipped or failed.</param>
/// <param name="ShareId">By which its delivery is found on the code.</param>
/// <param name="Code">Why not; null when queued.</param>
/// <param name="Reason">The same in words.</param>
public sealed record ShareVerdict(string Recipient, ShareOutcome Outcome, Guid? ShareId, string? Code, string? Reason)
{
    /// <summary>The recipient, under the name it had when all codes went by mail.</summary>
    public string Email => Recipient;

    internal static ShareVerdict Not(string recipient, ShareOutcome outcome, Error error) => new(recipient, outcome, null, error.Code, error.Message);
}

/// <summary>Verdicts in the order of the recipients.</summary>
public sealed record SharedCode(int Queued, IReadOnlyList<ShareVerdict> Verdicts);
