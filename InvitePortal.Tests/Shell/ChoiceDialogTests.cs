using Bunit;
using InvitePortal.Shell.Ui;
using Microsoft.Extensions.DependencyInjection;
using Radzen;

namespace InvitePortal.Tests.Shell;

public sealed class ChoiceDialogTests
{
    private static readonly ChoiceOption<int>[] Options = [new(1, "Open", "Open it", "Everybody sees it."), new(2, "Close", "Close it", Danger: true)];

    [Fact]
    public async Task Button_SaysWhatWasChosen_AndClosesWithIt()
    {
        await using var ui = UiContext.In("en");
        ui.Services.AddRadzenComponents();
        ui.JSInterop.Mode = JSRuntimeMode.Loose;
        var dialogs = ui.Services.GetRequiredService<DialogService>();
        object? closed = null;
        dialogs.OnClose += result => closed = result;
        _ = dialogs.ChooseAsync("Door", "What about it?", "Decide", Options);
        var dialog = ui.Render<ChoiceDialog<int>>(p => p.Add(d => d.Text, "What about it?").Add(d => d.Legend, "Door").Add(d => d.Verb, "Decide").Add(d => d.Options, Options));
        Assert.True(dialog.Find("button[type=submit]").HasAttribute("disabled"));

        dialog.FindAll("input")[1].Change(true);

        Assert.Equal("Close it", dialog.Find("button.danger[type=submit]").TextContent);
        await dialog.Find("form").SubmitAsync();
        Assert.Same(Options[1], closed);
    }
}
