using System.Diagnostics;

namespace InvitePortal.Tests.Support;

/// <summary>Waits for what a background service or a browser does in its own time.</summary>
public static class Eventually
{
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(15);
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < limit, $"It did not become true within {limit.TotalSeconds:F0} s.");
            await Task.Delay(25);
        }
    }
}
