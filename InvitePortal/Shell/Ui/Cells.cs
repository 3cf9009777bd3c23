using System.Globalization;
using InvitePortal.Common;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Shell.Ui;

/// <summary>
/// The small parts as plain fragments, for rows of tables: <c>@Cells.Badge("green", "Active")</c>. A component for each cell would cost a circuit
/// some kilobytes apiece; a fragment costs its frames.
/// </summary>
public static class Cells
{
    private const int Tones = 6;

    /// <summary>A line drawing by its name in <see cref="Icons"/>.</summary>
    public static RenderFragment Icon(string name, bool small = false) => b =>
    {
        b.OpenElement(0, "svg");
        b.AddAttribute(1, "class", small ? "icon small" : "icon");
        b.AddAttribute(2, "viewBox", "0 0 24 24");
        b.AddAttribute(3, "aria-hidden", "true");
        b.AddContent(4, Icons.Shape(name));
        b.CloseElement();
    };

    /// <summary>A dot and a word.</summary>
    /// <param name="hue"><c>green</c>, <c>yellow</c>, <c>red</c>, <c>grey</c> or <c>blue</c>.</param>
    /// <param name="text">The word, so that the colour never stands alone.</param>
    public static RenderFragment Badge(string hue, string text) => b =>
    {
        b.OpenElement(0, "span");
        b.AddAttribute(1, "class", "badge " + hue);
        b.AddContent(2, text);
        b.CloseElement();
    };

    /// <summary>The status of a person: a dot and a word.</summary>
    public static RenderFragment Badge(PersonStatus status, IStringLocalizer<ShellTexts> words) => Badge(Hue(status), words["status." + status]);

    /// <summary>An email address that a narrow line breaks before its @ rather than within a word.</summary>
    public static RenderFragment Address(string email) => b =>
    {
        var at = Math.Max(0, email.LastIndexOf('@'));
        b.AddContent(0, email[..at]);
        b.AddMarkupContent(1, "<wbr>");
        b.AddContent(2, email[at..]);
    };

    /// <summary>A time as people say it, the exact one on hover.</summary>
    public static RenderFragment Time(DateTimeOffset at, DateTimeOffset now, string? zone, IStringLocalizer<ShellTexts> words) => b =>
    {
        b.OpenElement(0, "time");
        b.AddAttribute(1, "datetime", at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        b.AddAttribute(2, "title", When.Exact(words, at, zone));
        b.AddContent(3, When.Relative(words, at, now));
        b.CloseElement();
    };

    /// <summary>Coloured initials, with the status as a dot (and as a word for screen readers).</summary>
    /// <param name="name">The person's name; the initials and the colour come from it.</param>
    /// <param name="status">Null shows no dot.</param>
    /// <param name="words">Shared texts, for the word of the status.</param>
    /// <param name="size">Width and height in pixels.</param>
    /// <param name="picture">Address of the uploaded picture (<see cref="Picture"/>), which covers the initials; null for none.</param>
    public static RenderFragment Avatar(string name, PersonStatus? status, IStringLocalizer<ShellTexts> words, int size = 32, string? picture = null) => b =>
    {
        b.OpenElement(0, "span");
        b.AddAttribute(1, "class", $"avatar tone-{Tone(name)}");
        b.OpenElement(2, "svg");
        b.AddAttribute(3, "width", size);
        b.AddAttribute(4, "height", size);
        b.AddAttribute(5, "viewBox", "0 0 40 40");
        b.AddAttribute(6, "overflow", "visible");
        b.AddAttribute(7, "aria-hidden", "true");
        b.AddMarkupContent(8, "<circle class='face' cx='20' cy='20' r='20'/>");
        b.OpenElement(9, "text");
        b.AddAttribute(10, "x", "20");
        b.AddAttribute(11, "y", "20.5");
        b.AddAttribute(12, "font-size", "15");
        b.AddContent(13, Initials(name));
        b.CloseElement();
        if (picture is not null)
        {
            b.OpenElement(14, "image");
            b.AddAttribute(15, "href", picture);
            b.AddAttribute(16, "width", "40");
            b.AddAttribute(17, "height", "40");
            b.AddAttribute(18, "preserveAspectRatio", "xMidYMid slice");
            b.CloseElement();
        }

        if (status is { } known)
        {
            b.AddMarkupContent(19, $"<circle class='dot {Hue(known)}' cx='34.5' cy='34.5' r='6.5'/>");
        }

        b.CloseElement();
        if (status is { } said)
        {
            HiddenText(b, words["status." + said]);
        }

        b.CloseElement();
    };

    /// <summary>The address of a person's uploaded picture; null for none.</summary>
    public static string? Picture(Guid? personId, string? version) => personId is null || version is null ? null : $"/avatars/{personId:N}/{version}";

    /// <summary>The colour of a status, everywhere the same.</summary>
    public static string Hue(PersonStatus status) => status switch
    {
        PersonStatus.Active => "green",
        PersonStatus.Pending or PersonStatus.Invited => "yellow",
        PersonStatus.Suspended or PersonStatus.Banned => "red",
        PersonStatus.Inactive => "grey",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    /// <summary>The first letters of the first two words; one letter for an address.</summary>
    internal static string Initials(string name)
    {
        var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return string.Concat(words.Take(2).Select(w => StringInfo.GetNextTextElement(w))).ToUpper(CultureInfo.CurrentCulture);
    }

    private static uint Tone(string name)
    {
        // FNV-1a: unlike string.GetHashCode the same in every process, so that a person keeps the colour.
        var hash = 2166136261;
        foreach (var c in name)
        {
            hash = unchecked((hash ^ c) * 16777619);
        }

        return hash % Tones;
    }

    private static void HiddenText(RenderTreeBuilder b, string text)
    {
        b.OpenElement(20, "span");
        b.AddAttribute(21, "class", "visually-hidden");
        b.AddContent(22, text);
        b.CloseElement();
    }
}
