namespace InvitePortal.Webhooks;

/// <summary>Make an endpoint.</summary>
/// <param name="Url">An https address on the internet, without user info, on an allowed port.</param>
/// <param name="Events">What it is told of; at least one.</param>
/// <param name="Description">For people; up to 200 characters.</param>
/// <param name="IsOn">Whether it is delivered to from now on.</param>
public sealed record CreateWebhook(string Url, IReadOnlyList<WebhookEvent> Events, string? Description = null, bool IsOn = true);

/// <summary>Change an endpoint as it was seen. Switching it off withdraws what waits; switching it on again forgets that it failed.</summary>
/// <param name="Version">The version that was seen; an older one is refused.</param>
/// <param name="Url">As for a new one.</param>
/// <param name="Events">As for a new one.</param>
/// <param name="Description">As for a new one.</param>
/// <param name="IsOn">Whether it is delivered to.</param>
public sealed record UpdateWebhook(int Version, string Url, IReadOnlyList<WebhookEvent> Events, string? Description, bool IsOn);

/// <summary>Give an endpoint a new secret.</summary>
/// <param name="KeepOld">Let the old one sign too for a day, so that receivers can change over; false ends it at once.</param>
public sealed record RotateWebhook(bool KeepOld = true);

/// <summary>Send again what failed or was withdrawn.</summary>
/// <param name="Since">Only events from then on; null for all that the log holds.</param>
public sealed record ReplayWebhook(DateTimeOffset? Since = null);

/// <summary>A secret, shown now and never again.</summary>
/// <param name="Id">The endpoint.</param>
/// <param name="Secret"><c>whsec_</c> and base64 of 32 bytes.</param>
/// <param name="OldSecretUntil">Until when the old one signs too; null when there is none.</param>
public sealed record WebhookSecret(Guid Id, string Secret, DateTimeOffset? OldSecretUntil = null);

/// <summary>How many deliveries are on their way again.</summary>
public sealed record ReplayedWebhooks(int Count);

/// <summary>What the endpoint said to a test.</summary>
/// <param name="Arrived">Whether it answered with a 2xx.</param>
/// <param name="Status">HTTP status; null when there was no answer.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Answer">The beginning of the answer, masked.</param>
/// <param name="Why">Why it failed, in the current language.</param>
public sealed record WebhookTestResult(bool Arrived, int? Status, int Milliseconds, string? Answer, string? Why);
