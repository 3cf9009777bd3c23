using System.Globalization;
using InvitePortal.Common;

namespace InvitePortal.Accounts;

/// <summary>The expected failures of accounts.</summary>
public static class AccountsErrors
{
    /// <summary>A short code was wrong, used, expired or unknown: always the same answer.</summary>
    public static readonly Error CodeInvalid = new(ErrorKind.Invalid, "code_invalid", "code");

    /// <summary>Too many password hashes are waiting.</summary>
    public static readonly Error Busy = new(ErrorKind.Unavailable, "busy") { RetryAfter = TimeSpan.FromSeconds(2) };

    /// <summary>Unknown address, wrong password, or somebody who may not sign in: always the same answer.</summary>
    public static readonly Error SignInFailed = new(ErrorKind.Invalid, "sign_in.failed");

    /// <summary>Neither an address nor a number, name or id on a channel.</summary>
    public static readonly Error SignInNameInvalid = new(ErrorKind.Invalid, "account.sign_in_name_invalid", "email");

    public static readonly Error EmailInvalid = new(ErrorKind.Invalid, "account.email_invalid", "email");
    public static readonly Error DomainNotAllowed = new(ErrorKind.Invalid, "account.domain_not_allowed", "email");
    public static readonly Error NameInvalid = new(ErrorKind.Invalid, "account.name_invalid", "name");
    public static readonly Error BioInvalid = new(ErrorKind.Invalid, "account.bio_invalid", "bio");
    public static readonly Error LanguageInvalid = new(ErrorKind.Invalid, "account.language_invalid", "language");
    public static readonly Error TimeZoneInvalid = new(ErrorKind.Invalid, "account.time_zone_invalid", "timeZone");
    public static readonly Error RoleNotHeld = new(ErrorKind.Forbidden, "account.role_not_held", "role");
    public static readonly Error SignInAgain = new(ErrorKind.Forbidden, "account.sign_in_again");
    public static readonly Error SessionUnknown = new(ErrorKind.NotFound, "account.session_unknown");
    public static readonly Error NoAddress = new(ErrorKind.Conflict, "account.no_address");
    /// <summary>An address cannot be added where there is one; it is changed by an administrator.</summary>
    public static readonly Error HasAddress = new(ErrorKind.Conflict, "account.has_address", "email");

    /// <summary>Told only to somebody who has proven that the address is theirs.</summary>
    public static readonly Error AddressTaken = new(ErrorKind.Conflict, "account.address_taken", "email");

    /// <summary>For somebody who can prove who they are in no other way than by entering once more.</summary>
    public static readonly Error EnterAgain = new(ErrorKind.Forbidden, "account.enter_again");

    public static readonly Error PasswordWrong = new(ErrorKind.Invalid, "password.wrong", "current");
    public static readonly Error PasswordsDiffer = new(ErrorKind.Invalid, "password.differ", "repeated");
    public static readonly Error PasswordCommon = new(ErrorKind.Invalid, "password.common", "password");
    public static readonly Error PasswordPersonal = new(ErrorKind.Invalid, "password.personal", "password");

    /// <summary>A link to set a new password was used, replaced or is too old.</summary>
    public static readonly Error ResetLinkGone = new(ErrorKind.Gone, "password.link_gone");

    /// <summary>A link to sign in was used, replaced or is too old.</summary>
    public static readonly Error SignInLinkGone = new(ErrorKind.Gone, "sign_in.link_gone");

    /// <summary>A registration took too long, or was finished already.</summary>
    public static readonly Error RegistrationGone = new(ErrorKind.Gone, "register.gone");

    /// <summary>Only active people sign in, so only they get a link.</summary>
    public static readonly Error NotActive = new(ErrorKind.Conflict, "account.not_active");

    // Managing people gives the same answers.
    public static readonly Error PersonUnknown = new(ErrorKind.NotFound, "user.not_found");
    public static readonly Error PersonChanged = new(ErrorKind.Conflict, "user.changed");
    public static readonly Error PersonForbidden = new(ErrorKind.Forbidden, "user.forbidden");

    /// <summary>The ticket of <c>/session/start</c> is used, too old, or none of ours.</summary>
    public static readonly Error TicketGone = new(ErrorKind.Gone, "session.ticket_gone");

    /// <summary>Somebody else is signed in at this browser; nobody is signed out unasked.</summary>
    public static readonly Error OtherAccount = new(ErrorKind.Conflict, "session.other_account");

    public static readonly Error RefreshInvalid = new(ErrorKind.Invalid, "auth.refresh_invalid", "refreshToken");
    public static readonly Error ConfirmIncomplete = new(ErrorKind.Invalid, "auth.confirm_incomplete");
    public static readonly Error LoginIncomplete = new(ErrorKind.Invalid, "auth.login_incomplete");
    public static readonly Error SetupSecretWrong = new(ErrorKind.Invalid, "setup.secret_wrong", "secret");

    /// <summary>Set-up is over: somebody has an account.</summary>
    public static readonly Error SetupDone = new(ErrorKind.NotFound, "setup.done");

    /// <summary>Not a PNG, JPEG or WebP picture, damaged, animated, or with something hidden behind it.</summary>
    public static readonly Error AvatarUnreadable = new(ErrorKind.Invalid, "avatar.unreadable", "picture");

    public static readonly Error AvatarBrokenOff = new(ErrorKind.Invalid, "avatar.broken_off", "picture");
    public static readonly Error AvatarUnknown = new(ErrorKind.NotFound, "avatar.unknown");

    /// <summary>A picture of more bytes than are taken.</summary>
    public static Error AvatarTooLarge(int bytes) => new(ErrorKind.Invalid, "avatar.too_large", "picture") { Arguments = [Math.Max(1, bytes / 1024 / 1024)] };

    /// <summary>A picture that is wider or higher than is taken.</summary>
    public static Error AvatarTooManyPixels(int pixels) => new(ErrorKind.Invalid, "avatar.too_many_pixels", "picture") { Arguments = [pixels] };

    /// <summary>The picture was changed often enough for now.</summary>
    public static Error AvatarTooMany(TimeSpan wait) => Wait("avatar.too_many", wait, Math.Ceiling(wait.TotalMinutes));

    /// <summary>A password of a length that is not taken.</summary>
    public static Error PasswordLength(int min, int max) => new(ErrorKind.Invalid, "password.length", "password") { Arguments = [min, max] };

    /// <summary>A code was sent moments ago.</summary>
    public static Error CodeTooSoon(TimeSpan wait) => Wait("code.too_soon", wait, Math.Ceiling(wait.TotalSeconds));

    /// <summary>The address has got as many codes as it may, or too many were mistyped.</summary>
    public static Error CodeTooMany(TimeSpan wait) => Wait("code.too_many", wait, Math.Ceiling(wait.TotalMinutes));

    /// <summary>Too many tries to sign in, from one network address or with one e-mail address.</summary>
    public static Error SignInTooMany(TimeSpan wait) => Wait("sign_in.too_many", wait, Math.Ceiling(wait.TotalMinutes));

    private static Error Wait(string code, TimeSpan wait, double amount) =>
        new(ErrorKind.TooMany, code) { RetryAfter = wait, Arguments = [Math.Max(1, amount).ToString(CultureInfo.CurrentCulture)] };
}
