using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace InvitePortal.Common;

/// <summary>
/// An e-mail address that passed the one written rule: an ASCII local part (RFC 5321 dot-atom, at most 64 characters),
/// a domain of at least two labels in its ASCII form (punycode, IDNA), at most 254 characters in all.
/// Addresses are the same when <see cref="Normalized"/> is equal, compared ordinally.
/// </summary>
public sealed partial record EmailAddress
{
    /// <summary>The longest address, RFC 5321 errata 1690.</summary>
    public const int MaxLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private EmailAddress(string local, string domain)
    {
        Display = $"{local}@{domain}";
        Normalized = Display.ToLowerInvariant();
    }

    /// <summary>As typed, blanks around it removed, the domain in its ASCII form. Messages go to this form.</summary>
    public string Display { get; }

    /// <summary>Lower case of <see cref="Display"/>: the key of the address.</summary>
    public string Normalized { get; }

    /// <summary>The domain in lower-case ASCII.</summary>
    public string Domain => Normalized[(Normalized.LastIndexOf('@') + 1)..];

    /// <summary>Whether the domain carries letters beyond ASCII, which administrators should look at twice.</summary>
    public bool IsInternational => Domain.Contains("xn--", StringComparison.Ordinal);

    /// <summary>The address without a <c>+tag</c>: limits on what one mailbox receives count by it.</summary>
    public string LimitKey
    {
        get
        {
            var at = Normalized.LastIndexOf('@');
            var plus = Normalized.IndexOf('+', StringComparison.Ordinal);
            return plus > 0 && plus < at ? Normalized[..plus] + Normalized[at..] : Normalized;
        }
    }

    /// <summary>First letters of name and domain, <c>a•••@d•••.org</c>, for pages that anybody with the link may see.</summary>
    public string Masked => Mask(Normalized);

    /// <summary>Masks a stored address, <c>a•••@d•••.org</c>.</summary>
    public static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        var dot = address.LastIndexOf('.');
        address = address.ToLowerInvariant();
        return at < 1 || dot < at ? "•••" : $"{address[0]}•••@{address[at + 1]}•••{address[dot..]}";
    }

    /// <summary>Reads one address. Blanks around it, also non-breaking ones, are removed; nothing else is mended.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        var trimmed = text?.Trim();
        if (string.IsNullOrEmpty(trimmed) || trimmed.Length > MaxLength)
        {
            return false;
        }

        var at = trimmed.LastIndexOf('@');
        if (at is < 1 or > 64 || !LocalPart().IsMatch(trimmed[..at]))
        {
            return false;
        }

        string domain;
        try
        {
            domain = Idn.GetAscii(trimmed[(at + 1)..]);
        }
        catch (ArgumentException)
        {
            return false;
        }

        if (!DomainName().IsMatch(domain) || at + 1 + domain.Length > MaxLength)
        {
            return false;
        }

        address = new EmailAddress(trimmed[..at], domain);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Display;

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex LocalPart();

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])\z", RegexOptions.NonBacktracking)]
    private static partial Regex DomainName();
}
