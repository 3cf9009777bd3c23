using InvitePortal.Common;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>Whose addresses the portal takes, section <c>Addresses</c>. People who have an account keep it.</summary>
public sealed class AddressOptions
{
    public const string Section = "Addresses";

    /// <summary>Domains whose addresses may be invited and registered, with all below them; none for every domain.</summary>
    public string[] AllowedDomains { get; set; } = [];

    /// <summary>Domains whose addresses may not, with all below them.</summary>
    public string[] BlockedDomains { get; set; } = [];
}

internal sealed class AddressOptionsValidation : IValidateOptions<AddressOptions>
{
    public ValidateOptionsResult Validate(string? name, AddressOptions options)
    {
        List<string> mistakes =
        [
            .. Wrong(options.AllowedDomains).Select(d => $"Addresses:AllowedDomains holds '{d}', which is no domain such as example.org."),
            .. Wrong(options.BlockedDomains).Select(d => $"Addresses:BlockedDomains holds '{d}', which is no domain such as example.org."),
        ];
        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Wrong(IEnumerable<string> domains) => domains.Where(d => AddressRules.Domain(d) is null);
}

/// <summary>Decides whether an address may come in.</summary>
public sealed class AddressRules(IOptionsMonitor<AddressOptions> options)
{
    /// <summary>Why an address may be neither invited nor registered; null when it may.</summary>
    public Error? Refusal(EmailAddress address)
    {
        var rules = options.CurrentValue;
        var isAllowed = rules.AllowedDomains.Length == 0 || Covers(rules.AllowedDomains, address);
        return isAllowed && !Covers(rules.BlockedDomains, address) ? null : AccountsErrors.DomainNotAllowed;
    }

    /// <summary>A domain in the form in which addresses carry theirs; null for what is none. A leading @ or dot is passed over.</summary>
    internal static string? Domain(string text) => EmailAddress.TryParse("a@" + text.Trim().TrimStart('@', '.'), out var address) ? address.Domain : null;

    private static bool Covers(IEnumerable<string> domains, EmailAddress address) => domains.Any(d =>
        Domain(d) is { } domain && (address.Domain == domain || address.Domain.EndsWith("." + domain, StringComparison.Ordinal)));
}
