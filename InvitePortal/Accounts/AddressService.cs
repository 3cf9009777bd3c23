using System.Security.Cryptography;
using System.Text;
using InvitePortal.Audit;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>
/// Gives somebody who came without an e-mail address one, proven by a code mailed to it; from then on they sign in by it too. Whether the address has an
/// account already learns only who can read its mail. Accounts are never joined.
/// </summary>
public sealed class AddressService(
    IDbContextFactory<AppDbContext> databases, OneTimeCodes codes, SignInLimits signInLimits, TimeProvider clock, IOptions<LimitOptions> limits)
{
    /// <summary>Purpose of the codes, for their words and their seal.</summary>
    public const string Purpose = "add-address";

    /// <summary>
    /// Mails the code. It works in the calling session and for this address only. Since an address is a way into the account, the person must have entered
    /// within <see cref="LimitOptions.FreshProof"/>, or have proven it by a code since, where codes reach them.
    /// </summary>
    public async Task<Result> SendCodeAsync(Actor actor, string? email, CancellationToken ct)
    {
        if (!EmailAddress.TryParse(email, out var address))
        {
            return AccountsErrors.EmailInvalid;
        }

        var me = await FindAsync(actor, isFresh: true, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        return await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait
            ? AccountsErrors.SignInTooMany(wait)
            : await codes.SendAsync(new CodeRequest(me.Value.Id, Purpose, Flow(actor, address), me.Value.Language) { Target = ChannelAddress.Of(address) }, ct);
    }

    /// <summary>Takes the code and stores the address; a code for another address is as wrong as any.</summary>
    public async Task<Result> AddAsync(Actor actor, string? email, string? code, CancellationToken ct)
    {
        if (!EmailAddress.TryParse(email, out var address))
        {
            return AccountsErrors.EmailInvalid;
        }

        var me = await FindAsync(actor, isFresh: false, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (await signInLimits.TakeRequestAsync(actor.Address, ct) is { } wait)
        {
            return AccountsErrors.SignInTooMany(wait);
        }

        var added = await codes.VerifyAsync<bool>(me.Value.Id, Purpose, Flow(actor, address), code ?? "", db => StoreAsync(db, actor, address, ct), ct);
        return new Result(added.Error);
    }

    private async Task<Result<bool>> StoreAsync(AppDbContext db, Actor actor, EmailAddress address, CancellationToken ct)
    {
        var me = await db.RequireAsync(actor, clock, ct);
        if (!me.Succeeded)
        {
            return me.Error;
        }

        if (await db.Users.AnyAsync(u => u.NormalizedEmail == address.Normalized, ct))
        {
            return AccountsErrors.AddressTaken;
        }

        var (display, normalized, search) = (address.Display, address.Normalized, SearchText.Of(me.Value.Name, address.Normalized));
        var stamp = Guid.NewGuid().ToString("N");
        var stored = await db.Users.Where(u => u.Id == me.Value.Id && u.NormalizedEmail == null).ExecuteUpdateAsync(
            set => set
                .SetProperty(u => u.Email, display)
                .SetProperty(u => u.NormalizedEmail, normalized)
                .SetProperty(u => u.EmailConfirmed, true)
                .SetProperty(u => u.SearchText, search)
                .SetProperty(u => u.ConcurrencyStamp, stamp),
            ct);
        if (stored == 0)
        {
            return AccountsErrors.HasAddress;
        }

        AuditLog.Record(db, clock.GetUtcNow(), actor, me.Value.Name, "account.address_added", me.Value.Id, after: new { Email = display });
        await db.SaveChangesAsync(ct);
        return true;
    }

    private async Task<Result<ActorState>> FindAsync(Actor actor, bool isFresh, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var me = await db.RequireAsync(actor, clock, ct);
        return !me.Succeeded ? me
            : me.Value.Email is not null ? AccountsErrors.HasAddress
            : !isFresh || (await db.RequireFreshProofAsync(actor, clock, limits.Value, ct)).Succeeded ? me
            : await People.ReachAsync(db, me.Value.Id, ct) is null ? AccountsErrors.EnterAgain
            : Error.ConfirmAgain;
    }

    // Holds the address: whoever sends another one back with the code is in another flow.
    private static string Flow(Actor actor, EmailAddress address) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{actor.SessionId:N}\n{address.Normalized}")));
}
