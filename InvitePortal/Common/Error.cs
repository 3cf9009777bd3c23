using System.Globalization;
using System.Resources;

namespace InvitePortal.Common;

/// <summary>What a failure means to its caller. Closed: each kind maps to one HTTP status in <c>Api/Problems.cs</c>.</summary>
public enum ErrorKind
{
    /// <summary>A value is malformed, missing or not allowed (400).</summary>
    Invalid,
    /// <summary>The object is unknown, or belongs to somebody else (404).</summary>
    NotFound,
    /// <summary>The stored state does not allow it, or changed meanwhile (409).</summary>
    Conflict,
    /// <summary>A secret matched, but is expired, revoked or used (410).</summary>
    Gone,
    /// <summary>Signed in, but not allowed (403).</summary>
    Forbidden,
    /// <summary>A limit is reached (429).</summary>
    TooMany,
    /// <summary>The portal cannot do it right now (503).</summary>
    Unavailable,
}

/// <summary>An expected failure. <paramref name="Code"/> is stable once published; texts are found by it.</summary>
/// <param name="Kind">What the failure means to the caller.</param>
/// <param name="Code">Stable machine-readable name, such as <c>invitation.expired</c>.</param>
/// <param name="Field">Name of the command's member that is at fault, where there is one.</param>
public sealed record Error(ErrorKind Kind, string Code, string? Field = null)
{
    /// <summary>The person has to prove once more who they are: with the password or a code, in the page's dialog or by <c>POST /api/auth/confirm</c>.</summary>
    public static readonly Error ConfirmAgain = new(ErrorKind.Forbidden, "account.confirm_again");

    private static readonly ResourceManager Texts = new("InvitePortal.Common.ErrorTexts", typeof(Error).Assembly);

    /// <summary>How long to wait before another try, where that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Key of the text, where one code has another text in another place; null takes <see cref="Code"/>.</summary>
    public string? Text { get; init; }

    /// <summary>Values for the placeholders <c>{0}</c>, <c>{1}</c> of the text.</summary>
    public IReadOnlyList<object> Arguments { get; init; } = [];

    /// <summary>One plain sentence in the language of the current UI culture.</summary>
    public string Message => string.Format(
        CultureInfo.CurrentCulture,
        Texts.GetString(Text ?? Code, CultureInfo.CurrentUICulture) ?? Code,
        [.. Arguments]);
}
