using System.Globalization;
using InvitePortal.Tests.Support;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Browser;

/// <summary>A look at one page.</summary>
/// <param name="Path">What to open.</param>
/// <param name="Status">What it answers.</param>
/// <param name="Steps">What is done there before anybody looks.</param>
internal sealed record Visit(string Path, int Status = 200, Func<IPage, Task>? Steps = null)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong with the page as the tab was opened; a picture is left when something is.</summary>
    public Task<List<string>> MistakesAsync(BrowserTab tab, Look look, string picture) => MistakesAsync(tab, look, picture, look.Dark);

    /// <summary>What is wrong with the page in either scheme. It is opened once: the scheme is the style sheet's alone, and turns while the page stands.</summary>
    public Task<List<string>> MistakesInBothSchemesAsync(BrowserTab tab, Look look, string picture) => MistakesAsync(tab, look, picture, false, true);

    private async Task<List<string>> MistakesAsync(BrowserTab tab, Look look, string picture, params bool[] schemes)
    {
        var mistakes = new List<string>();
        try
        {
            if (await OpenAsync(tab).WaitAsync(Limit) is { } refusal)
            {
                mistakes.Add(refusal);
                await tab.PictureAsync($"{picture}-{look}");
            }

            foreach (var dark in schemes)
            {
                var seen = look with { Dark = dark };
                await tab.SchemeAsync(dark).WaitAsync(Limit);
                var looking = dark == schemes[0] ? PageExpectations.MistakesAsync(tab.Page, look.Language) : PageExpectations.AxeViolationsAsync(tab.Page, coloursOnly: true);
                var wrong = await looking.WaitAsync(Limit);
                mistakes.AddRange(wrong.Select(m => $"{Path}, {seen}: {m}"));
                if (wrong.Count + tab.Complaints.Count > 0)
                {
                    await tab.PictureAsync($"{picture}-{seen}");
                }
            }
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            // Told with the path of the page, and the walk goes on.
            mistakes.Add($"{Path}, {look} cannot be looked at: {e.Message}");
        }

        mistakes.AddRange(tab.Complaints.Select(c => $"{Path}, {look}: {c}"));
        return mistakes;
    }

    private async Task<string?> OpenAsync(BrowserTab tab)
    {
        tab.Forgive();
        var status = Status.ToString(CultureInfo.InvariantCulture);
        tab.Expected = complaint => Status >= 400 && complaint.Contains($" {status} ", StringComparison.Ordinal);
        var last = 0;
        void Note(object? sender, IResponse response) => last = response.Request.IsNavigationRequest ? response.Status : last;
        tab.Page.Response += Note;
        try
        {
            await tab.GoAsync(Path);
            if (Steps is not null)
            {
                await Steps(tab.Page);
                await tab.ReadyAsync();
            }
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException or Xunit.Sdk.XunitException)
        {
            return $"{Path} cannot be used: {e.Message}";
        }
        finally
        {
            tab.Page.Response -= Note;
        }

        // Somebody signed in is sent home from the pages of signing in.
        return last != Status && !(last == 200 && new Uri(tab.Page.Url).AbsolutePath == "/") ? $"{Path} answers {last} instead of {Status}" : null;
    }
}
