using InvitePortal.Shell;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Invitations.Pages;

/// <summary>The settings of reminders in words.</summary>
internal static class ReminderWords
{
    /// <summary>When an invitation is reminded of, such as "Remind 72 and 24 hours before it expires".</summary>
    public static string Of(IStringLocalizer<InvitationsTexts> texts, ReminderOptions options)
    {
        var hours = options.HoursBefore.OrderDescending().Select(h => h % 24 == 0 && h > 24 ? texts.Count("invite.lifetime.days", h / 24) : texts.Count("invite.lifetime.hours", h)).ToList();
        return hours.Count == 0
            ? texts["invite.reminders.none"]
            : texts["invite.reminders.at", string.Join(texts["invite.reminders.and"], hours), options.MinimumLifeHours];
    }
}
