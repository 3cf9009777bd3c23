using InvitePortal.Accounts;
using InvitePortal.Audit;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Invitations;

/// <summary>Creates invitations: one recipient or 10,000, each with its own verdict. Good ones are never held back by bad ones.</summary>
public sealed partial class InvitationSendingService(
    IDbContextFactory<AppDbContext> databases,
    InvitationLinks links,
    Outbox outbox,
    InvitationChannels channels,
    ReadyChannels ready,
    InvitationTiming timing,
    AddressRules rules,
    RateLimits rates,
    ListTotals totals,
    IOptions<LimitOptions> limits,
    TimeProvider clock,
    ILogger<InvitationSendingService> logger)
{
    private const int ChunkSize = 500;
    /// <summary>The window of <see cref="BudgetOf"/>.</summary>
    internal static readonly TimeSpan BudgetWindow = TimeSpan.FromDays(1);

    /// <summary>Stores the invitations and their messages in chunks, each in a transaction of its own.</summary>
    /// <param name="actor">Who invites.</param>
    /// <param name="command">Whom, to what, how.</param>
    /// <param name="progress">Told after each chunk.</param>
    /// <param name="ct">Stops after the chunk at work; what is stored stays.</param>
    public Task<Result<SentInvitations>> SendAsync(Actor actor, SendInvitations command, IProgress<Progress>? progress, CancellationToken ct) =>
        SendAsync(actor, Guid.CreateVersion7(clock.GetUtcNow()), command, progress, ct);

    /// <summary>The same as a part of a batch that the caller knows: whoever is interrupted finds by it what was stored.</summary>
    internal async Task<Result<SentInvitations>> SendAsync(Actor actor, Guid batchId, SendInvitations command, IProgress<Progress>? progress, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var inviter = await db.RequireAsync(actor, clock, ct);
        if (!inviter.Succeeded)
        {
            return inviter.Error;
        }

        var group = await GroupAsync(db, inviter.Value, command, ct);
        if (!group.Succeeded)
        {
            return group.Error;
        }

        if (Check(inviter.Value, command) is { } error)
        {
            return error;
        }

        var second = await channels.SecondAsync(command, ct);
        if (!second.Succeeded)
        {
            return second.Error;
        }

        var now = clock.GetUtcNow();
        var batch = new Batch(batchId, actor, inviter.Value, command, now, command.SendAt ?? now, Lifetime(command), group.Value, second.Value);
        var verdicts = new AddressVerdict[command.Recipients.Count];
        var good = new List<(int Index, ChannelAddress Address)>();
        foreach (var (entry, index) in AddressList.Read(command.Recipients, command.Channel).Select((e, i) => (e, i)))
        {
            if (entry is { Address: { } address, Repeated: false })
            {
                if (address.Email is { } email && rules.Refusal(email) is { } refused)
                {
                    verdicts[index] = AddressVerdict.Not(entry.Text, AddressOutcome.Skipped, refused);
                    continue;
                }

                good.Add((index, address));
            }
            else
            {
                verdicts[index] = entry.Address is null
                    ? AddressVerdict.Not(entry.Text, AddressOutcome.Failed, InvitationErrors.NotOn(command.Channel))
                    : AddressVerdict.Not(entry.Text, AddressOutcome.Skipped, InvitationErrors.AddressRepeated);
            }
        }

        var done = verdicts.Length - good.Count;
        var reporting = new Lock();
        // Two chunks at once, so that one is made ready while the server stores the other. SQLite has one writer anyway.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = db.Database.IsSqlite() ? 1 : 2, CancellationToken = ct };
        await Parallel.ForEachAsync(good.Chunk(ChunkSize), parallel, async (chunk, stop) =>
        {
            await SendChunkAsync(batch, chunk, verdicts, stop);
            outbox.Wake();
            lock (reporting)
            {
                done += chunk.Length;
                progress?.Report(new Progress(done, verdicts.Length));
            }
        });

        InvitationQueries.Forget(totals);
        return new SentInvitations(batch.Id, verdicts.Count(v => v.Outcome is AddressOutcome.Invited), verdicts);
    }

    /// <summary>Counts what one person sends, resends among it.</summary>
    internal static string BudgetOf(Guid sender) => $"invite-sender:{sender:N}";

    private Error? Check(ActorState inviter, SendInvitations command)
    {
        var lifetime = Lifetime(command);
        var now = clock.GetUtcNow();
        return (inviter, command) switch
        {
            _ when !Rights.MayInvite(inviter.ActiveRole) => InvitationErrors.MayNotInvite,
            _ when !Rights.MayGrant(inviter.ActiveRole, command.Role) => InvitationErrors.MayNotGrant,
            _ when command.Recipients.Count == 0 => InvitationErrors.NoAddresses,
            _ when command.Recipients.Count > limits.Value.AddressesPerBatch => InvitationErrors.TooManyAddresses(limits.Value.AddressesPerBatch),
            _ when command.Message is { } words && (words.Length > FieldLengths.Message || !DisplayName.IsCleanText(words)) => InvitationErrors.MessageInvalid,
            _ when !ready.Includes(command.Channel) => InvitationErrors.ChannelUnavailable,
            _ when command.Language is { } language && !Languages.IsKnown(language) => InvitationErrors.LanguageUnknown,
            _ when lifetime < limits.Value.InvitationLifetimeMin || lifetime > limits.Value.InvitationLifetimeMax => InvitationErrors.LifetimeInvalid(limits.Value),
            _ when command.SendAt is { } sendAt && (sendAt < now.AddMinutes(-5) || sendAt > now.AddDays(365)) => InvitationErrors.SendAtInvalid,
            _ => null,
        };
    }

    // Who may not invite into groups is told the same of a group that is there and of one that is not.
    private static async Task<Result<InvitableGroup?>> GroupAsync(AppDbContext db, ActorState inviter, SendInvitations command, CancellationToken ct)
    {
        if (command.GroupId is not { } id || !Rights.MayInvite(inviter.ActiveRole))
        {
            return (InvitableGroup?)null;
        }

        var found = await GroupPlaces.FindAsync(db, inviter, id, ct);
        return !found.Succeeded ? found.Error : command.Role is Role.Student ? found.Value : InvitationErrors.GroupNeedsStudent;
    }

    private TimeSpan Lifetime(SendInvitations command) => command.LifetimeHours switch
    {
        null => timing.Lifetime,
        > 0 and < 100_000 and var hours => TimeSpan.FromHours(hours),
        _ => TimeSpan.Zero,
    };

    private async Task SendChunkAsync(Batch batch, (int Index, ChannelAddress Address)[] chunk, AddressVerdict[] verdicts, CancellationToken ct)
    {
        var budget = BudgetOf(batch.Inviter.Id);
        var taken = false;
        try
        {
            taken = await rates.TryTakeAsync(budget, limits.Value.AdminSendsPerDay, BudgetWindow, ct, chunk.Length) is null;
            if (!taken)
            {
                Fill(chunk, verdicts, AddressOutcome.Failed, InvitationErrors.DailyLimit);
                return;
            }

            var result = await databases.InTransactionAsync(
                async db => (Result<AddressVerdict[]>)await StoreAsync(db, batch, [.. chunk.Select(c => c.Address)], chunk[0].Index, ct),
                ct);
            for (var i = 0; i < chunk.Length; i++)
            {
                verdicts[chunk[i].Index] = result.Value![i];
            }
        }
        catch (Exception e) when (e is not OperationCanceledException && DbErrors.IsUnavailable(e))
        {
            // What earlier chunks stored stays; these addresses can be sent again as they are.
            LogNotStored(chunk.Length, e.GetBaseException().Message);
            Fill(chunk, verdicts, AddressOutcome.Failed, InvitationErrors.NotStored);
        }
        finally
        {
            // Also when the caller has gone away, or something unforeseen is on its way up: nothing was stored then.
            var unused = chunk.Count(c => verdicts[c.Index]?.Outcome is not AddressOutcome.Invited);
            if (taken && unused > 0)
            {
                await GiveBackAsync(budget, unused);
            }
        }
    }

    private async Task GiveBackAsync(string budget, int unused)
    {
        try
        {
            await rates.GiveBackAsync(budget, BudgetWindow, unused, CancellationToken.None);
        }
        catch (Exception e) when (DbErrors.IsUnavailable(e))
        {
            // The verdicts matter more: they say what earlier chunks stored.
            LogNotGivenBack(unused, e.GetBaseException().Message);
        }
    }

    private static void Fill((int Index, ChannelAddress Address)[] chunk, AddressVerdict[] verdicts, AddressOutcome outcome, Error error)
    {
        foreach (var (index, address) in chunk)
        {
            verdicts[index] = AddressVerdict.Not(address.Display, outcome, error);
        }
    }

    private async Task<AddressVerdict[]> StoreAsync(AppDbContext db, Batch batch, ChannelAddress[] addresses, int first, CancellationToken ct)
    {
        var known = await KnownAddresses.ReadAsync(db, addresses, batch.Command.Role, batch.Group?.Id, batch.Now, ct);
        if (known.Lapsed)
        {
            await KnownAddresses.FreeLapsedAsync(db, addresses, batch.Command.Role, batch.Group?.Id, batch.Now, ct);
        }

        var verdicts = new AddressVerdict[addresses.Length];
        db.ChangeTracker.AutoDetectChangesEnabled = false;
        for (var i = 0; i < addresses.Length; i++)
        {
            // A microsecond apart, so that the list, newest first, shows them in the order they were entered.
            verdicts[i] = known.Refusal(addresses[i], batch.Group is not null, limits.Value.InvitationsPerTargetPerDay) is { } error
                ? AddressVerdict.Not(addresses[i].Display, AddressOutcome.Skipped, error)
                : new AddressVerdict(addresses[i].Display, AddressOutcome.Invited, Add(db, batch, addresses[i], known, batch.Now.AddMicroseconds(-first - i)), null, null);
        }

        // Who is only invited shows all roles that they are invited to.
        if (known.StillInvited(addresses.Where((_, i) => verdicts[i].Outcome is AddressOutcome.Invited)) is { Count: > 0 } waiting)
        {
            await People.AddInvitedRoleAsync(db, waiting, batch.Command.Role, ct);
        }

        await db.SaveChangesAsync(ct);
        return verdicts;
    }

    private Guid Add(AppDbContext db, Batch batch, ChannelAddress address, KnownAddresses known, DateTimeOffset createdAt)
    {
        var command = batch.Command;
        var person = known.People.GetValueOrDefault(address.Key);
        var language = command.Language ?? person?.Language ?? batch.Inviter.Language;
        var expiresAt = batch.SendAt + batch.Lifetime;
        var reminders = command.Reminders ?? timing.RemindsByDefault;
        var invitation = new Invitation
        {
            Id = Guid.CreateVersion7(batch.Now),
            Recipient = address.Display,
            NormalizedRecipient = address.Key,
            Role = command.Role,
            GroupId = batch.Group?.Id,
            Message = string.IsNullOrWhiteSpace(command.Message) ? null : command.Message.Trim(),
            Channel = command.Channel,
            FallbackChannel = batch.Second?.Channel,
            FallbackRecipient = batch.Second?.Display,
            Language = language,
            OpenKey = Invitation.KeyFor(address.Key, command.Role, batch.Group?.Id),
            PersonId = person?.Id ?? People.AddInvited(db, address, command.Role, language, batch.Now).Id,
            InvitedById = batch.Inviter.Id,
            BatchId = batch.Id,
            CreatedAt = createdAt,
            SendAt = batch.SendAt,
            LifetimeMinutes = (int)batch.Lifetime.TotalMinutes,
            ExpiresAt = expiresAt,
            RemindersOn = reminders,
            ReminderDueAt = timing.Reminder(reminders, batch.SendAt, expiresAt, batch.SendAt),
        };
        var facts = new MessageFacts(batch.Inviter.Name, MessageFacts.Of(batch.Group?.Name, batch.Group?.Subject), known.ZoneOf(address));
        invitation.LastMessageId = links.Mail(db, invitation, facts, InvitationMessage.First, batch.SendAt).Id;
        db.Invitations.Add(invitation);
        InvitationNews.PublishCreated(db, invitation, batch.Inviter);
        AuditLog.Record(db, batch.Now, batch.Actor, batch.Inviter.Name, "invitation.created", invitation.Id, after: new { invitation.Recipient, invitation.Channel, invitation.Role, invitation.GroupId, expiresAt });
        return invitation.Id;
    }

    private sealed record Batch(
        Guid Id,
        Actor Actor,
        ActorState Inviter,
        SendInvitations Command,
        DateTimeOffset Now,
        DateTimeOffset SendAt,
        TimeSpan Lifetime,
        InvitableGroup? Group,
        ChannelAddress? Second);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} unused invitations of a day's budget could not be given back: {Reason}")]
    private partial void LogNotGivenBack(int count, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} invitations could not be stored: {Reason}")]
    private partial void LogNotStored(int count, string reason);
}
