using InvitePortal.Accounts;
using InvitePortal.Common;

namespace InvitePortal.Invitations;

/// <summary>How the new account signs in.</summary>
public enum AcceptMethod
{
    /// <summary>A 6-digit code by mail, or by the channel of the invitation; the account has no password.</summary>
    Code = 1,
    Password = 2,
}

/// <summary>Accept an invitation and make the account. The address is the invitation's, where it names one; then nobody can name another.</summary>
/// <param name="Token">Secret of the link.</param>
/// <param name="Name">Display name, 1 to 100 characters.</param>
/// <param name="Method">By code or with a password.</param>
/// <param name="Code">The code that was sent: for <see cref="AcceptMethod.Code"/>, and for a password where the link does not prove the recipient.</param>
/// <param name="Password">For <see cref="AcceptMethod.Password"/>.</param>
/// <param name="Email">The address of the account, where the invitation names no mailbox (<see cref="InvitationLanding.TakesAddress"/>): the one that the code was mailed to. Without it the account has none, and its codes go by the channel of the invitation.</param>
public sealed record AcceptInvitation(
    string Token, string Name, AcceptMethod Method = AcceptMethod.Code, string? Code = null, string? Password = null, string? Email = null);

/// <summary>An invitation that was accepted.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Role">The role they got, now active.</param>
/// <param name="User">The new account, for programs; null for somebody who was signed in already.</param>
/// <param name="Session">The new session; null for somebody who was signed in already.</param>
/// <param name="Ticket">What makes a browser's cookie of the session, once, within a minute.</param>
public sealed record AcceptedInvitation(Guid UserId, Role Role, TokenUser? User, NewSession? Session, string? Ticket = null);
