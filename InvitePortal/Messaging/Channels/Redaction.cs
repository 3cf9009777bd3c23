namespace InvitePortal.Messaging.Channels;

/// <summary>Takes secrets out of what providers say: some repeat the address or the key that they were asked with.</summary>
internal static class Redaction
{
    private const string Mark = "•••";

    /// <summary>The same outcome without any of the secrets in its words; empty ones are passed over.</summary>
    public static SendOutcome Without(this SendOutcome outcome, params IEnumerable<string?> secrets) => outcome switch
    {
        SendOutcome.Sent { Answer: { } answer } => new SendOutcome.Sent(Clean(answer, secrets)),
        SendOutcome.PassingFailure passing => passing with { Reason = Clean(passing.Reason, secrets) },
        SendOutcome.FinalFailure final => new SendOutcome.FinalFailure(Clean(final.Reason, secrets)),
        SendOutcome.ChannelFailure down => down with { Reason = Clean(down.Reason, secrets) },
        _ => outcome,
    };

    /// <summary>Words without any of the secrets.</summary>
    public static string Clean(string words, params IEnumerable<string?> secrets) =>
        secrets.Where(s => !string.IsNullOrEmpty(s)).Aggregate(words, (text, secret) => text.Replace(secret!, Mark, StringComparison.Ordinal));
}
