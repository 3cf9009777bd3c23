using InvitePortal.Common;
using InvitePortal.Insights;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Insights;

/// <summary>An invitation with all that happened to it, straight in the database.</summary>
internal sealed record Told(Invitation Invitation, IReadOnlyList<InvitationEventKind> Events, IReadOnlyList<OutboxMessage> Messages)
{
    private static int s_count;

    /// <summary>Makes one; what is not said is that of an invitation sent at once that nobody has answered.</summary>
    public static Told Make(
        DateTimeOffset at,
        Guid by,
        Role role = Role.Business,
        Channel channel = Channel.Email,
        InvitationState state = InvitationState.Pending,
        TimeSpan? answeredAfter = null,
        TimeSpan? scheduledFor = null,
        int resends = 0,
        DateTimeOffset? expiresAt = null,
        IReadOnlyList<InvitationEventKind>? events = null,
        IReadOnlyList<(DeliveryState State, string? Reason)>? messages = null)
    {
        var id = Guid.CreateVersion7(at);
        var sendAt = at + (scheduledFor ?? TimeSpan.Zero);
        var email = $"told-{Interlocked.Increment(ref s_count)}@told.example";
        var mails = (messages ?? [(DeliveryState.Sent, null)]).Select((m, i) => new OutboxMessage
        {
            Id = Guid.CreateVersion7(at.AddMinutes(i)),
            Channel = channel,
            Kind = "invitation",
            Priority = Priority.Invitation,
            Recipient = email,
            RecipientKey = email,
            SubjectId = id,
            Language = "en",
            State = m.State,
            Reason = m.Reason,
            CreatedAt = at.AddMinutes(i),
            DueAt = at.AddMinutes(i),
            SentAt = m.State is DeliveryState.Sent ? at.AddMinutes(i) : null,
        }).ToList();
        return new Told(
            new Invitation
            {
                Id = id,
                Recipient = email,
                NormalizedRecipient = email,
                Role = role,
                Channel = channel,
                Language = "en",
                State = state,
                InvitedById = by,
                BatchId = id,
                CreatedAt = at,
                SendAt = resends > 0 ? sendAt.AddMinutes(resends) : sendAt,
                LifetimeMinutes = 7 * 24 * 60,
                ExpiresAt = expiresAt ?? sendAt.AddDays(7),
                Resends = resends,
                LastMessageId = mails.Count > 0 ? mails[^1].Id : null,
                ClosedAt = state is InvitationState.Pending ? null : at + (answeredAfter ?? TimeSpan.FromHours(1)),
            },
            events ?? [],
            mails);
    }
}

/// <summary>What tests of figures do again and again.</summary>
internal static class InsightsCase
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task StoreAsync(this ServiceHost host, params IEnumerable<Told> told)
    {
        await using var db = host.Open();
        foreach (var one in told)
        {
            db.Invitations.Add(one.Invitation);
            db.OutboxMessages.AddRange(one.Messages);
            foreach (var kind in one.Events)
            {
                InvitationEvents.Add(db, one.Invitation.Id, kind, one.Invitation.CreatedAt.AddMinutes(5));
            }
        }

        await db.SaveChangesAsync(Ct);
    }

    public static async Task<InvitationInsights> ReadAsync(this ServiceHost host, TestPerson person, InsightsFilter? filter = null)
    {
        var read = await host.Get<InsightsQueries>().ReadAsync(person.Actor, filter ?? new InsightsFilter(), Ct);
        Assert.True(read.Succeeded, read.Error?.Code);
        return read.Value;
    }
}
