using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace InvitePortal.Shell.Ui;

/// <summary>Values over time, at most five series, each named at the end of its line.</summary>
public sealed partial class LineChart
{
    // Names closer than this, in per cent of the height, would lie on each other.
    private const double Apart = 9;
    private int _end = 2;
    private string[] _names = [];

    [Parameter, EditorRequired] public string Title { get; set; } = "";
    /// <summary>What the labels are, such as "Week".</summary>
    [Parameter, EditorRequired] public string Heading { get; set; } = "";
    [Parameter, EditorRequired] public IReadOnlyList<string> Labels { get; set; } = [];
    [Parameter, EditorRequired] public IReadOnlyList<ChartSeries> Series { get; set; } = [];
    /// <summary>Address of the same as a file; null for none.</summary>
    [Parameter] public string? Export { get; set; }
    /// <summary>A table with more columns than the chart has lines, in place of its own.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

    private List<ChartSeries> Shown => [.. Series.Take(ChartSeries.Most)];

    private IEnumerable<int> Marks => Labels.Count < 2 ? Enumerable.Range(0, Labels.Count) : Enumerable.Range(0, Math.Min(4, Labels.Count)).Select(i => i * (Labels.Count - 1) / (Math.Min(4, Labels.Count) - 1)).Distinct();

    private string Summary => $"{Title}. {string.Join(", ", Shown.Select(s => $"{s.Name}: {Number(s.Values.Sum())}"))}";

    protected override void OnParametersSet()
    {
        _end = ChartSeries.AxisEnd(Shown);
        _names = new string[Shown.Count];
        var lowest = double.MinValue;
        foreach (var (series, index) in Shown.Select((s, i) => (s, i)).OrderByDescending(p => p.s.Values.LastOrDefault()))
        {
            lowest = Math.Max(Height(series.Values.LastOrDefault()), lowest + Apart);
            _names[index] = Percent(lowest);
        }
    }

    private double Height(int value) => 100 - (100.0 * value / _end);
    private string Y(int value) => Percent(Height(value));
    private string X(int index) => Percent(Labels.Count < 2 ? 50 : 100.0 * index / (Labels.Count - 1));
    private static string Percent(double value) => value.ToString("0.##", CultureInfo.InvariantCulture) + "%";
    private static string Number(int value) => value.ToString("N0", CultureInfo.CurrentCulture);

    // Razor keeps the element's name for itself.
    private static RenderFragment Say(string kind, string x, string y, int dx, int dy, string words) => b =>
    {
        b.OpenElement(0, "text");
        b.AddAttribute(1, "class", kind);
        b.AddAttribute(2, "x", x);
        b.AddAttribute(3, "y", y);
        b.AddAttribute(4, "dx", dx);
        b.AddAttribute(5, "dy", dy);
        b.AddContent(6, words);
        b.CloseElement();
    };
}
