using InvitePortal.Common;
using InvitePortal.Webhooks;

namespace InvitePortal.Links;

/// <summary>Data of <c>link.used</c>. The link's code is not among it: it may bind others.</summary>
/// <param name="LinkId">The link.</param>
/// <param name="Kind">From a teacher to a student, or from a student to a parent.</param>
/// <param name="Owner">Whose link it is.</param>
/// <param name="Member">Who is bound to them now.</param>
/// <param name="Outcome">What it has changed for the member.</param>
/// <param name="Role">The role that it gives.</param>
/// <param name="UsedAt">When.</param>
public sealed record LinkUsed(Guid LinkId, LinkKind Kind, WebhookPerson Owner, WebhookPerson Member, LinkOutcome Outcome, Role Role, DateTimeOffset UsedAt);
