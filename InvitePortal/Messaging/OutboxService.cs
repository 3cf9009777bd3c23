using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Messaging;

/// <summary>What a retry of many came to.</summary>
/// <param name="Retried">Messages that are tried again at once.</param>
/// <param name="Erased">Messages that match but were given up: their content is erased.</param>
public sealed record RetryReport(int Retried, int Erased);

/// <summary>Puts delayed messages first again, and pauses channels. For super admins and staff.</summary>
public sealed class OutboxService(IDbContextFactory<AppDbContext> databases, Outbox outbox, ChannelStates states, TimeProvider clock)
{
    /// <summary>Makes one delayed message due at once.</summary>
    public async Task<Result> RetryAsync(Actor actor, Guid messageId, CancellationToken ct)
    {
        var retried = await databases.InTransactionAsync(db => RetryAsync(db, actor, messageId, ct), ct);
        outbox.Wake();
        return retried;
    }

    /// <summary>Makes everything that matches and is delayed due at once.</summary>
    public async Task<Result<RetryReport>> RetryAllAsync(Actor actor, OutboxFilter filter, CancellationToken ct)
    {
        var report = await databases.InTransactionAsync(db => RetryAllAsync(db, actor, filter, ct), ct);
        outbox.Wake();
        return report;
    }

    /// <summary>Stops a channel on all nodes: its messages wait. What is being sent at this moment still goes out.</summary>
    public Task<Result> PauseAsync(Actor actor, Channel channel, CancellationToken ct) => SwitchAsync(actor, channel, on: false, ct);

    /// <summary>Lets a channel go on.</summary>
    public Task<Result> ResumeAsync(Actor actor, Channel channel, CancellationToken ct) => SwitchAsync(actor, channel, on: true, ct);

    private async Task<Result> RetryAsync(AppDbContext db, Actor actor, Guid messageId, CancellationToken ct)
    {
        var me = await db.RequireOutboxAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        var now = clock.GetUtcNow();
        var retried = await Delayed(db.OutboxMessages.Where(m => m.Id == messageId)).ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, now), ct);
        if (retried is 0)
        {
            var found = await db.OutboxMessages.Where(m => m.Id == messageId).Select(m => new { m.State }).FirstOrDefaultAsync(ct);
            return found is null ? OutboxErrors.NotFound : found.State is DeliveryState.Failed ? OutboxErrors.Erased : OutboxErrors.NotDelayed;
        }

        AuditLog.Record(db, now, actor, me.Value.Name, "outbox.retried", messageId);
        await db.SaveChangesAsync(ct);
        return Result.Ok;
    }

    private async Task<Result<RetryReport>> RetryAllAsync(AppDbContext db, Actor actor, OutboxFilter filter, CancellationToken ct)
    {
        var me = await db.RequireOutboxAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        var now = clock.GetUtcNow();
        var matching = OutboxListQueries.Matching(db, filter);
        var retried = await Delayed(matching).ExecuteUpdateAsync(set => set.SetProperty(m => m.DueAt, now), ct);
        var erased = await matching.CountAsync(m => m.State == DeliveryState.Failed, ct);
        if (retried > 0)
        {
            AuditLog.Record(db, now, actor, me.Value.Name, "outbox.retried_many", null, after: new { count = retried, filter.Channels, filter.States, filter.Kind });
            await db.SaveChangesAsync(ct);
        }

        return new RetryReport(retried, erased);
    }

    private async Task<Result> SwitchAsync(Actor actor, Channel channel, bool on, CancellationToken ct)
    {
        var switched = await databases.InTransactionAsync(db => SwitchAsync(db, actor, channel, on, ct), ct);
        if (!switched.Succeeded)
        {
            return switched.Error;
        }

        states.SwitchOff(switched.Value);
        outbox.Wake();
        return Result.Ok;
    }

    private async Task<Result<List<ChannelSwitch>>> SwitchAsync(AppDbContext db, Actor actor, Channel channel, bool on, CancellationToken ct)
    {
        var me = await db.RequireOutboxAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (!Enum.IsDefined(channel))
        {
            return OutboxErrors.NotFound;
        }

        var now = clock.GetUtcNow();
        var changed = on
            ? await db.ChannelSwitches.Where(s => s.Channel == channel).ExecuteDeleteAsync(ct) > 0
            : !await db.ChannelSwitches.AnyAsync(s => s.Channel == channel, ct);
        if (changed && !on)
        {
            db.ChannelSwitches.Add(new ChannelSwitch { Channel = channel, At = now, ByName = me.Value.Name });
        }

        if (changed)
        {
            AuditLog.Record(db, now, actor, me.Value.Name, on ? "channel.resumed" : "channel.paused", null, after: new { channel });
            await db.SaveChangesAsync(ct);
        }

        return await db.ChannelSwitches.AsNoTracking().ToListAsync(ct);
    }

    private static IQueryable<OutboxMessage> Delayed(IQueryable<OutboxMessage> messages) => messages.Where(m => m.State == DeliveryState.Delayed && m.Body != null);
}
