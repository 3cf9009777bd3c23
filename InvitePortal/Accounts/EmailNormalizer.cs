using InvitePortal.Common;
using Microsoft.AspNetCore.Identity;

namespace InvitePortal.Accounts;

/// <summary>Identity's keys by the portal's one rule. Its own normaliser upper-cases by Unicode, which makes one address of two (U+017F becomes S).</summary>
public sealed class EmailNormalizer : ILookupNormalizer
{
    public string? NormalizeName(string? name) => name;

    public string? NormalizeEmail(string? email) => EmailAddress.TryParse(email, out var address) ? address.Normalized : email;
}
