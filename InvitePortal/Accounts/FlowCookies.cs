using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace InvitePortal.Accounts;

/// <summary>Keeps a sign-in by code between two pages.</summary>
public sealed class CodeFlowCookie(AccountsCookies cookies, SignInFlows flows)
{
    private const string Name = "portal-flow";

    public void Write(HttpContext context, SignInFlow flow) =>
        context.Response.Cookies.Append(cookies.Name(Name), flows.Protect(flow), cookies.Options(flows.Lifetime));

    public SignInFlow? Read(HttpContext context) => flows.Read(context.Request.Cookies[cookies.Name(Name)]);

    public void Clear(HttpContext context) => context.Response.Cookies.Delete(cookies.Name(Name), cookies.Options());
}

/// <summary>Keeps the secret of a mailed link between the link and its page, for a quarter of an hour.</summary>
public abstract class LinkCookie(AccountsCookies cookies, IDataProtectionProvider protection, string name)
{
    /// <summary>No token of ours is longer.</summary>
    private const int MaxLength = 100;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(15);
    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Accounts.LinkCookie", name);

    public void Write(HttpContext context, string token)
    {
        var text = token.Length <= MaxLength ? token : "";
        context.Response.Cookies.Append(cookies.Name(name), _protector.Protect(text), cookies.Options(Life));
    }

    public string? Read(HttpContext context)
    {
        try
        {
            return context.Request.Cookies[cookies.Name(name)] is { Length: > 0 } text ? _protector.Unprotect(text) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public void Clear(HttpContext context) => context.Response.Cookies.Delete(cookies.Name(name), cookies.Options());
}

/// <summary>The link that sets a new password.</summary>
public sealed class ResetCookie(AccountsCookies cookies, IDataProtectionProvider protection) : LinkCookie(cookies, protection, "portal-reset");

/// <summary>The link that signs in.</summary>
public sealed class SignInLinkCookie(AccountsCookies cookies, IDataProtectionProvider protection) : LinkCookie(cookies, protection, "portal-link");
