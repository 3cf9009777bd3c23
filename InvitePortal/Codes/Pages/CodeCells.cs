using InvitePortal.Shell.Ui;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Codes.Pages;

/// <summary>Small parts of rows, as fragments (<see cref="Cells"/>).</summary>
internal static class CodeCells
{
    /// <summary>A button that copies; wwwroot/app.js does it.</summary>
    /// <param name="text">What is copied.</param>
    /// <param name="said">What the button says.</param>
    /// <param name="done">What it says once that is copied.</param>
    /// <param name="title">What it does, for screen readers and on hover.</param>
    /// <param name="icon">Beside the words.</param>
    public static RenderFragment Copy(string text, string said, string done, string title, string icon = "copy") => b =>
    {
        b.OpenElement(0, "button");
        b.AddAttribute(1, "type", "button");
        b.AddAttribute(2, "class", icon is "copy" ? "btn quiet copy code-copy" : "btn quiet copy");
        b.AddAttribute(3, "data-copy", text);
        b.AddAttribute(4, "data-done", done);
        b.AddAttribute(5, "title", title);
        b.AddContent(6, Cells.Icon(icon));
        b.OpenElement(7, "span");
        b.AddAttribute(8, "class", "said");
        b.AddContent(9, said);
        b.CloseElement();
        b.OpenElement(10, "span");
        b.AddAttribute(11, "class", "done");
        b.AddAttribute(12, "data-said", "");
        b.AddAttribute(13, "aria-live", "polite");
        b.CloseElement();
        b.CloseElement();
    };
}
