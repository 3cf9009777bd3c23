using System.Security.Cryptography;
using System.Text.Json;
using InvitePortal.Common;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace InvitePortal.Accounts;

/// <summary>A sign-in by code under way.</summary>
/// <param name="UserId">Whose code it is; <see cref="Guid.Empty"/> when nobody has the address, so that both look alike from outside.</param>
/// <param name="Flow">Random id; a code works only in the flow that asked for it.</param>
/// <param name="Email">The address as typed.</param>
/// <param name="Remember">Whether to keep the session for long.</param>
/// <param name="ReturnUrl">Where to go afterwards.</param>
/// <param name="Until">When the flow ends.</param>
public sealed record SignInFlow(Guid UserId, string Flow, string Email, bool Remember, string ReturnUrl, DateTimeOffset Until);

/// <summary>Hands flows to browsers and API clients as opaque text that they can neither read nor make.</summary>
public sealed class SignInFlows(IDataProtectionProvider protection, TimeProvider clock, IOptions<LimitOptions> limits)
{
    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Accounts.SignInFlow");

    /// <summary>How long a flow lives; its code may be asked for again meanwhile.</summary>
    public TimeSpan Lifetime => limits.Value.CodeLifetime * 2;

    public SignInFlow New(Guid userId, string email, bool remember, string returnUrl, string? flowId = null) =>
        new(userId, flowId ?? Secrets.New(), email, remember, returnUrl, clock.GetUtcNow() + Lifetime);

    public string Protect(SignInFlow flow) => _protector.Protect(JsonSerializer.Serialize(flow));

    /// <summary>The flow, or null when it is none of ours or over.</summary>
    public SignInFlow? Read(string? text)
    {
        try
        {
            var flow = string.IsNullOrEmpty(text) ? null : JsonSerializer.Deserialize<SignInFlow>(_protector.Unprotect(text));
            return flow?.Until > clock.GetUtcNow() ? flow : null;
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }
}
