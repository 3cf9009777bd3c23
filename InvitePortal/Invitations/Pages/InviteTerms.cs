namespace InvitePortal.Invitations.Pages;

/// <summary>What is chosen beside whom, to what and with which words; filled by <see cref="InviteTermsFields"/>.</summary>
public sealed class InviteTerms
{
    /// <summary>How long the invitations live.</summary>
    public int Hours { get; set; }

    /// <summary>When they go out; null for at once. Fixed when it is entered, in the zone of whoever did.</summary>
    public DateTimeOffset? SendAt { get; set; }

    public bool Reminders { get; set; }

    /// <summary>The second way of a single recipient.</summary>
    public SecondWay? Second { get; set; }
}
