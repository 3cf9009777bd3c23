using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Settings.Pages;

/// <summary>
/// Shows and saves the settings of one section. Texts are found by the field: <c>field.Smtp.Host</c> its label, <c>field.Smtp.Host.hint</c> what is said below it,
/// <c>field.Smtp.Host.invalid</c> what is said when it is wrong; the last two may be missing.
/// </summary>
public sealed partial class SettingsForm
{
    private const int MaxLength = 4_000;

    private readonly Dictionary<string, string> _values = [];
    private Actor _actor = Actor.Anonymous("");
    private string? _zone;
    private SettingsView? _view;
    private Error? _failure;
    private bool _busy;
    private bool _saved;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>Name of the section.</summary>
    [Parameter, EditorRequired]
    public string Section { get; set; } = "";

    /// <summary>Where the labels are.</summary>
    [Parameter, EditorRequired]
    public IStringLocalizer Texts { get; set; } = default!;

    /// <summary>The fields to show; null shows all.</summary>
    [Parameter]
    public IReadOnlyCollection<string>? Fields { get; set; }

    /// <summary>Something was saved, and holds.</summary>
    [Parameter]
    public EventCallback OnSaved { get; set; }

    protected override async Task OnInitializedAsync()
    {
        var user = (await Authentication).User;
        (_actor, _zone) = (user.ToActor(), user.FindFirst(ActorClaims.TimeZone)?.Value);
        await LoadAsync();
    }

    private async Task LoadAsync() => Show(await Settings.ReadAsync(_actor, Section, CancellationToken.None));

    private void Show(Result<SettingsView> view)
    {
        _failure = view.Error;
        if (view.Succeeded)
        {
            _view = view.Value;
            foreach (var field in view.Value.Fields)
            {
                _values[field.Name] = field.Value ?? "";
            }
        }
    }

    private void Set(SettingView field, object? value)
    {
        _saved = false;
        _values[field.Name] = value switch { true => "true", false => "false", _ => value?.ToString() ?? "" };
    }

    private Task SaveAsync() => SaveAsync(_values.Where(v => Fields is null || Fields.Contains(v.Key)).ToDictionary(v => v.Key, v => (string?)v.Value));

    private Task ResetAsync(SettingView field) => SaveAsync(new Dictionary<string, string?> { [field.Name] = null });

    private async Task SaveAsync(Dictionary<string, string?> values)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        _saved = false;
        var saved = await Proof.RunAsync(() => Settings.SaveAsync(_actor, new SaveSettings(Section, _view!.Version, values), CancellationToken.None));
        _busy = false;
        Show(saved);
        _saved = saved.Succeeded;
        if (_saved)
        {
            await OnSaved.InvokeAsync();
        }
    }

    private string Key(SettingView field) => KeyOf(field.Name);

    private string KeyOf(string field) => "field." + Section + "." + field;

    private string Id(SettingView field) => $"{Section}-{field.Name}";

    private string Described(SettingView field) => $"{Id(field)}-hint {Id(field)}-error";

    private string? Hint(SettingView field) => Texts[Key(field) + ".hint"] is { ResourceNotFound: false } hint ? hint.Value : null;

    private string? Invalid(SettingView field) => _failure?.Field == field.Name ? "true" : null;

    private string? MistakeAt(string? field) =>
        field is null || _failure?.Field != field ? null
        : Texts[KeyOf(field) + ".invalid"] is { ResourceNotFound: false } rule ? rule.Value
        : _failure.Message;
}
