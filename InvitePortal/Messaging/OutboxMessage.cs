using System.Text.Json.Serialization;
using InvitePortal.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Messaging;

/// <summary>Where a message stands. The numbers are stored.</summary>
public enum DeliveryState
{
    /// <summary>Waits for its turn, or for its time.</summary>
    Queued = 1,
    /// <summary>A worker holds it.</summary>
    Sending = 2,
    /// <summary>The server took it.</summary>
    Sent = 3,
    /// <summary>A try failed; it will be tried again at <see cref="OutboxMessage.DueAt"/>.</summary>
    Delayed = 4,
    /// <summary>Given up; <see cref="OutboxMessage.Reason"/> says why.</summary>
    Failed = 5,
    /// <summary>Withdrawn before it was sent.</summary>
    Cancelled = 6,
}

/// <summary>What goes first when much is waiting. Lower goes before higher.</summary>
public enum Priority
{
    Code = 1,
    Invitation = 2,
    Reminder = 3,
}

/// <summary>One message to one recipient: written in the transaction that causes it, delivered by <see cref="OutboxWorker"/> at least once.</summary>
public sealed class OutboxMessage
{
    /// <summary>Also the stable part of the mail's Message-ID: a possible duplicate can be told by it.</summary>
    public Guid Id { get; init; }
    /// <summary>How it travels now; <see cref="FallbackChannel"/> takes its place once, if it fails for good.</summary>
    public Channel Channel { get; init; }
    /// <summary>Name of the <see cref="IMessageTemplate"/> that renders it.</summary>
    public required string Kind { get; init; }
    public Priority Priority { get; init; }
    public required string Recipient { get; init; }
    /// <summary>What limits on one recipient count by: <see cref="ChannelAddress.LimitKey"/>, for webhooks the endpoint's id.</summary>
    public required string RecipientKey { get; init; }
    /// <summary>How it travels if <see cref="Channel"/> fails for good; null where nothing else is known, or is in use already.</summary>
    public Channel? FallbackChannel { get; init; }
    /// <summary>The recipient on <see cref="FallbackChannel"/>.</summary>
    public string? FallbackRecipient { get; init; }
    /// <summary>What the message is about, such as an invitation's id: all its messages are found by it.</summary>
    public Guid? SubjectId { get; init; }
    public required string Language { get; init; }
    /// <summary>Protected JSON of the template's data; erased on success, final failure, withdrawal and expiry. Webhooks keep theirs, to be sent again on demand, until their log is cleaned.</summary>
    public byte[]? Body { get; set; }
    public DeliveryState State { get; set; } = DeliveryState.Queued;
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>Not sent before.</summary>
    public DateTimeOffset DueAt { get; set; }
    /// <summary>Not sent after.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public int Attempts { get; set; }
    public DateTimeOffset? SentAt { get; set; }
    /// <summary>The day (<see cref="DayOf"/>) it was sent or given up: what happened on a day is counted in an index.</summary>
    public int? EndedDay { get; set; }
    /// <summary>Why it is delayed or failed: the server's answer, shortened, without addresses' secrets.</summary>
    public string? Reason { get; set; }
    /// <summary>Proof of the claim: every finishing write must match it.</summary>
    public Guid? LeaseToken { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }
    /// <summary>A claim ran out while the message was being sent: the recipient may have it twice.</summary>
    public bool PossibleDuplicate { get; set; }

    /// <summary>Number of the day in UTC, as <see cref="DateOnly.DayNumber"/> counts.</summary>
    public static int DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime).DayNumber;
}

/// <summary>A try that did not succeed, kept for the timeline.</summary>
public sealed class OutboxAttempt
{
    public Guid Id { get; init; }
    public Guid MessageId { get; init; }
    public DateTimeOffset At { get; init; }
    public DeliveryState Outcome { get; init; }
    public string? Reason { get; init; }
    /// <summary>By which way; null for tries of a time when there was one.</summary>
    public Channel? Channel { get; init; }
    /// <summary>The way that the message goes after this try, where it was the last on its own.</summary>
    public Channel? FellBackTo { get; init; }
}

public sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.ToTable("OutboxMessages");
        builder.Property(m => m.Id).ValueGeneratedNever();
        builder.Property(m => m.Kind).HasMaxLength(60);
        builder.Property(m => m.Recipient).HasMaxLength(FieldLengths.Email);
        builder.Property(m => m.RecipientKey).HasMaxLength(FieldLengths.Email);
        builder.Property(m => m.FallbackRecipient).HasMaxLength(FieldLengths.Email);
        builder.Property(m => m.Language).HasMaxLength(2);
        builder.Property(m => m.Reason).HasMaxLength(FieldLengths.Reason);
        // Only what waits, and only what is held: both stay small however many messages were ever sent.
        builder.HasIndex(m => new { m.Channel, m.Priority, m.DueAt }).HasFilter("\"State\" IN (1, 4)").HasDatabaseName("IX_OutboxMessages_Waiting");
        // What waits for webhooks, by endpoint: each has lanes of its own (OutboxClaims.ClaimFairlyAsync).
        builder.HasIndex(m => new { m.RecipientKey, m.DueAt }).HasFilter("\"Channel\" = 6 AND \"State\" IN (1, 4)").HasDatabaseName("IX_OutboxMessages_Webhooks");
        builder.HasIndex(m => new { m.RecipientKey, m.State }).HasFilter("\"Channel\" = 6 AND \"State\" IN (5, 6)").HasDatabaseName("IX_OutboxMessages_FailedWebhooks");
        builder.HasIndex(m => m.LeaseUntil).HasFilter("\"State\" = 2").HasDatabaseName("IX_OutboxMessages_Held");
        builder.HasIndex(m => new { m.EndedDay, m.Channel, m.State }).HasFilter("\"EndedDay\" IS NOT NULL").HasDatabaseName("IX_OutboxMessages_Ended");
        builder.HasIndex(m => new { m.CreatedAt, m.Id });
        builder.HasIndex(m => new { m.State, m.CreatedAt, m.Id });
        builder.HasIndex(m => new { m.SubjectId, m.CreatedAt });
        builder.HasIndex(m => new { m.RecipientKey, m.CreatedAt });
    }
}

public sealed class OutboxAttemptConfiguration : IEntityTypeConfiguration<OutboxAttempt>
{
    public void Configure(EntityTypeBuilder<OutboxAttempt> builder)
    {
        builder.ToTable("OutboxAttempts");
        builder.Property(a => a.Id).ValueGeneratedNever();
        builder.Property(a => a.Reason).HasMaxLength(FieldLengths.Reason);
        builder.HasIndex(a => a.MessageId);
        builder.HasOne<OutboxMessage>().WithMany().HasForeignKey(a => a.MessageId).OnDelete(DeleteBehavior.Cascade);
    }
}
