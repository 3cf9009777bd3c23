namespace InvitePortal.Shell.Ui;

/// <summary>One line or one kind of bar. A chart holds at most five.</summary>
/// <param name="Name">Stands beside it, so that the colour never stands alone.</param>
/// <param name="Values">One for each label of the chart.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<int> Values)
{
    /// <summary>Colours that can be told apart.</summary>
    public const int Most = 5;

    /// <summary>The end of an axis: 1, 2 or 5 with zeros, not below the largest value, and even from 2 on so that its middle is a number.</summary>
    public static int AxisEnd(IEnumerable<ChartSeries> series)
    {
        var largest = series.SelectMany(s => s.Values).DefaultIfEmpty().Max();
        for (long power = 1; ; power *= 10)
        {
            foreach (var step in new[] { 2, 4, 10 })
            {
                if (step * power >= largest)
                {
                    return (int)Math.Min(step * power, int.MaxValue);
                }
            }
        }
    }
}
