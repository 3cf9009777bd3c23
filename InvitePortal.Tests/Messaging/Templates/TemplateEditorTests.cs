using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations.Messages;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Templates;
using InvitePortal.Tests.Accounts;
using InvitePortal.Tests.Support;
using Radzen;

namespace InvitePortal.Tests.Messaging.Templates;

/// <summary>The tab of templates over the real services.</summary>
public sealed class TemplateEditorTests
{
    private static readonly TemplateKey Invitation = new(InvitationMessage.First, Channel.Email, "en");

    [Fact]
    public async Task Typing_Mistake_IsNamedWithItsPlace_AndSavingIsOff()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host);
        var editor = ui.Render<TemplateEditor>(p => p.Add(e => e.Key, Invitation));
        editor.WaitForElement("iframe");

        editor.Find("#template-body").Input("Hello {{inviter}}\n\nSee {{lnk}}");
        editor.WaitForState(() => editor.FindAll("#template-body-wrong .error").Count == 2);

        Assert.Equal("true", editor.Find("#template-body").GetAttribute("aria-invalid"));
        Assert.Equal(
            ["Line 3, column 5: There is no placeholder {{lnk}}.", "{{link}} is missing: without it the message is of no use."],
            editor.FindAll("#template-body-wrong .error").Select(e => e.TextContent));
        Assert.True(editor.Find("button[type=submit]").HasAttribute("disabled"));
        editor.Find("#template-body").Input("Hello {{inviter}} <b>\n\n{{link}}");
        editor.WaitForState(() => editor.FindAll("#template-body-wrong .error").Count == 0);
        Assert.Single(editor.FindAll(".note"));
        Assert.False(editor.Find("button[type=submit]").HasAttribute("disabled"));
        Assert.Contains("Hello Maria Stone &lt;b&gt;", editor.Find("iframe").GetAttribute("srcdoc"), StringComparison.Ordinal);
        Assert.Equal("", editor.Find("iframe").GetAttribute("sandbox"));
    }

    [Fact]
    public async Task Save_Compare_RestoreAndReset()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host);
        ui.Services.GetRequiredService<DialogService>().OnOpen += (_, _, _, _) => ui.Services.GetRequiredService<DialogService>().Close(true);
        var editor = ui.Render<TemplateEditor>(p => p.Add(e => e.Key, Invitation));
        editor.WaitForElement("iframe");
        Assert.Contains("As delivered", editor.Find(".badge").TextContent, StringComparison.Ordinal);

        foreach (var subject in new[] { "First", "Second" })
        {
            editor.Find("#template-subject").Input(subject);
            editor.WaitForState(() => editor.Find(".subject strong").TextContent == subject);
            await editor.Find("form").SubmitAsync();
            Assert.Single(editor.FindAll(".note.green"));
        }

        Assert.Contains("Changed", editor.Find(".badge").TextContent, StringComparison.Ordinal);
        Assert.Equal(3, editor.FindAll(".versions > li").Count);
        await editor.FindAll(".versions > li")[1].QuerySelector("button[aria-expanded]")!.ClickAsync(new());
        Assert.Equal(("First", "Second"), (editor.Find(".compared del").TextContent, editor.Find(".compared ins").TextContent));
        await editor.FindAll(".versions > li")[1].QuerySelectorAll("button")[1].ClickAsync(new());
        Assert.Equal("First", editor.Find("#template-subject").GetAttribute("value"));
        await editor.FindAll("button").Single(b => b.TextContent == "Reset to delivered").ClickAsync(new());
        Assert.Equal("{{inviter}} invites you to {{portal}}", editor.Find("#template-subject").GetAttribute("value"));
        Assert.Contains("As delivered", editor.Find(".badge").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task C07_Save_SomebodyWasFaster_IsTold_AndWhatWasTypedStays()
    {
        await using var host = await ServiceHost.CreateAsync();
        var other = await host.AddPersonAsync(Role.SuperAdmin, name: "Otto Other");
        await using var ui = await UiAsync(host);
        var editor = ui.Render<TemplateEditor>(p => p.Add(e => e.Key, Invitation));
        editor.WaitForElement("iframe");
        var theirs = await host.Get<TemplateService>().SaveAsync(other.Actor, new SaveTemplate(Invitation, 0, new TemplateWords("{{link}}", "Theirs", "", "Go")), default);
        Assert.True(theirs.Succeeded, theirs.Error?.Code);

        editor.Find("#template-subject").Input("Mine");
        editor.WaitForState(() => editor.Find(".subject strong").TextContent == "Mine");
        await editor.Find("form").SubmitAsync();

        Assert.Contains("Otto Other", editor.Find(".note.red").TextContent, StringComparison.Ordinal);
        Assert.Equal("Mine", editor.Find("#template-subject").GetAttribute("value"));
        await editor.Find("form").SubmitAsync();
        Assert.Empty(editor.FindAll(".note.red"));
        Assert.Equal(3, editor.FindAll(".versions > li").Count);
    }

    [Fact]
    public async Task Sms_ShowsLengthEncodingAndParts_AndOffersNoFrame()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = await UiAsync(host);
        var editor = ui.Render<TemplateEditor>(p => p.Add(e => e.Key, Invitation with { Channel = Channel.Sms }));
        editor.WaitForElement(".size");

        Assert.Contains("GSM alphabet", editor.Find(".size").TextContent, StringComparison.Ordinal);
        Assert.Contains("1 message", editor.Find(".size").TextContent, StringComparison.Ordinal);
        editor.Find("#template-body").Input("Привет от {{inviter}}, вот ваша ссылка: {{link}}");
        editor.WaitForState(() => editor.Find(".size").TextContent.Contains("UCS-2", StringComparison.Ordinal));
        Assert.Contains("2 messages", editor.Find(".size").TextContent, StringComparison.Ordinal);
        Assert.Single(editor.FindAll("textarea, input"));
        Assert.DoesNotContain("{{message}}", editor.FindAll("[data-insert]").Select(b => b.GetAttribute("data-insert")));
        Assert.DoesNotContain(editor.FindAll("button"), b => b.TextContent == "Send this to me");
    }

    [Fact]
    public async Task List_MarksWhatIsChanged()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        foreach (var key in new[] { Invitation, Invitation with { Channel = Channel.Sms, Language = "ru" } })
        {
            Assert.True((await host.Get<TemplateService>().SaveAsync(admin.Actor, new SaveTemplate(key, 0, new TemplateWords("Own {{link}}", "Own", "", "Go")), default)).Succeeded);
        }

        await using var ui = await UiAsync(host);
        var list = ui.Render<TemplateList>();

        Assert.Equal(["Emailen", "SMSru"], list.FindAll("a.on").Select(a => string.Concat(a.TextContent.Where(c => !char.IsWhiteSpace(c)))));
        Assert.Equal(host.Get<TemplateCatalog>().Kinds.Sum(k => k.Channels.Count), list.FindAll("a.chip").Count);
        Assert.DoesNotContain(list.FindAll(".two-lines span"), s => s.TextContent.StartsWith("kind.", StringComparison.Ordinal) || s.TextContent.StartsWith("about.", StringComparison.Ordinal));
    }

    private static async Task<AccountsUi> UiAsync(ServiceHost host) =>
        new(host, await host.AddPersonAsync(Role.SuperAdmin), host.Get<TemplateQueries>(), host.Get<TemplateService>(), host.Get<TemplateCatalog>());
}
