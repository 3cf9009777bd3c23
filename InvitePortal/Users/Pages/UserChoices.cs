using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Users.Pages;

/// <summary>What somebody may decide about people, with the consequences in words.</summary>
internal static class UserChoices
{
    /// <summary>The statuses that can be given; <see cref="PersonStatus.Invited"/> only comes with an invitation.</summary>
    public static IReadOnlyList<ChoiceOption<PersonStatus>> Statuses(
        IStringLocalizer<UsersTexts> texts, IStringLocalizer<ShellTexts> words, Func<PersonStatus, string> verb, PersonStatus? except = null) =>
    [
        .. Enum.GetValues<PersonStatus>().Where(s => s is not PersonStatus.Invited && s != except).Select(s => new ChoiceOption<PersonStatus>(
            s, words[$"status.{s}"], verb(s), texts[$"consequence.{s}"], Cells.Hue(s), s is PersonStatus.Suspended or PersonStatus.Banned)),
    ];

    /// <summary>The roles that <paramref name="by"/> may give and take.</summary>
    public static IReadOnlyList<ChoiceOption<Role>> Roles(IStringLocalizer<ShellTexts> words, Role? by, Func<Role, string> verb, bool danger) =>
        [.. Rights.Grants(by ?? Role.Business).Select(r => new ChoiceOption<Role>(r, words[$"role.{r}"], verb(r), Danger: danger))];
}
