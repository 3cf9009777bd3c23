using System.Buffers.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Accounts;

/// <summary>
/// Mailed links for one use, one live for each person and provider: a random secret, of which the hash is stored in Identity's token table, and the
/// id of the person, by which the row is found and which grants nothing.
/// </summary>
internal static class LinkTokens
{
    private const string Name = "link";
    private const int IdLength = 22;
    private const int IdBytes = 16;

    /// <summary>Puts a new link in place of the one before it, in the caller's transaction; the caller saves.</summary>
    /// <returns>The token of the link; it is stored nowhere.</returns>
    public static async Task<string> ReplaceAsync(AppDbContext db, string provider, Guid userId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken ct)
    {
        var secret = Secrets.New();
        var value = Convert.ToBase64String(Secrets.Hash(secret));
        var row = db.UserTokens.Where(t => t.UserId == userId && t.LoginProvider == provider && t.Name == Name);
        if (await row.ExecuteUpdateAsync(set => set.SetProperty(t => t.Value, value).SetProperty(t => t.ExpiresAt, expiresAt).SetProperty(t => t.SentAt, now), ct) == 0)
        {
            db.UserTokens.Add(new UserToken { UserId = userId, LoginProvider = provider, Name = Name, Value = value, ExpiresAt = expiresAt, SentAt = now });
        }

        return secret + Base64Url.EncodeToString(userId.ToByteArray());
    }

    /// <summary>The row of a link that still works, of somebody who may sign in. Deleting it uses the link up: whoever deletes it has won.</summary>
    public static IQueryable<UserToken> Live(AppDbContext db, string provider, Guid userId, string value, DateTimeOffset now) =>
        db.UserTokens.Where(t =>
            t.UserId == userId && t.LoginProvider == provider && t.Name == Name && t.Value == value && t.ExpiresAt > now
            && db.Users.Any(u => u.Id == userId && u.Status == PersonStatus.Active));

    /// <summary>Whose link it claims to be, and what would be stored for it.</summary>
    public static bool TryRead(string? token, out Guid userId, out string value)
    {
        (userId, value) = (default, "");
        // The decoder skips blanks: then fewer bytes than an id has would come out.
        if (token?.Length != Secrets.TextLength + IdLength || !Secrets.HasShape(token[..Secrets.TextLength])
            || token.Any(char.IsWhiteSpace) || !Base64Url.IsValid(token.AsSpan(Secrets.TextLength), out var length) || length != IdBytes)
        {
            return false;
        }

        userId = new Guid(Base64Url.DecodeFromChars(token.AsSpan(Secrets.TextLength)));
        value = Convert.ToBase64String(Secrets.Hash(token[..Secrets.TextLength]));
        return true;
    }
}
