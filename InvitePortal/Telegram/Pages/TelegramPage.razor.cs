using System.Globalization;
using InvitePortal.Accounts;
using InvitePortal.Common;
using InvitePortal.Links;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Telegram.Pages;

/// <summary>Where the Mini App begins: plain HTML, whose script tells the API who has come and shows the answer.</summary>
public sealed partial class TelegramPage
{
    [SupplyParameterFromQuery]
    private string? Notice { get; set; }

    // Why going on into the portal did not work; there is nothing left to fill in then.
    private Error? Failed => Notice switch
    {
        "other" => AccountsErrors.OtherAccount,
        "late" => TelegramErrors.Stale,
        _ => null,
    };

    /// <summary>What the script needs to say, as <c>data-</c> attributes.</summary>
    private Dictionary<string, object> TextsIn(string language)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = Languages.Culture(language);
        try
        {
            var words = new Dictionary<string, string>
            {
                ["language"] = language,
                ["page"] = T["page.title"],
                ["progress"] = Results["join.progress"],
                ["failed"] = Results["join.failed"],
                ["not-in"] = T["page.not-in"],
                ["outside-title"] = T["outside.title"],
                ["outside"] = T["outside.text"],
                ["network"] = T["page.network"],
                ["framed"] = T["page.framed"],
                ["who"] = T["page.who"],
                ["again"] = Words["retry"],
                ["home"] = Words["error.home"],
                ["understood"] = Results["result.understood"],
                ["open"] = T["page.open"],
                ["title"] = Results["result.title"],
                ["signed-in-title"] = T["signed-in.title"],
                ["signed-in"] = T["signed-in.text"],
                ["connect-title"] = T["connect.title"],
                ["connect"] = T["entry.connect"],
                ["connected-title"] = T["connected.title"],
                ["connected"] = T["connected.text"],
                ["subject-joined-title"] = T["subject.title"],
                ["subject-joined"] = T["subject.text"],
            };
            foreach (var side in Enum.GetValues<LinkKind>())
            {
                var name = side.ToString().ToLowerInvariant();
                words[$"new-person-{name}"] = Results[$"result.new-person.{side}"];
                words[$"role-changed-{name}"] = Results[$"result.role-changed.{side}"];
                words[$"new-owner-title-{name}"] = Results[$"result.new-owner.title.{side}"];
                words[$"new-owner-{name}"] = Results[$"result.new-owner.{side}"];
            }

            return words.ToDictionary(t => "data-" + t.Key, object (t) => t.Value);
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
