using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Accounts;

/// <summary>
/// The text of a refresh token: a secret, a dot, the id of its session. The id lets an old token be told from an unknown one:
/// a session whose old token turns up is ended, because somebody has a copy of it.
/// </summary>
internal static class RefreshToken
{
    public static string New(Guid sessionId) => string.Create(CultureInfo.InvariantCulture, $"{Secrets.New()}.{sessionId:N}");

    public static bool TryReadSession(string? token, out Guid sessionId)
    {
        sessionId = default;
        return token is { Length: Secrets.TextLength + 33 }
            && token[Secrets.TextLength] == '.'
            && Secrets.HasShape(token[..Secrets.TextLength])
            && Guid.TryParseExact(token[(Secrets.TextLength + 1)..], "N", out sessionId);
    }
}
