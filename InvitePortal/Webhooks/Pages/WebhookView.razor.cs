using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Radzen;

namespace InvitePortal.Webhooks.Pages;

/// <summary>One endpoint: what it is, what can be done with it, and its log.</summary>
public sealed partial class WebhookView
{
    private Error? _error;
    private int _round;

    [Parameter, EditorRequired]
    public Guid Id { get; set; }

    [Parameter, EditorRequired]
    public Actor Actor { get; set; } = default!;

    [Parameter, EditorRequired]
    public string Zone { get; set; } = "UTC";

    [Parameter, EditorRequired]
    public WebhooksUrl Url { get; set; } = default!;

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState]
    public WebhookRow? Row { get; set; }

    protected override Task OnInitializedAsync() => Row?.Id == Id ? Task.CompletedTask : LoadAsync();

    private async Task LoadAsync()
    {
        var read = await Queries.GetAsync(Actor, Id, CancellationToken.None);
        (Row, _error) = (read.Value, read.Error);
    }

    private async Task TestAsync()
    {
        await Proof.Dialogs.OpenAsync<WebhookTestDialog>(T["action.test"], Of(nameof(WebhookTestDialog.Row)), new DialogOptions { Width = "480px" });
        await AnewAsync();
    }

    private async Task EditAsync()
    {
        if (await Proof.Dialogs.OpenAsync<WebhookDialog>(T["dialog.edit"], Of(nameof(WebhookDialog.Row)), new DialogOptions { Width = "560px" }) is true)
        {
            await AnewAsync();
        }
    }

    private async Task RotateAsync()
    {
        ChoiceOption<bool>[] options =
        [
            new(true, T["rotate.keep"], T["rotate.verb"], T["rotate.keep.text"]),
            new(false, T["rotate.end"], T["rotate.verb"], T["rotate.end.text"], Danger: true),
        ];
        if (await Proof.Dialogs.ChooseAsync(T["action.rotate"], T["rotate.text"], T["rotate.verb"], options) is not { } chosen)
        {
            return;
        }

        var made = await Proof.RunAsync(() => Service.RotateAsync(Actor, Id, new RotateWebhook(chosen.Value), CancellationToken.None));
        _error = made.Error;
        if (made.Succeeded)
        {
            await Proof.Dialogs.ShowSecretAsync(T, made.Value);
            await AnewAsync();
        }
    }

    private async Task DeleteAsync()
    {
        if (!await Proof.Dialogs.ConfirmAsync(T["delete.title"], T["delete.text", WebhookHues.Short(Row!.Url)], T["delete.verb"], danger: true))
        {
            return;
        }

        var deleted = await Proof.RunAsync(() => Service.DeleteAsync(Actor, Id, CancellationToken.None));
        _error = deleted.Error;
        if (deleted.Succeeded)
        {
            Navigation.NavigateTo(WebhooksUrl.List);
        }
    }

    private Task AnewAsync()
    {
        _round++;
        return LoadAsync();
    }

    private Dictionary<string, object?> Of(string parameter) => new(StringComparer.Ordinal) { [parameter] = Row };
}
