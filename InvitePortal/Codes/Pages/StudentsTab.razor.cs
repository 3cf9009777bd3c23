using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Radzen;

namespace InvitePortal.Codes.Pages;

/// <summary>A teacher's students, by subject and group.</summary>
public sealed partial class StudentsTab
{
    private readonly CancellationTokenSource _disposed = new();
    private Actor _actor = Actor.Anonymous("");
    private string _zone = "UTC";
    private (CodesUrl, int)? _shown;
    private Error? _error;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Parameter, EditorRequired]
    public CodesUrl Url { get; set; } = default!;

    /// <summary>Another number means: read anew.</summary>
    [Parameter]
    public int Round { get; set; }

    /// <summary>Carried over from the prerendered page.</summary>
    [PersistentState] public PageResult<StudentRow>? Result { get; set; }

    [PersistentState] public List<TaughtSubject>? Taught { get; set; }

    // However the address spells the subject, the choice is the one in the list.
    private string Where => Url.Group is { } group ? $"group={group}"
        : Url.Subject is { } subject ? $"subject={TaughtPlace.Of(Taught ?? []).FirstOrDefault(p => p.GroupId is null && InviteCode.SubjectKeyOf(p.Subject) == InviteCode.SubjectKeyOf(subject))?.Subject}"
        : "";

    protected override async Task OnParametersSetAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), user.FindFirst(ActorClaims.TimeZone)?.Value ?? "UTC");
        var carriedOver = _shown is null && Result is not null;
        if (_shown != (Url, Round))
        {
            _shown = (Url, Round);
            await (carriedOver ? Task.CompletedTask : LoadAsync());
        }
    }

    private async Task LoadAsync()
    {
        var taught = await Queries.ListTaughtAsync(_actor, _disposed.Token);
        Taught = taught.Succeeded ? [.. taught.Value] : Taught;
        var result = await Queries.ListStudentsAsync(_actor, Url.Students, Url.Request, _disposed.Token);
        (Result, _error) = (result.Value, result.Error);
    }

    // The value is what was chosen, and comes from the browser: the query asks for the teacher's own whatever it says.
    private void Choose(ChangeEventArgs e)
    {
        var parts = (e.Value as string ?? "").Split('=', 2);
        var next = Url with { Group = null, Subject = null, Page = 1, Cursor = null };
        next = parts switch
        {
            ["group", var id] when Guid.TryParse(id, out var group) => next with { Group = group },
            ["subject", var subject] => next with { Subject = subject },
            _ => next,
        };
        Navigation.NavigateTo(next.ToString());
    }

    private async Task RemoveAsync(StudentRow row)
    {
        if (!await Dialogs.ConfirmAsync(T["students.remove.title", row.Name], T["students.remove.text", row.Name, row.Group ?? row.Subject], T["students.remove"], danger: true))
        {
            return;
        }

        var result = await Enrollments.RemoveAsync(_actor, row.EnrollmentId, CancellationToken.None);
        Notifications.Notify(result.Succeeded ? NotificationSeverity.Success : NotificationSeverity.Error, result.Succeeded ? T["students.removed", row.Name] : result.Error.Message);
        await LoadAsync();
    }

    private void Search(string? text) => Navigation.NavigateTo(Url.SearchHref(text), replace: Url.Search is not null);

    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
    }
}
