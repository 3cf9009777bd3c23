using InvitePortal.Common;

namespace InvitePortal.Api;

/// <summary>Failures that the conventions of the API find before a feature is asked.</summary>
public static class ApiErrors
{
    /// <summary>The body is not JSON at all.</summary>
    public static readonly Error Malformed = new(ErrorKind.Invalid, "request.malformed");

    /// <summary>The endpoint needs a body and got none.</summary>
    public static readonly Error BodyMissing = new(ErrorKind.Invalid, "request.body_missing");

    /// <summary>The body is not UTF-8.</summary>
    public static readonly Error NotUtf8 = new(ErrorKind.Invalid, "request.not_utf8");

    /// <summary>The header <c>Idempotency-Key</c> is empty, too long, or holds other than printable ASCII characters.</summary>
    public static readonly Error IdempotencyKey = new(ErrorKind.Invalid, "idempotency.key");

    /// <summary>The first request with this key has not been answered yet.</summary>
    public static readonly Error IdempotencyAtWork = new(ErrorKind.Conflict, "idempotency.at_work") { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>The same key came with another body (422, the only one of its kind).</summary>
    public static readonly Error IdempotencyReused = new(ErrorKind.Conflict, "idempotency.reused");

    /// <summary>A member of the body cannot be used.</summary>
    public static Error Member(string member) => new(ErrorKind.Invalid, "request.member", member) { Arguments = [member] };

    /// <summary>A member is not among those that the endpoint knows.</summary>
    public static Error UnknownMember(string member) => new(ErrorKind.Invalid, "request.unknown_member", member) { Arguments = [member] };

    /// <summary>A member was named twice.</summary>
    public static Error RepeatedMember(string member) => new(ErrorKind.Invalid, "request.repeated_member", member) { Arguments = [member] };

    /// <summary>Members that must be there are not.</summary>
    public static Error MissingMember(string member) => new(ErrorKind.Invalid, "request.missing_member", member) { Arguments = [member] };

    /// <summary>A value of the query or the path cannot be used.</summary>
    public static Error Parameter(string name) => new(ErrorKind.Invalid, "request.parameter", name) { Arguments = [name] };

    /// <summary><c>pageSize</c> is not a number from 1 to the maximum.</summary>
    public static readonly Error PageSize = new(ErrorKind.Invalid, "request.page_size", "pageSize") { Arguments = [PageRequest.MaxPageSize] };
}
