using InvitePortal.Common;

namespace InvitePortal.Webhooks;

/// <summary>The expected failures of webhooks.</summary>
public static class WebhookErrors
{
    /// <summary>Member at fault of an address that cannot be an endpoint; the API answers 422 for it.</summary>
    internal const string UrlField = "url";

    public static readonly Error Forbidden = new(ErrorKind.Forbidden, "webhook.forbidden");
    public static readonly Error NotFound = new(ErrorKind.NotFound, "webhook.not_found");
    public static readonly Error DeliveryNotFound = new(ErrorKind.NotFound, "webhook.delivery_not_found");
    public static readonly Error UrlInvalid = new(ErrorKind.Invalid, "webhook.url_invalid", UrlField) { Arguments = [WebhookLengths.Url] };
    public static readonly Error UrlScheme = new(ErrorKind.Invalid, "webhook.url_scheme", UrlField);
    public static readonly Error UrlUserInfo = new(ErrorKind.Invalid, "webhook.url_user_info", UrlField);
    /// <summary>This machine, its network, or a name that leads there.</summary>
    public static readonly Error UrlPrivate = new(ErrorKind.Invalid, "webhook.url_private", UrlField);
    public static readonly Error NoEvents = new(ErrorKind.Invalid, "webhook.no_events", "events");
    public static readonly Error DescriptionInvalid = new(ErrorKind.Invalid, "webhook.description_invalid", "description") { Arguments = [WebhookLengths.Description] };
    public static readonly Error UnknownSort = new(ErrorKind.Invalid, "webhook.unknown_sort", "sort");
    public static readonly Error ChangedMeanwhile = new(ErrorKind.Conflict, "webhook.changed_meanwhile");
    /// <summary>Switched off: nothing is delivered or sent again.</summary>
    public static readonly Error Off = new(ErrorKind.Conflict, "webhook.off");
    /// <summary>Waits or is on its way already.</summary>
    public static readonly Error UnderWay = new(ErrorKind.Conflict, "webhook.under_way");

    public static Error UrlPort(IReadOnlyList<int> allowed) => new(ErrorKind.Invalid, "webhook.url_port", UrlField) { Arguments = [string.Join(", ", allowed)] };

    public static Error TooMany(int limit) => new(ErrorKind.Conflict, "webhook.too_many") { Arguments = [limit] };

    public static Error TestLimit(TimeSpan wait) => new(ErrorKind.TooMany, "webhook.test_limit") { RetryAfter = wait };
}
