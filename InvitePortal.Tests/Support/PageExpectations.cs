using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Support;

/// <summary>What holds on every page, in every language, scheme and width.</summary>
public static partial class PageExpectations
{
    private static readonly AxeRunOptions Rules = new()
    {
        // The mailbox shows mails in a frame without scripts, in which axe would wait for ever.
        Iframes = false,
        RunOnly = new RunOnlyOptions { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    };

    /// <summary>axe finds nothing: contrast, names, roles, landmarks, focus order.</summary>
    public static async Task ExpectNoAxeViolationsAsync(IPage page)
    {
        var found = await AxeViolationsAsync(page);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>What axe finds, in one line each.</summary>
    public static async Task<IReadOnlyList<string>> AxeViolationsAsync(IPage page)
    {
        var result = await page.RunAxe(Rules);
        return [.. result.Violations.SelectMany(v => v.Nodes.Select(n => $"axe {v.Id} ({v.Impact}): {v.Help}: {n.Html} {Contrast(n)}"))];
    }

    /// <summary>Everything that is wrong with the page at hand.</summary>
    public static async Task<IReadOnlyList<string>> MistakesAsync(IPage page, string language)
    {
        var mistakes = new List<string>(await AxeViolationsAsync(page));
        var widths = await page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, innerWidth]");
        if (widths[0] > widths[1])
        {
            var wide = await page.EvaluateAsync<string[]>(
                "() => [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(e => e.outerHTML.slice(0, 120))");
            mistakes.Add($"scrolls sideways: {widths[0]} of {widths[1]} px: {string.Join(" | ", wide)}");
        }

        var lang = await page.Locator("html").GetAttributeAsync("lang");
        if (lang != language)
        {
            mistakes.Add($"html lang is {lang}");
        }

        var headings = await page.Locator("h1").CountAsync();
        if (headings != 1)
        {
            mistakes.Add($"{headings} h1");
        }

        if (string.IsNullOrWhiteSpace(await page.TitleAsync()))
        {
            mistakes.Add("no title");
        }

        var text = await page.Locator("body").InnerTextAsync();
        // Names for programs, shown as such.
        foreach (var literal in await page.Locator("code, pre").AllInnerTextsAsync())
        {
            text = text.Replace(literal, "", StringComparison.Ordinal);
        }

        mistakes.AddRange(Key().Matches(text).Select(m => m.Value).Where(k => !Domain().IsMatch(k)).Distinct().Select(k => $"shows the key {k}"));
        if (text.Contains('{', StringComparison.Ordinal) && Placeholder().IsMatch(text))
        {
            mistakes.Add($"shows a placeholder: {Placeholder().Match(text).Value}");
        }

        return mistakes;
    }

    private static string Contrast(AxeResultNode node) => node.Any.FirstOrDefault(c => c.Id == "color-contrast")?.Message ?? "";

    // A text without a translation shows its name: area.what, lower case with dashes (role.SuperAdmin for values).
    [GeneratedRegex(@"(?<![\w@./:-])[a-z]+(-[a-z]+)*(\.[a-zA-Z]+(-[a-zA-Z]+)*)+(?![\w@/-])")]
    private static partial Regex Key();

    [GeneratedRegex(@"\.(org|com|net|ru|example|test|local|html|json|csv|db)$")]
    private static partial Regex Domain();

    // Two braces are meant to be read: a template of WhatsApp's has {{1}}.
    [GeneratedRegex(@"(?<!\{)\{\d+(:[^}]*)?\}")]
    private static partial Regex Placeholder();
}
