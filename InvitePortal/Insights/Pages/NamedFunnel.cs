namespace InvitePortal.Insights.Pages;

/// <summary>The funnel of something with a name.</summary>
/// <param name="Name">As the reader knows it.</param>
/// <param name="Counts">How far its invitations came.</param>
/// <param name="Href">Shows these alone; null where that is no view.</param>
public sealed record NamedFunnel(string Name, FunnelCounts Counts, string? Href = null)
{
    /// <summary>A share as words, <c>—</c> of nothing.</summary>
    public static string Share(int part, int whole) => whole == 0 ? "—" : ((double)part / whole).ToString("P0", System.Globalization.CultureInfo.CurrentCulture);
}
