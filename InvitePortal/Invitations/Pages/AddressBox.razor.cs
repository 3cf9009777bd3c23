using InvitePortal.Common;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;

namespace InvitePortal.Invitations.Pages;

/// <summary>
/// Takes as many addresses as one command may have and shows at once which will not work. Their text lives in the browser and travels as a stream: a hub message is
/// far smaller than the greatest list.
/// </summary>
public sealed partial class AddressBox
{
    private ElementReference _box;
    private IJSObjectReference? _module;
    private IJSObjectReference? _watch;
    private DotNetObjectReference<AddressBox>? _self;
    private Actor _actor = Actor.Anonymous("");
    private IReadOnlyList<AddressVerdict> _verdicts = [];
    private Error? _error;
    private (Role, Channel, Guid?) _checkedFor;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    /// <summary>The role that the addresses are checked for.</summary>
    [Parameter, EditorRequired]
    public Role Role { get; set; }

    /// <summary>The channel that they are recipients on.</summary>
    [Parameter]
    public Channel Channel { get; set; } = Channel.Email;

    /// <summary>The group that they are checked for.</summary>
    [Parameter]
    public Guid? GroupId { get; set; }

    /// <summary>What the box starts with.</summary>
    [Parameter]
    public IReadOnlyList<string> Initial { get; set; } = [];

    /// <summary>Told the verdicts whenever they change.</summary>
    [Parameter]
    public EventCallback<IReadOnlyList<AddressVerdict>> OnChecked { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _actor = (await Authentication).User.ToActor();
        _checkedFor = (Role, Channel, GroupId);
    }

    protected override async Task OnParametersSetAsync()
    {
        if ((Role, Channel, GroupId) != _checkedFor)
        {
            await CheckAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        _module = await Js.InvokeAsync<IJSObjectReference>("import", "/invitations.js");
        _self = DotNetObjectReference.Create(this);
        _watch = await _module.InvokeAsync<IJSObjectReference>("watch", _box, _self);
        if (Initial.Count > 0)
        {
            await WriteAsync(Initial);
        }
    }

    /// <summary>The addresses were changed and the typing has paused.</summary>
    [JSInvokable]
    public async Task AddressesChangedAsync()
    {
        await CheckAsync();
        StateHasChanged();
    }

    /// <summary>What is in the box, one entry per address.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        if (_module is null)
        {
            return [];
        }

        await using var text = await _module.InvokeAsync<IJSStreamReference>("read", _box);
        // Names beside the addresses have their place too.
        var most = (long)Limits.Value.AddressesPerBatch * (EmailAddress.MaxLength + FieldLengths.Name);
        if (text.Length > most)
        {
            _error = InvitationErrors.TooManyAddresses(Limits.Value.AddressesPerBatch);
            return [];
        }

        await using var stream = await text.OpenReadStreamAsync(most);
        using var reader = new StreamReader(stream);
        return AddressList.Split(await reader.ReadToEndAsync(), Channel);
    }

    /// <summary>Looks at the addresses anew.</summary>
    public async Task CheckAsync()
    {
        _checkedFor = (Role, Channel, GroupId);
        _error = null;
        var addresses = await ReadAsync();
        var result = await Queries.PreviewAsync(_actor, addresses, Role, CancellationToken.None, Channel, GroupId);
        (_verdicts, _error) = (result.Value ?? [], _error ?? result.Error);
        await OnChecked.InvokeAsync(_verdicts);
    }

    private async Task RemoveAsync()
    {
        await WriteAsync(_verdicts.Where(v => v.Outcome is AddressOutcome.Invited).Select(v => v.Recipient));
        await CheckAsync();
    }

    private async Task WriteAsync(IEnumerable<string> addresses)
    {
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', addresses)));
        using var reference = new DotNetStreamReference(stream);
        await _module!.InvokeVoidAsync("write", _box, reference);
    }

    public async ValueTask DisposeAsync()
    {
        _self?.Dispose();
        try
        {
            await (_watch?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (_module?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the module with it.
        }
    }
}
