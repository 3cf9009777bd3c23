using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Routing;

namespace InvitePortal.Messaging.Templates;

/// <summary>Edits the words of one template, with a preview that follows the typing.</summary>
public sealed partial class TemplateEditor
{
    private readonly CancellationTokenSource _gone = new();
    private readonly TypingPause _typing = new(TimeSpan.FromMilliseconds(250));
    private Actor _actor = Actor.Anonymous("");
    private TemplateDetails? _details;
    private TemplateDraft? _draft;
    private TemplatePreview? _preview;
    private Error? _error;
    private string? _conflict;
    private string? _done;
    private string? _zone;
    private bool _busy;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public TemplateKey Key { get; set; } = default!;

    private bool IsDirty => _draft is not null && _draft.Words.Tidy(Key.Channel) != _details?.Words;

    private bool HasMistakes => _preview is { Mistakes.Count: > 0 };

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _typing.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), user.FindFirst(ActorClaims.TimeZone)?.Value);
        await LoadAsync();
        await RevertAsync();
    }

    private async Task LoadAsync()
    {
        var found = await Queries.FindAsync(_actor, Key, _gone.Token);
        (_details, _error) = found.Succeeded ? (found.Value, _error) : (_details, found.Error);
    }

    private async Task RevertAsync()
    {
        _draft = _details is null ? null : new TemplateDraft(_details.Words);
        await ShowAsync(_gone.Token);
    }

    private Task TypedAsync()
    {
        _done = null;
        return _typing.RunAsync(ShowAsync, _gone.Token);
    }

    private async Task ShowAsync(CancellationToken ct)
    {
        if (_draft is null)
        {
            return;
        }

        var preview = await Queries.PreviewAsync(_actor, Key, _draft.Words, ct);
        ct.ThrowIfCancellationRequested();
        (_preview, _error) = (preview.Value ?? _preview, preview.Error ?? (_conflict is null ? null : _error));
    }

    private Task SaveAsync() => ChangeAsync(() => Service.SaveAsync(_actor, new SaveTemplate(Key, _details!.Version, _draft!.Words), CancellationToken.None), "editor.saved");

    private async Task RestoreAsync(int version)
    {
        if (!IsDirty || await MayDiscardAsync())
        {
            await ChangeAsync(() => Service.RestoreAsync(_actor, Key, _details!.Version, version, CancellationToken.None), "editor.restored", adopts: true);
        }
    }

    private async Task ResetAsync()
    {
        if (await Proof.Dialogs.ConfirmAsync(T["reset.title"], T["reset.text"], T["reset.verb"]))
        {
            await ChangeAsync(() => Service.ResetAsync(_actor, Key, _details!.Version, CancellationToken.None), "editor.was-reset", adopts: true);
        }
    }

    private async Task ChangeAsync(Func<Task<Result<int>>> change, string done, bool adopts = false)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            var result = await Proof.RunAsync(change);
            (_error, _conflict, _done) = (result.Error, null, result.Succeeded ? T[done].Value : null);
            if (result.Succeeded || result.Error == TemplateErrors.ChangedMeanwhile)
            {
                await LoadAsync();
            }

            if (result.Error == TemplateErrors.ChangedMeanwhile && _details?.History is [var newest, ..])
            {
                _conflict = T["editor.conflict", newest.By ?? ""];
            }

            if (result.Succeeded && adopts)
            {
                await RevertAsync();
            }
        }
        finally
        {
            _busy = false;
        }
    }

    private async Task SendToMeAsync()
    {
        var sent = await Service.SendToMeAsync(_actor, Key, _draft!.Words, CancellationToken.None);
        (_error, _conflict, _done) = (sent.Error, null, sent.Succeeded ? T["editor.sent"].Value : null);
    }

    private async Task LeaveAsync(LocationChangingContext context)
    {
        if (IsDirty && !await MayDiscardAsync())
        {
            context.PreventNavigation();
        }
    }

    private Task<bool> MayDiscardAsync() => Proof.Dialogs.ConfirmAsync(T["leave.title"], T["leave.text"], T["leave.verb"], danger: true);
}
