using Bunit;
using InvitePortal.Common;
using InvitePortal.Tests.Accounts;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;
using InvitePortal.Webhooks.Pages;
using Microsoft.EntityFrameworkCore;
using Radzen.Blazor;
using static InvitePortal.Tests.Webhooks.WebhookCase;

namespace InvitePortal.Tests.Webhooks.Pages;

/// <summary>The tab of webhooks over the real services and a real endpoint.</summary>
public sealed class WebhooksTabTests
{
    private const string Tab = "/section-settings/dashboard?tab=webhooks";

    [Fact]
    public async Task List_Empty_OffersTheFirstEndpoint()
    {
        await using var host = await HostAsync();
        await using var ui = Ui(host, await host.AddPersonAsync(Role.SuperAdmin));
        var list = ui.Render<WebhooksTab>();

        Assert.Single(list.FindAll(".empty"));
        var opened = ui.AnswerDialogs(null);
        await list.Find(".empty button").ClickAsync(new());
        Assert.Equal([typeof(WebhookDialog)], opened);
    }

    [Fact]
    public async Task List_SomebodyWhoMayNot_IsToldSo()
    {
        await using var host = await HostAsync();
        await using var ui = Ui(host, await host.AddPersonAsync(Role.Staff));

        Assert.Single(ui.Render<WebhooksTab>().FindAll(".note.red"));
    }

    [Fact]
    public async Task List_ShowsStateAndFigures()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(500);
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, receiver.Url + "?key=secret-of-theirs");
        await host.HappenAsync();
        await host.DeliverAsync();
        await using var ui = Ui(host, admin);

        var row = ui.Render<WebhooksTab>().Find("tbody tr");

        Assert.Contains("Failing", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("500", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("All events", row.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of-theirs", row.TextContent, StringComparison.Ordinal);
        Assert.Equal("1", row.QuerySelectorAll("td.number")[0].TextContent);
    }

    [Fact]
    public async Task Dialog_WrongAddress_IsSaidAtItsField_ThenSavesAndClosesWithTheSecret()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = Ui(host, admin);
        var dialog = ui.Render<RadzenDialog>();
        var opened = dialog.InvokeAsync(() => ui.Dialogs.OpenAsync<WebhookDialog>("New"));
        await dialog.WaitForStateAsync(() => dialog.FindAll("#webhook-url").Count == 1);

        dialog.Find("#webhook-url").Change("https://10.0.0.1/");
        await dialog.Find("form").SubmitAsync();
        Assert.Equal("true", dialog.Find("#webhook-url").GetAttribute("aria-invalid"));
        dialog.Find("#webhook-url").Change("http://127.0.0.1:9/hook");
        dialog.Find("#webhook-description").Change("CRM");
        while (dialog.FindAll("fieldset input").FirstOrDefault(b => b.HasAttribute("checked")) is { } box)
        {
            box.Change(false);
        }

        await dialog.Find("form").SubmitAsync();
        Assert.Single(dialog.FindAll("#webhook-events-error"));
        dialog.FindAll("fieldset input")[^1].Change(true);
        await dialog.Find("form").SubmitAsync();

        var secret = Assert.IsType<WebhookSecret>((object?)await opened);
        Assert.Equal([WebhookEvent.LinkUsed], (await host.EndpointRowAsync(admin, secret.Id)).Events);
    }

    [Fact]
    public async Task Secret_IsShownInItsDialogAlone()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var made = await host.EndpointAsync(admin, "http://127.0.0.1:9/hook");
        await using var ui = Ui(host, admin);

        Assert.Equal(made.Secret, ui.Render<WebhookSecretDialog>(p => p.Add(d => d.Secret, made)).Find("input").GetAttribute("value"));
        Assert.DoesNotContain("whsec_", View(ui, made.Id).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task View_LogReplayAndFilter()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = r => WebhookReceiver.Status(r.Type == "code.used" ? 410 : 200, "fine");
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var made = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync(WebhookEvent.InvitationAccepted, "Robin Field");
        await host.DeliverAsync();
        await using var ui = Ui(host, admin);

        var view = View(ui, made.Id);
        var row = Assert.Single(view.FindAll("tbody tr"));
        Assert.Contains("Invitation accepted", row.TextContent, StringComparison.Ordinal);
        Assert.Contains("200", row.TextContent, StringComparison.Ordinal);
        await row.QuerySelector("td.actions button")!.ClickAsync(new());
        await host.DeliverAsync();
        Assert.Equal(2, receiver.Received.Count);

        // It follows what happens without being asked.
        host.Clock.Advance(TimeSpan.FromSeconds(4));
        await view.WaitForAssertionAsync(() => Assert.Equal("2", view.Find("tbody td.number").TextContent));
        await host.HappenAsync(WebhookEvent.CodeUsed);
        await host.DeliverAsync();
        host.Clock.Advance(TimeSpan.FromSeconds(4));
        await view.WaitForAssertionAsync(() => Assert.Contains("410", view.Find(".note.red").TextContent, StringComparison.Ordinal));
        // Switched off: nothing can be sent again from here.
        Assert.Empty(view.FindAll("td.actions button"));
        ui.Navigation.NavigateTo($"{Tab}&endpoint={made.Id}&view=FAILED");
        Assert.Single(ui.Render<WebhooksTab>().FindAll("tbody tr"));
        ui.Navigation.NavigateTo($"{Tab}&endpoint={made.Id}&view=WAITING");
        Assert.Single(ui.Render<WebhooksTab>().FindAll(".empty"));
    }

    [Fact]
    public async Task View_ReplayFailed_AsksAndSendsAll()
    {
        await using var receiver = WebhookReceiver.Start();
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var made = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync();
        await host.HappenAsync();
        await using (var db = host.Open())
        {
            await db.OutboxMessages.ExecuteUpdateAsync(set => set.SetProperty(m => m.State, InvitePortal.Messaging.DeliveryState.Failed), Ct);
        }

        await using var ui = Ui(host, admin);
        var view = View(ui, made.Id);
        ui.AnswerDialogs(true);
        await view.FindAll(".log button").First(b => b.TextContent.Contains("Send all that failed", StringComparison.Ordinal)).ClickAsync(new());
        await host.DeliverAsync();

        Assert.Equal(2, receiver.Received.Count);
    }

    [Fact]
    public async Task K07_Panel_ShowsTriesAndAMaskedPayload()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(500, "no such contact: robin@example.org");
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var made = await host.EndpointAsync(admin, receiver.Url);
        await host.HappenAsync(name: "Robin Field");
        await host.DeliverAsync();
        await using var ui = Ui(host, admin);
        var row = await host.EndpointRowAsync(admin, made.Id);
        var message = Assert.Single(await host.MessagesAsync());

        var panel = ui.Render<WebhookDeliveryPanel>(p => p.Add(d => d.Endpoint, row).Add(d => d.Id, message.Id));

        Assert.Single(panel.FindAll(".timeline li.red"));
        Assert.Contains("R•••", panel.Find("pre").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Robin", panel.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("robin@example.org", panel.Markup, StringComparison.Ordinal);
        Assert.Contains(WebhookSignature.IdOf(message.Id), panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_ShowsTheRealAnswer_AndCanBeSentAgain()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(401, "who are you");
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var made = await host.EndpointAsync(admin, receiver.Url);
        await using var ui = Ui(host, admin);
        var row = await host.EndpointRowAsync(admin, made.Id);

        var dialog = ui.Render<WebhookTestDialog>(p => p.Add(d => d.Row, row));
        await dialog.WaitForAssertionAsync(() => Assert.Contains("401", dialog.Find(".note.red").TextContent, StringComparison.Ordinal));
        Assert.Equal("who are you", dialog.Find("pre").TextContent);
        receiver.Answer = _ => WebhookReceiver.Status(200);
        await dialog.FindAll("button")[0].ClickAsync(new());
        await dialog.WaitForAssertionAsync(() => Assert.Single(dialog.FindAll(".note.green")));
    }

    [Fact]
    public async Task Delete_AsksFirst()
    {
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var made = await host.EndpointAsync(admin, "http://127.0.0.1:9/hook");
        await using var ui = Ui(host, admin);
        var view = View(ui, made.Id);
        await view.Find("button[aria-haspopup]").ClickAsync(new());
        var opened = ui.AnswerDialogs(false);

        await view.Find(".menu-item.danger").ClickAsync(new());
        Assert.Single(opened);
        Assert.Equal(1, (await host.EndpointRowAsync(admin, made.Id)).Version);
    }

    [Fact]
    public async Task HomeCard_TellsOfAStoppedEndpoint_AndOtherwiseNothing()
    {
        await using var receiver = WebhookReceiver.Start();
        receiver.Answer = _ => WebhookReceiver.Status(410);
        await using var host = await HostAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await host.EndpointAsync(admin, receiver.Url);
        await using (var calm = Ui(host, admin))
        {
            Assert.Empty(calm.Render<WebhookTroubleCard>().Markup.Trim());
        }

        await host.HappenAsync();
        await host.DeliverAsync();
        await using var ui = Ui(host, admin);

        Assert.Single(ui.Render<WebhookTroubleCard>().FindAll(".note.yellow a"));
    }

    private static AccountsUi Ui(ServiceHost host, TestPerson person) =>
        new(host, person, host.Get<WebhookQueries>(), host.Get<WebhookService>(), host.Get<WebhookDeliveryService>());

    private static IRenderedComponent<WebhooksTab> View(AccountsUi ui, Guid id)
    {
        ui.Navigation.NavigateTo($"{Tab}&endpoint={id}");
        return ui.Render<WebhooksTab>();
    }
}
