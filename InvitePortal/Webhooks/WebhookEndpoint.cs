using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Webhooks;

/// <summary>Where events are delivered to. Its messages carry its id as <see cref="OutboxMessage.RecipientKey"/>.</summary>
public sealed class WebhookEndpoint
{
    public Guid Id { get; init; }
    public required string Url { get; set; }
    public string? Description { get; set; }
    /// <summary>The chosen events, as <see cref="WebhookEventBits"/>.</summary>
    public int Events { get; set; }
    public bool IsOn { get; set; } = true;
    /// <summary>The key of the signatures, protected.</summary>
    public required byte[] Secret { get; set; }
    /// <summary>The key before the last rotation, which signs too until <see cref="OldSecretUntil"/>.</summary>
    public byte[]? OldSecret { get; set; }
    public DateTimeOffset? OldSecretUntil { get; set; }
    public DateTimeOffset SecretChangedAt { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it answered 410 and was switched off for that.</summary>
    public DateTimeOffset? StoppedAt { get; set; }
    /// <summary>Since when every delivery fails; null while they arrive.</summary>
    public DateTimeOffset? FailingSince { get; set; }
    public DateTimeOffset? LastTryAt { get; set; }
    /// <summary>HTTP status of the last answer; null when there was none.</summary>
    public int? LastStatus { get; set; }
    /// <summary>Rises with every change by a person; an edit of an older one is refused.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The value of <see cref="OutboxMessage.RecipientKey"/> of its messages.</summary>
    public static string KeyOf(Guid id) => id.ToString("N");
}

/// <summary>One delivery that was tried, successful or not: what the log shows.</summary>
public sealed class WebhookTry
{
    public Guid Id { get; init; }
    /// <summary>The message in the outbox.</summary>
    public Guid MessageId { get; init; }
    public DateTimeOffset At { get; init; }
    /// <summary>HTTP status; null when there was no answer.</summary>
    public int? Status { get; init; }
    public int Milliseconds { get; init; }
    /// <summary>The beginning of the answer on one line, masked.</summary>
    public string? Answer { get; init; }
    /// <summary>Why it failed, as <see cref="DeliveryReasons"/> reads it; null when it arrived.</summary>
    public string? Reason { get; init; }
}

public sealed class WebhookEndpointConfiguration : IEntityTypeConfiguration<WebhookEndpoint>
{
    public void Configure(EntityTypeBuilder<WebhookEndpoint> builder)
    {
        builder.ToTable("WebhookEndpoints");
        builder.Property(e => e.Id).ValueGeneratedNever();
        builder.Property(e => e.Url).HasMaxLength(WebhookLengths.Url);
        builder.Property(e => e.Description).HasMaxLength(WebhookLengths.Description);
        builder.Property(e => e.Secret).HasMaxLength(WebhookLengths.Protected);
        builder.Property(e => e.OldSecret).HasMaxLength(WebhookLengths.Protected);
    }
}

public sealed class WebhookTryConfiguration : IEntityTypeConfiguration<WebhookTry>
{
    public void Configure(EntityTypeBuilder<WebhookTry> builder)
    {
        builder.ToTable("WebhookTries");
        builder.Property(t => t.Id).ValueGeneratedNever();
        builder.Property(t => t.Answer).HasMaxLength(WebhookLengths.Answer);
        builder.Property(t => t.Reason).HasMaxLength(Common.FieldLengths.Reason);
        builder.HasIndex(t => new { t.MessageId, t.At });
        builder.HasOne<OutboxMessage>().WithMany().HasForeignKey(t => t.MessageId).OnDelete(DeleteBehavior.Cascade);
    }
}

/// <summary>Longest values of webhooks, in characters or bytes.</summary>
public static class WebhookLengths
{
    public const int Url = 500;
    public const int Description = 200;
    public const int Answer = 300;
    /// <summary>A key of at most 64 bytes with what Data Protection adds.</summary>
    internal const int Protected = 400;
}
