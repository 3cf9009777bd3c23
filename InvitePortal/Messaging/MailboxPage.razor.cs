using System.Globalization;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace InvitePortal.Messaging;

public sealed partial class MailboxPage
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _loading;
    private PageResult<MailboxRow>? _rows;
    private MailboxMessage? _mail;
    private string? _typed;
    private string? _zone;

    [Parameter]
    public Guid? Id { get; set; }

    /// <summary>Part of the recipients' address.</summary>
    [SupplyParameterFromQuery]
    private string? To { get; set; }

    [SupplyParameterFromQuery]
    private string? Page { get; set; }

    /// <summary><c>text</c>, or nothing for HTML.</summary>
    [SupplyParameterFromQuery]
    private string? View { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    private bool AsText => View is "text";

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _loading?.Dispose();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (!Mailbox.IsOpen)
        {
            Navigation.NotFound();
            return;
        }

        _typed ??= To;
        if (Authentication is not null)
        {
            _zone = (await Authentication).User.FindFirst(ActorClaims.TimeZone)?.Value;
        }

        // A newer address cancels the reading for an older one.
        _loading?.Cancel();
        _loading?.Dispose();
        _loading = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        await LoadAsync(_loading.Token);
    }

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && Mailbox.IsOpen)
        {
            _ = KeepFreshAsync();
        }
    }

    private async Task LoadAsync(CancellationToken ct)
    {
        try
        {
            var rows = await Mailbox.ListAsync(To, int.TryParse(Page, NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? page : 1, ct);
            var mail = Id is not { } id ? null : _mail?.Id == id ? _mail : await Mailbox.FindAsync(id, ct);
            ct.ThrowIfCancellationRequested();
            (_rows, _mail) = (rows, mail);
        }
        catch (OperationCanceledException)
        {
            // Something newer is being read, or the page is gone.
        }
    }

    private async Task KeepFreshAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Refresh);
            while (await timer.WaitForNextTickAsync(_gone.Token))
            {
                await InvokeAsync(async () =>
                {
                    if (_loading is { IsCancellationRequested: false })
                    {
                        await LoadAsync(_loading.Token);
                        StateHasChanged();
                    }
                });
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The page is gone.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    private void Filter(ChangeEventArgs change)
    {
        _typed = change.Value?.ToString();
        To = _typed;
        Navigation.NavigateTo(Href(Id, View, 1), replace: true);
    }

    private void Clear()
    {
        (_typed, To) = ("", null);
        Navigation.NavigateTo(Href(Id, View, 1), replace: true);
    }

    private string Href(Guid? id, string? view, int page) =>
        Navigation.GetUriWithQueryParameters(
            Navigation.ToAbsoluteUri(id is null ? "/dev/mailbox" : $"/dev/mailbox/{id}").ToString(),
            new Dictionary<string, object?> { ["to"] = string.IsNullOrWhiteSpace(To) ? null : To, ["view"] = view, ["page"] = page > 1 ? page : null });
}
