using InvitePortal.Audit;
using InvitePortal.Codes.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Codes;

/// <summary>Sends codes by mail or another channel, now or later; each recipient has a verdict of their own, and good ones are never held back by bad ones.</summary>
public sealed class CodeSharing(
    IDbContextFactory<AppDbContext> databases,
    CodeMails mails,
    Outbox outbox,
    RateLimits rates,
    MessageRenderer renderer,
    ReadyChannels ready,
    CodeChanges changes,
    IOptions<LimitOptions> limits,
    TimeProvider clock)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Stores the messages of one code, all in one transaction.</summary>
    public async Task<Result<SharedCode>> ShareAsync(Actor actor, Guid codeId, ShareCode command, CancellationToken ct)
    {
        if (Check(command) is { } error)
        {
            return error;
        }

        var read = AddressList.Read(command.Recipients, command.Channel).ToList();
        var good = read.Count(e => e is { Address: not null, Repeated: false });
        var budget = $"code-sender:{actor.UserId:N}";
        // Taken at once for all: a teacher who sends from two tabs has one budget.
        if (good > 0 && await rates.TryTakeAsync(budget, limits.Value.CodeSendsPerTeacherPerDay, Day, ct, good) is { } wait)
        {
            return CodeErrors.SendLimit with { RetryAfter = wait };
        }

        Result<SharedCode> result = default;
        try
        {
            result = await databases.InTransactionAsync<SharedCode>(async db => await StoreAsync(db, actor, codeId, command, read, ct), ct);
        }
        finally
        {
            var unused = good - (result.Value?.Queued ?? 0);
            if (unused > 0)
            {
                await rates.GiveBackAsync(budget, Day, unused, CancellationToken.None);
            }
        }

        if (result.Succeeded)
        {
            outbox.Wake();
            changes.Publish(new CodeChange(actor.UserId!.Value, codeId));
        }

        return result;
    }

    /// <summary>The message as the first good recipient would get it, in the teacher's language unless one is chosen: that of an account would tell that there is one.</summary>
    public async Task<Result<RenderedMessage>> PreviewAsync(Actor actor, Guid codeId, ShareCode command, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        if (await FindAsync(db, codeId, state.Value, ct) is not { } code)
        {
            return CodeErrors.NotFound;
        }

        if (CheckForm(command) is { } error)
        {
            return error;
        }

        var data = new CodeShareData(state.Value.Name, code.Subject, await Teachers.GroupNameAsync(db, code, ct), code.Code, Words(command), code.ExpiresAt);
        var recipient = AddressList.Read(command.Recipients, command.Channel).Select(r => r.Address?.Display).FirstOrDefault(a => a is not null) ?? "";
        return await renderer.PreviewAsync(new MessageDraft(CodeShareMessage.KindName, recipient, command.Language ?? state.Value.Language, data) { Channel = command.Channel });
    }

    /// <summary>Withdraws a message that is planned or waits for another try.</summary>
    public async Task<Result> CancelAsync(Actor actor, Guid shareId, CancellationToken ct)
    {
        var result = await databases.InTransactionAsync(
            async db =>
            {
                var state = await db.RequireTeacherAsync(actor, clock, ct);
                if (!state.Succeeded)
                {
                    return state.Error;
                }

                var share = await (from s in db.CodeShares
                                   where s.Id == shareId
                                   join c in db.InviteCodes on s.CodeId equals c.Id
                                   where c.TeacherId == state.Value.Id
                                   select new { s.CodeId, s.MessageId }).FirstOrDefaultAsync(ct);
                if (share is null)
                {
                    return CodeErrors.ShareNotFound;
                }

                if (!await Outbox.WithdrawOneAsync(db, share.MessageId, ct))
                {
                    return CodeErrors.AlreadySent;
                }

                AuditLog.Record(db, clock.GetUtcNow(), actor, state.Value.Name, "code.share_cancelled", share.CodeId);
                await db.SaveChangesAsync(ct);
                return Result.Ok;
            },
            ct);
        if (result.Succeeded)
        {
            changes.Publish(new CodeChange(actor.UserId!.Value));
        }

        return result;
    }

    private Error? Check(ShareCode command)
    {
        var now = clock.GetUtcNow();
        return command switch
        {
            { Recipients.Count: 0 } => CodeErrors.NoAddresses,
            _ when command.Recipients.Count > limits.Value.CodeSendsPerTeacherPerDay => CodeErrors.TooManyAddresses(limits.Value.CodeSendsPerTeacherPerDay),
            { SendAt: { } at } when at < now.AddMinutes(-5) || at > now.AddDays(365) => CodeErrors.SendAtInvalid,
            _ => CheckForm(command),
        };
    }

    // What a preview needs as well.
    private Error? CheckForm(ShareCode command) => command switch
    {
        _ when !ready.Includes(command.Channel) => CodeErrors.ChannelUnavailable,
        { Message: { } words } when words.Length > FieldLengths.Message || !DisplayName.IsCleanText(words) => CodeErrors.MessageInvalid,
        { Language: { } language } when !Languages.IsKnown(language) => CodeErrors.LanguageUnknown,
        _ => null,
    };

    private static string? Words(ShareCode command) => string.IsNullOrWhiteSpace(command.Message) ? null : command.Message.Trim();

    private async Task<Result<SharedCode>> StoreAsync(
        AppDbContext db, Actor actor, Guid codeId, ShareCode command, List<(string Text, ChannelAddress? Address, bool Repeated)> read, CancellationToken ct)
    {
        var state = await db.RequireTeacherAsync(actor, clock, ct);
        if (!state.Succeeded)
        {
            return state.Error;
        }

        var now = clock.GetUtcNow();
        var sendAt = command.SendAt?.ToUniversalTime() ?? now;
        // Holds the code: one that is replaced, closed or used up at this moment is so before it is read, or takes back what is stored here.
        await db.InviteCodes.Where(c => c.Id == codeId && c.TeacherId == state.Value.Id).ExecuteUpdateAsync(set => set.SetProperty(c => c.Version, c => c.Version), ct);
        if (await FindAsync(db, codeId, state.Value, ct) is not { } code)
        {
            return CodeErrors.NotFound;
        }

        if (code.StateAt(now) is not CodeState.Active)
        {
            return CodeErrors.NotOpen;
        }

        if (code.ExpiresAt <= sendAt)
        {
            return CodeErrors.SendAtInvalid;
        }

        var group = await Teachers.GroupNameAsync(db, code, ct);
        string[] keys = [.. read.Select(e => e.Address?.LimitKey).OfType<string>().Distinct()];
        var since = now - Day;
        var received = await db.OutboxMessages
            .Where(m => keys.Contains(m.RecipientKey) && m.CreatedAt > since && m.Kind == CodeShareMessage.KindName && m.State != DeliveryState.Cancelled)
            .GroupBy(m => m.RecipientKey)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var languages = await LanguagesAsync(db, command.Channel, [.. read.Select(e => e.Address?.Key).OfType<string>().Distinct()], ct);
        var verdicts = read.ConvertAll(entry => Verdict(entry.Text, entry.Address, entry.Repeated));
        var queued = verdicts.Count(v => v.Outcome is ShareOutcome.Queued);
        if (queued > 0)
        {
            AuditLog.Record(db, now, actor, state.Value.Name, "code.shared", codeId, after: new { Addresses = queued, command.Channel, SendAt = sendAt });
            await db.SaveChangesAsync(ct);
        }

        return new SharedCode(queued, verdicts);

        ShareVerdict Verdict(string text, ChannelAddress? address, bool repeated)
        {
            if (address is null || repeated)
            {
                return address is null
                    ? ShareVerdict.Not(text, ShareOutcome.Failed, CodeErrors.NotOn(command.Channel))
                    : ShareVerdict.Not(text, ShareOutcome.Skipped, CodeErrors.AddressRepeated);
            }

            // Counted on, so that two forms of one mailbox do not pass together.
            var count = received[address.LimitKey] = received.GetValueOrDefault(address.LimitKey) + 1;
            if (count > limits.Value.CodeSendsPerTargetPerDay)
            {
                return ShareVerdict.Not(address.Display, ShareOutcome.Skipped, CodeErrors.TargetLimit);
            }

            var share = new CodeShare
            {
                Id = Guid.CreateVersion7(now),
                CodeId = codeId,
                Channel = address.Channel,
                Recipient = address.Display,
                Language = command.Language ?? languages.GetValueOrDefault(address.Key) ?? state.Value.Language,
                Words = Words(command),
                CreatedAt = now,
                SendAt = sendAt,
            };
            share.MessageId = mails.Add(db, code, group, state.Value.Name, share, sendAt).Id;
            db.CodeShares.Add(share);
            return new ShareVerdict(address.Display, ShareOutcome.Queued, share.Id, null, null);
        }
    }

    private static Task<Dictionary<string, string>> LanguagesAsync(AppDbContext db, Channel channel, string[] keys, CancellationToken ct) =>
        (channel is Channel.Email
            ? db.Users.Where(u => keys.Contains(u.NormalizedEmail)).Select(u => new { Key = u.NormalizedEmail!, u.Language })
            : db.Users.Where(u => keys.Contains(u.ContactKey)).Select(u => new { Key = u.ContactKey!, u.Language }))
        .ToDictionaryAsync(u => u.Key, u => u.Language, ct);

    private static Task<InviteCode?> FindAsync(AppDbContext db, Guid codeId, ActorState teacher, CancellationToken ct) =>
        db.InviteCodes.AsNoTracking().FirstOrDefaultAsync(c => c.Id == codeId && c.TeacherId == teacher.Id, ct);
}
