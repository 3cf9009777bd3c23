using InvitePortal.Accounts;
using InvitePortal.Common;

namespace InvitePortal.Users;

/// <summary>The values of a command, read and found good; null leaves one as it is.</summary>
internal sealed record UserEditing(string? Name, EmailAddress? Email, string? Bio, string? Language, string? TimeZone, int? RoleBits)
{
    /// <summary>Reads what an edit says.</summary>
    public static Result<UserEditing> Read(EditUser command)
    {
        string? name = null;
        if (command.Name is not null && !DisplayName.TryParse(command.Name, out name))
        {
            return AccountsErrors.NameInvalid;
        }

        EmailAddress? email = null;
        if (command.Email is not null && !EmailAddress.TryParse(command.Email, out email))
        {
            return AccountsErrors.EmailInvalid;
        }

        var bio = command.Bio?.Trim();
        return (command, bio) switch
        {
            (_, { } words) when words.Length > FieldLengths.Bio || !DisplayName.IsCleanText(words) => AccountsErrors.BioInvalid,
            ({ Language: { } language }, _) when !Languages.IsKnown(language) => AccountsErrors.LanguageInvalid,
            ({ TimeZone: { } zone }, _) when !TimeZones.IsKnown(zone) => AccountsErrors.TimeZoneInvalid,
            ({ Roles: { } roles }, _) when BitsOf(roles) is 0 => UserErrors.NoRole,
            _ => new UserEditing(name, email, bio, command.Language, command.TimeZone, command.Roles is null ? null : BitsOf(command.Roles)),
        };
    }

    /// <summary>Roles as bits; nothing where one of them does not exist.</summary>
    public static int BitsOf(IReadOnlyCollection<Role> roles) => roles.All(Enum.IsDefined) ? Common.RoleBits.Of(roles) : 0;
}
