using InvitePortal.Data;

namespace InvitePortal.Messaging;

/// <summary>Hears of messages that a server took, in the transaction that writes it. For features above, which the outbox does not know.</summary>
public interface IDeliveryListener
{
    /// <summary>Whether it wants to hear of this one; cheap, and asked of every message.</summary>
    bool Hears(OutboxMessage message);

    /// <summary>Told once of each delivered message; adds to <paramref name="db"/>, which the caller saves. May run again when the write fails.</summary>
    Task SentAsync(AppDbContext db, IReadOnlyCollection<OutboxMessage> messages, CancellationToken ct);
}
