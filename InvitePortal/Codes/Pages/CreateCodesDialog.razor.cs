using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Radzen;

namespace InvitePortal.Codes.Pages;

/// <summary>Makes one code, or many for one subject. Closes with the id of a single one.</summary>
public sealed partial class CreateCodesDialog(CodeService Codes, EnrollmentQueries Enrollments, DialogService Dialogs, IOptions<LimitOptions> Limits)
{
    private Actor _actor = Actor.Anonymous("");
    private ReaderZone _zone = ReaderZone.Utc;
    private IReadOnlyList<string> _known = [];
    private string? _subject;
    private int _count = 1;
    private int? _uses = 1;
    private DateTime? _expires;
    private bool _busy;
    private Error? _error;
    private IReadOnlyList<CodeRow>? _made;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), ReaderZone.Of(user));
        var taught = await Enrollments.ListTaughtAsync(_actor, CancellationToken.None);
        _known = [.. (taught.Value ?? []).Select(t => t.Subject).Distinct().Take(50)];
    }

    private string? At(string field) => _error?.Field == field ? _error.Message : null;

    private async Task CreateAsync()
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        try
        {
            var made = await Codes.CreateAsync(_actor, new CreateCodes(_subject, _count, _uses, _zone.Instant(_expires)), CancellationToken.None);
            (_made, _error) = (made.Value, made.Error);
        }
        finally
        {
            _busy = false;
        }

        if (_made is [var one])
        {
            Dialogs.Close(one.Id);
        }
    }
}
