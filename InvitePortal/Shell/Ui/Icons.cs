using Microsoft.AspNetCore.Components;

namespace InvitePortal.Shell.Ui;

/// <summary>The line drawings of the portal, on a grid of 24.</summary>
public static class Icons
{
    private static readonly Dictionary<string, MarkupString> Shapes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["alert"] = "<path d='M12 4 2.8 20h18.4zM12 10v4.5M12 17.5v.01'/>",
        ["auto"] = "<circle cx='12' cy='12' r='8.5'/><path d='M12 3.5v17a8.5 8.5 0 0 0 0-17z' fill='currentColor'/>",
        ["ban"] = "<circle cx='12' cy='12' r='8.5'/><path d='m6 6 12 12'/>",
        ["bell"] = "<path d='M6 16.5V10a6 6 0 0 1 12 0v6.5l1.5 1.5h-15zM10 21h4'/>",
        ["book"] = "<path d='M12 6.5C10 5 7 4.5 3.5 4.5v13.5c3.5 0 6.5.5 8.5 2 2-1.5 5-2 8.5-2V4.5c-3.5 0-6.5.5-8.5 2zM12 6.5V20'/>",
        ["calendar"] = "<rect x='4' y='5.5' width='16' height='15' rx='2'/><path d='M4 10h16M8.5 3v4M15.5 3v4'/>",
        ["chart"] = "<path d='M4 20h16M7 16.5v-5M12 16.5v-10M17 16.5v-7.5'/>",
        ["check"] = "<path d='m5 12.5 4.5 4.5L19 7.5'/>",
        ["chevron-down"] = "<path d='m6 9.5 6 6 6-6'/>",
        ["chevron-left"] = "<path d='m14.5 6-6 6 6 6'/>",
        ["chevron-right"] = "<path d='m9.5 6 6 6-6 6'/>",
        ["clock"] = "<circle cx='12' cy='12' r='8.5'/><path d='M12 7.5V12l3 2'/>",
        ["close"] = "<path d='M6 6l12 12M18 6 6 18'/>",
        ["code"] = "<path d='m8.5 7-5 5 5 5M15.5 7l5 5-5 5'/>",
        ["copy"] = "<rect x='8.5' y='8.5' width='12' height='12' rx='2'/><path d='M15.5 5.5v-.2a1.8 1.8 0 0 0-1.8-1.8H5.3a1.8 1.8 0 0 0-1.8 1.8v8.4a1.8 1.8 0 0 0 1.8 1.8h.2'/>",
        ["device"] = "<rect x='4.5' y='5' width='15' height='10.5' rx='1.5'/><path d='M2.5 19h19'/>",
        ["down"] = "<path d='M12 5v14M6 13l6 6 6-6'/>",
        ["download"] = "<path d='M12 4v11M7 10.5l5 5 5-5M4.5 20h15'/>",
        ["edit"] = "<path d='M4.5 19.5v-4L15 5l4 4L8.5 19.5zM12.5 7.5l4 4'/>",
        ["external"] = "<path d='M14 4h6v6M20 4l-9 9M17 14v4.2a1.8 1.8 0 0 1-1.8 1.8H5.8A1.8 1.8 0 0 1 4 18.2V8.8A1.8 1.8 0 0 1 5.8 7H10'/>",
        ["eye"] = "<path d='M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z'/><circle cx='12' cy='12' r='2.8'/>",
        ["filter"] = "<path d='M4 6.5h16M7 12h10M10 17.5h4'/>",
        ["first"] = "<path d='m17.5 6-6 6 6 6M7 6v12'/>",
        ["globe"] = "<circle cx='12' cy='12' r='8.5'/><path d='M3.5 12h17M12 3.5c5 5.2 5 11.8 0 17-5-5.2-5-11.8 0-17z'/>",
        ["home"] = "<path d='M4 11 12 4l8 7v7.7a1.3 1.3 0 0 1-1.3 1.3H5.3A1.3 1.3 0 0 1 4 18.7zM9.5 20v-6h5v6'/>",
        ["inbox"] = "<path d='M4 13.5 6.5 5h11L20 13.5v4.2a1.8 1.8 0 0 1-1.8 1.8H5.8A1.8 1.8 0 0 1 4 17.7zM4 13.5h4.5l1.5 2.5h4l1.5-2.5H20'/>",
        ["info"] = "<circle cx='12' cy='12' r='8.5'/><path d='M12 11v5.5M12 7.5v.01'/>",
        ["key"] = "<circle cx='8' cy='15.5' r='4.5'/><path d='M11.3 12.2 20 3.5M15.5 8l3 3'/>",
        ["last"] = "<path d='m6.5 6 6 6-6 6M17 6v12'/>",
        ["link"] = "<path d='M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1'/>",
        ["list"] = "<path d='M9 6.5h11M9 12h11M9 17.5h11M4.5 6.5v.01M4.5 12v.01M4.5 17.5v.01'/>",
        ["lock"] = "<rect x='5' y='10.5' width='14' height='9.5' rx='2'/><path d='M8 10.5V8a4 4 0 0 1 8 0v2.5'/>",
        ["mail"] = "<rect x='3.5' y='5.5' width='17' height='13.5' rx='2'/><path d='m4.5 7.5 7.5 6 7.5-6'/>",
        ["menu"] = "<path d='M4 7h16M4 12h16M4 17h16'/>",
        ["moon"] = "<path d='M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z'/>",
        ["more"] = "<g fill='currentColor' stroke='none'><circle cx='5.5' cy='12' r='1.6'/><circle cx='12' cy='12' r='1.6'/><circle cx='18.5' cy='12' r='1.6'/></g>",
        ["people"] = "<circle cx='9' cy='8.5' r='3.5'/><path d='M2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.3'/>",
        ["person"] = "<circle cx='12' cy='8' r='3.8'/><path d='M4.5 20a7.5 7.5 0 0 1 15 0'/>",
        ["plus"] = "<path d='M12 5v14M5 12h14'/>",
        ["print"] = "<path d='M7 9V4h10v5M7 16.5H5.3a1.8 1.8 0 0 1-1.8-1.8v-3.9A1.8 1.8 0 0 1 5.3 9h13.4a1.8 1.8 0 0 1 1.8 1.8v3.9a1.8 1.8 0 0 1-1.8 1.8H17M7 13.5h10V20H7z'/>",
        ["qr"] = "<rect x='4' y='4' width='6' height='6' rx='1'/><rect x='14' y='4' width='6' height='6' rx='1'/><rect x='4' y='14' width='6' height='6' rx='1'/><path d='M14 14h2v2M20 14v.01M14 20h2M20 17.5V20h-1'/>",
        ["refresh"] = "<path d='M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5'/>",
        ["reply"] = "<path d='M9.5 6 4 11.5 9.5 17M4 11.5h9a7 7 0 0 1 7 7'/>",
        ["screen"] = "<path d='M3.5 4.5h17M5 4.5v10.7A1.8 1.8 0 0 0 6.8 17h10.4a1.8 1.8 0 0 0 1.8-1.8V4.5M12 17v3.5M8.5 20.5h7'/>",
        ["search"] = "<circle cx='11' cy='11' r='6.5'/><path d='m16 16 4.5 4.5'/>",
        ["send"] = "<path d='M20.5 3.5 3.5 10l7 3.5 3.5 7zM20.5 3.5l-10 10'/>",
        ["settings"] = "<path d='M4 7.5h9M17 7.5h3M4 16.5h3M11 16.5h9'/><circle cx='15' cy='7.5' r='2'/><circle cx='9' cy='16.5' r='2'/>",
        ["shield"] = "<path d='M12 3.5 5 6v5.5c0 4.3 2.9 7.5 7 9 4.1-1.5 7-4.7 7-9V6z'/>",
        ["sign-out"] = "<path d='M10 4.5H6.3A1.8 1.8 0 0 0 4.5 6.3v11.4a1.8 1.8 0 0 0 1.8 1.8H10M14.5 8l4 4-4 4M18.5 12H9.5'/>",
        ["sun"] = "<circle cx='12' cy='12' r='3.8'/><path d='M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4'/>",
        ["switch"] = "<path d='M4 8.5h15M15 4.5l4 4-4 4M20 15.5H5M9 11.5l-4 4 4 4'/>",
        ["trash"] = "<path d='M4.5 6.5h15M9 6.5V4h6v2.5M6.5 6.5l1 13.5h9l1-13.5M10.5 10.5v5.5M13.5 10.5v5.5'/>",
        ["up"] = "<path d='M12 19V5M6 11l6-6 6 6'/>",
        ["upload"] = "<path d='M12 16V4.5M7 9l5-5 5 5M4.5 20h15'/>",
    }.ToDictionary(p => p.Key, p => new MarkupString(p.Value), StringComparer.Ordinal);

    /// <summary>Every name there is.</summary>
    public static IReadOnlyCollection<string> Names => Shapes.Keys;

    /// <summary>The inside of the drawing.</summary>
    public static MarkupString Shape(string name) => Shapes.TryGetValue(name, out var shape)
        ? shape
        : throw new ArgumentException($"There is no icon named '{name}'.", nameof(name));
}
