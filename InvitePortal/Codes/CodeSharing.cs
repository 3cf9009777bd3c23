using InvitePortal.Audit;
using InvitePortal.Codes.Messages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Codes;

/// <summary>Send a code by e-mail.</summary>
/// <param name="Emails">Addresses, one per entry.</param>
/// <param name="Message">Personal words, at most 1,000 characters.</param>
/// <param name="Language">Of the message; null takes that of the account an address has, or the teacher's.</param>
/// <param name="SendAt">When to send; null for at once.</param>
public sealed record ShareCode(IReadOnlyList<string> Emails, string? Message = null, string? Language = null, DateTimeOffset? SendAt = null);

/// <summary>What became of one address.</summary>
public enum ShareOutcome
{
    Queued = 1,
    Skipped = 2,
    Failed = 3,
}

/// <summary>The verdict for one address.</summary>
/// <param name="Email">As given.</param>
/// <param name="Outcome">Queued, skipped or failed.</param>
/// <param name="ShareId">By which its delivery is found on the code.</param>
/// <param name="Code">Why not; null when queued.</param>
/// <param name="Reason">The same in words.</param>
public sealed record ShareVerdict(string Email, ShareOutcome Outcome, Guid? ShareId, string? Code, string? Reason)
{
    internal static ShareVerdict Not(string email, ShareOutcome outcome, Error error) => new(email, outcome, null, error.Code, error.Message);
}

/// <summary>Verdicts in the order of the addresses.</summary>
public sealed record SharedCode(int Queued, IReadOnlyList<ShareVerdict> Verdicts);

/// <summary>Sends codes to addresses, now or later; each has its own verdict, and good ones are never held back by bad ones.</summary>
public sealed class CodeSharing(
    IDbContextFactory<AppDbContext> databases,
    CodeMails mails,
    Outbox outbox,
    RateLimits rates,
    MessageRenderer renderer,
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

        var read = Read(command.Emails);
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

    /// <summary>The message as an address would get it.</summary>
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

        if (command.Message is { } words && !IsWords(words))
        {
            return CodeErrors.MessageInvalid;
        }

        var data = new CodeShareData(state.Value.Name, code.Subject, await Teachers.GroupNameAsync(db, code, ct), code.Code, Words(command), code.ExpiresAt);
        var language = command.Language ?? state.Value.Language;
        return Languages.IsKnown(language)
            ? await renderer.PreviewAsync(new MessageDraft(CodeShareMessage.KindName, command.Emails.FirstOrDefault() ?? "", language, data))
            : CodeErrors.LanguageUnknown;
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
            { Emails.Count: 0 } => CodeErrors.NoAddresses,
            _ when command.Emails.Count > limits.Value.CodeSendsPerTeacherPerDay => CodeErrors.TooManyAddresses(limits.Value.CodeSendsPerTeacherPerDay),
            { Message: { } words } when !IsWords(words) => CodeErrors.MessageInvalid,
            { Language: { } language } when !Languages.IsKnown(language) => CodeErrors.LanguageUnknown,
            { SendAt: { } at } when at < now.AddMinutes(-5) || at > now.AddDays(365) => CodeErrors.SendAtInvalid,
            _ => null,
        };
    }

    private static bool IsWords(string words) => words.Length <= FieldLengths.Message && DisplayName.IsCleanText(words);

    private static string? Words(ShareCode command) => string.IsNullOrWhiteSpace(command.Message) ? null : command.Message.Trim();

    private static List<(string Text, EmailAddress? Address, bool Repeated)> Read(IReadOnlyList<string> emails)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        // JSON lists may hold nulls, whatever the type says.
        return [.. emails.Select(e => EmailAddress.TryParse(e, out var address) ? (e, address, !seen.Add(address.Normalized)) : (e ?? "", null, false))];
    }

    private async Task<Result<SharedCode>> StoreAsync(
        AppDbContext db, Actor actor, Guid codeId, ShareCode command, List<(string Text, EmailAddress? Address, bool Repeated)> read, CancellationToken ct)
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
        string[] known = [.. read.Select(e => e.Address?.Normalized).OfType<string>().Distinct()];
        var since = now - Day;
        var received = await db.OutboxMessages
            .Where(m => keys.Contains(m.RecipientKey) && m.CreatedAt > since && m.Kind == CodeShareMessage.KindName && m.State != DeliveryState.Cancelled)
            .GroupBy(m => m.RecipientKey)
            .Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var languages = await db.Users.Where(u => known.Contains(u.NormalizedEmail)).ToDictionaryAsync(u => u.NormalizedEmail!, u => u.Language, ct);
        var verdicts = read.ConvertAll(entry => Verdict(entry.Text, entry.Address, entry.Repeated));
        var queued = verdicts.Count(v => v.Outcome is ShareOutcome.Queued);
        if (queued > 0)
        {
            AuditLog.Record(db, now, actor, state.Value.Name, "code.shared", codeId, after: new { Addresses = queued, SendAt = sendAt });
            await db.SaveChangesAsync(ct);
        }

        return new SharedCode(queued, verdicts);

        ShareVerdict Verdict(string text, EmailAddress? address, bool repeated)
        {
            if (address is null || repeated)
            {
                return address is null
                    ? ShareVerdict.Not(text, ShareOutcome.Failed, CodeErrors.AddressInvalid)
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
                Recipient = address.Display,
                Language = command.Language ?? languages.GetValueOrDefault(address.Normalized) ?? state.Value.Language,
                Words = Words(command),
                CreatedAt = now,
                SendAt = sendAt,
            };
            share.MessageId = mails.Add(db, code, group, state.Value.Name, share, sendAt).Id;
            db.CodeShares.Add(share);
            return new ShareVerdict(address.Display, ShareOutcome.Queued, share.Id, null, null);
        }
    }

    private static Task<InviteCode?> FindAsync(AppDbContext db, Guid codeId, ActorState teacher, CancellationToken ct) =>
        db.InviteCodes.AsNoTracking().FirstOrDefaultAsync(c => c.Id == codeId && c.TeacherId == teacher.Id, ct);
}
