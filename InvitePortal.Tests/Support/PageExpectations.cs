using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Support;

/// <summary>What holds on every page, in every language, scheme and width.</summary>
public static partial class PageExpectations
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>axe finds nothing: contrast, names, roles, landmarks, focus order.</summary>
    public static async Task ExpectNoAxeViolationsAsync(IPage page)
    {
        var found = await AxeViolationsAsync(page);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>
    /// What axe finds, in one line each. It runs in the page itself: the package's own runner opens a browser context at every call, which takes
    /// seconds. Frames are left out: the mailbox shows mails in one without scripts, in which axe would wait for ever.
    /// </summary>
    /// <param name="page">The page, as it stands.</param>
    /// <param name="coloursOnly">Of a page already seen in the other scheme: the rules that look at colours, which alone a scheme changes.</param>
    public static async Task<IReadOnlyList<string>> AxeViolationsAsync(IPage page, bool coloursOnly = false)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
        {
            await page.EvaluateAsync(Axe);
        }

        return await page.EvaluateAsync<string[]>(
            """
            async coloursOnly => {
              const found = await axe.run(document, {
                iframes: false, preload: false, resultTypes: ['violations'],
                runOnly: coloursOnly
                  ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
                  : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
              });
              return found.violations.flatMap(v => v.nodes.map(n =>
                `axe ${v.id} (${v.impact}): ${v.help}: ${n.html} ${n.any.filter(c => c.id === 'color-contrast').map(c => c.message)}`));
            }
            """,
            coloursOnly);
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

    // A text without a translation shows its name: area.what, lower case with dashes (role.SuperAdmin for values).
    [GeneratedRegex(@"(?<![\w@./:-])[a-z]+(-[a-z]+)*(\.[a-zA-Z]+(-[a-zA-Z]+)*)+(?![\w@/-])")]
    private static partial Regex Key();

    [GeneratedRegex(@"\.(org|com|net|ru|example|test|local|html|json|csv|db)$")]
    private static partial Regex Domain();

    // Two braces are meant to be read: a template of WhatsApp's has {{1}}.
    [GeneratedRegex(@"(?<!\{)\{\d+(:[^}]*)?\}")]
    private static partial Regex Placeholder();
}
