using InvitePortal.Common;

namespace InvitePortal.Settings;

internal static class SettingsErrors
{
    public static readonly Error NotAllowed = new(ErrorKind.Forbidden, "settings.not_allowed");
    public static readonly Error Unknown = new(ErrorKind.NotFound, "settings.unknown");
    public static readonly Error Changed = new(ErrorKind.Conflict, "settings.changed");

    /// <summary>Nothing was saved, because a value is wrong.</summary>
    /// <param name="field">The first field at fault, where one can be named.</param>
    /// <param name="mistakes">What is wrong, in plain words.</param>
    public static Error Invalid(string? field, IReadOnlyList<string> mistakes) => new(ErrorKind.Invalid, "settings.invalid", field) { Arguments = [string.Join(' ', mistakes)] };
}
