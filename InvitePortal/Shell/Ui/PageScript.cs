using Microsoft.JSInterop;

namespace InvitePortal.Shell.Ui;

/// <summary>What a circuit tells its page: the functions of <c>portal</c> in wwwroot/live.js and wwwroot/app.js.</summary>
public static class PageScript
{
    /// <summary>Calls <c>portal.</c><paramref name="function"/>. A page that has gone meanwhile needs to be told nothing.</summary>
    public static async Task TellPageAsync(this IJSRuntime js, string function, params object?[] arguments)
    {
        try
        {
            await js.InvokeVoidAsync($"portal.{function}", arguments);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // Gone before it could answer.
        }
    }
}
