using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Support;

/// <summary>Waiting for a page to be somewhere else. It looks again and again, where Playwright's own waiting may miss a navigation that ends as it begins to wait.</summary>
public static class PageMoves
{
    /// <summary>Waits until the address of the page is like <paramref name="url"/> and what is there has loaded.</summary>
    /// <param name="page">The page.</param>
    /// <param name="url">A part of its address.</param>
    /// <param name="within">20 seconds unless told otherwise.</param>
    public static async Task ReachAsync(this IPage page, Regex url, TimeSpan? within = null)
    {
        await Assertions.Expect(page).ToHaveURLAsync(url, new() { Timeout = (float)(within ?? TimeSpan.FromSeconds(20)).TotalMilliseconds });
        await page.WaitForLoadStateAsync();
    }

    /// <summary>The same for a whole address.</summary>
    public static Task ReachAsync(this IPage page, string url) => page.ReachAsync(new Regex($"^{Regex.Escape(url)}$"));
}
