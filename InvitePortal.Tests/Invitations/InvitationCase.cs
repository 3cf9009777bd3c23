using System.Text.Json;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Invitations;

/// <summary>What tests of invitations do again and again: invite, read the mailed secret, accept.</summary>
internal static class InvitationCase
{
    public const string Password = "correct horse battery";

    public static readonly CancellationToken Ct = CancellationToken.None;

    public static Actor Stranger(string address = "198.51.100.7") => Actor.Anonymous(address);

    public static Task<Result<SentInvitations>> InviteAsync(this ServiceHost host, TestPerson by, Role role, params string[] emails) =>
        host.Get<InvitationSendingService>().SendAsync(by.Actor, new SendInvitations(emails, role), null, Ct);

    /// <summary>Invites one address; returns the invitation and the token that was mailed.</summary>
    public static async Task<(Guid Id, string Token)> InviteOneAsync(this ServiceHost host, TestPerson by, string email, Role role = Role.Business)
    {
        var sent = await host.InviteAsync(by, role, email);
        Assert.True(sent.Succeeded, sent.Error?.Code);
        var verdict = Assert.Single(sent.Value.Verdicts);
        Assert.True(verdict.Outcome is AddressOutcome.Invited, verdict.Code);
        return (verdict.InvitationId!.Value, await host.TokenAsync(verdict.InvitationId!.Value));
    }

    /// <summary>The token of the newest message of an invitation.</summary>
    public static async Task<string> TokenAsync(this ServiceHost host, Guid invitationId) =>
        (await host.BodyAsync(m => m.SubjectId == invitationId)).GetProperty("Token").GetString()!;

    /// <summary>What the newest message of an invitation says.</summary>
    public static Task<JsonElement> MessageDataAsync(this ServiceHost host, Guid invitationId) => host.BodyAsync(m => m.SubjectId == invitationId);

    /// <summary>The newest 6-digit code mailed to an address.</summary>
    public static async Task<string> CodeAsync(this ServiceHost host, string email) =>
        (await host.BodyAsync(m => m.Recipient == email && m.Priority == Priority.Code)).GetProperty("Code").GetString()!;

    public static Task<Result<AcceptedInvitation>> AcceptAsync(this ServiceHost host, AcceptInvitation command, Actor? actor = null) =>
        host.Get<InvitationAcceptance>().AcceptAsync(actor ?? Stranger(), command, SessionKind.Browser, "Test", Ct);

    /// <summary>Asks for a code and accepts with it.</summary>
    public static async Task<Result<AcceptedInvitation>> AcceptByCodeAsync(this ServiceHost host, string token, string email, string name = "Robin Field")
    {
        var asked = await host.Get<InvitationAcceptance>().RequestCodeAsync(Stranger(), token, Ct);
        Assert.True(asked.Succeeded, asked.Error?.Code);
        return await host.AcceptAsync(new AcceptInvitation(token, name, Code: await host.CodeAsync(email)));
    }

    public static async Task<Invitation> ReadAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.Invitations.AsNoTracking().SingleAsync(i => i.Id == id);
    }

    public static async Task<AppUser?> PersonAsync(this ServiceHost host, string email)
    {
        await using var db = host.Open();
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == email.ToLowerInvariant());
    }

    private static async Task<JsonElement> BodyAsync(this ServiceHost host, System.Linq.Expressions.Expression<Func<OutboxMessage, bool>> which)
    {
        await using var db = host.Open();
        var message = await db.OutboxMessages.AsNoTracking().Where(which).Where(m => m.Body != null).OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).FirstAsync();
        return JsonSerializer.Deserialize<JsonElement>(host.Get<Outbox>().Unprotect(message.Body!));
    }

    public static async Task MarkSentAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        await db.OutboxMessages.Where(m => m.SubjectId == id).ExecuteUpdateAsync(set => set.SetProperty(m => m.State, DeliveryState.Sent));
    }
}
