using InvitePortal.Common;
using Microsoft.Playwright;

namespace InvitePortal.Tests.Support;

/// <summary>The real browser: one process for a run of the tests, one clean profile for each <see cref="BrowserTab"/>.</summary>
public static class Chromium
{
    private static readonly Lazy<Task<IBrowser>> Started = new(StartAsync);

    private static readonly string? Executable = FindExecutable();

    /// <summary>The browser; skips the test when this machine has none.</summary>
    public static Task<IBrowser> GetAsync()
    {
        Assert.SkipWhen(Executable is null, "Chromium is not installed (apt-get install chromium).");
        return Started.Value;
    }

    private static async Task<IBrowser> StartAsync()
    {
        // A machine that builds beside the tests is slow at times; what is right does not wait anyway.
        Assertions.SetDefaultExpectTimeout(15_000);
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            ],
        });
    }

    private static string? FindExecutable() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "chromium"))
        .Prepend("/usr/bin/chromium")
        .FirstOrDefault(File.Exists);
}

/// <summary>How a person looks at the portal.</summary>
/// <param name="Language"><c>en</c> or <c>ru</c>.</param>
/// <param name="Dark">The device's colour scheme.</param>
/// <param name="Width">Of the viewport, in CSS pixels; 360 is the narrowest phone.</param>
/// <param name="Person">Who is signed in; null for nobody.</param>
public sealed record Look(string Language = Languages.English, bool Dark = false, int Width = 1280, TestPerson? Person = null)
{
    public override string ToString() => $"{Language}-{(Dark ? "dark" : "light")}-{Width}";
}

/// <summary>
/// A tab of the real browser on a portal that listens on a port. Whatever the browser complains about is collected: errors in the console,
/// exceptions in scripts, requests that failed, answers of 400 and more.
/// </summary>
public sealed class BrowserTab : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private BrowserTab(IBrowserContext context, IPage page, string url)
    {
        _context = context;
        Page = page;
        Url = url;
        page.Console += (_, message) => Complain(message.Type == "error", $"console: {message.Text}");
        page.PageError += (_, error) => Complain(true, $"script: {error}");
        page.RequestFailed += (_, request) => Complain(request.Failure != "net::ERR_ABORTED", $"failed: {request.Method} {request.Url}: {request.Failure}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"answer: {response.Status} {response.Request.Method} {response.Url}");
    }

    public IPage Page { get; }

    /// <summary>Where the portal answers, without a slash at the end.</summary>
    public string Url { get; }

    /// <summary>What the browser complained about so far.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    /// <summary>Complaints that belong to the journey, such as the 400 of a form filled in wrongly.</summary>
    public Func<string, bool> Expected { get; set; } = _ => false;

    /// <summary>A new tab with a profile of its own.</summary>
    public static async Task<BrowserTab> OpenAsync(PortalFactory portal, Look? look = null)
    {
        look ??= new Look();
        var browser = await Chromium.GetAsync();
        var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            Locale = look.Language is Languages.Russian ? "ru-RU" : "en-US",
            ColorScheme = look.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new ViewportSize { Width = look.Width, Height = look.Width < 600 ? 780 : 900 },
            HasTouch = look.Width < 600,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "Europe/Berlin",
        });
        if (look.Person is not null)
        {
            var (name, value) = portal.SessionCookie(look.Person);
            await context.AddCookiesAsync([new Cookie { Name = name, Value = value, Url = portal.Url, HttpOnly = true, SameSite = SameSiteAttribute.Lax }]);
        }

        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(20_000);
        return new BrowserTab(context, page, portal.Url);
    }

    /// <summary>
    /// A journey in a tab of its own. Fails when the browser complained about something that was not <see cref="Expected"/>; whatever fails, a
    /// picture of the page is left in TestResults/screenshots.
    /// </summary>
    public static async Task JourneyAsync(PortalFactory portal, Look look, Func<BrowserTab, Task> journey)
    {
        await using var tab = await OpenAsync(portal, look);
        try
        {
            await journey(tab);
            tab.AssertNoComplaints();
        }
        catch
        {
            await tab.PictureAsync($"{TestContext.Current.TestMethod?.MethodName}-{look}");
            throw;
        }
    }

    /// <summary>Goes to a page of the portal and waits until it can be used: it is live, nothing is loading any more.</summary>
    public async Task<IResponse?> GoAsync(string path)
    {
        var response = await Page.GotoAsync(Url + path);
        await ReadyAsync();
        return response;
    }

    /// <summary>Waits until the page at hand can be used; for after a click that leads to another one.</summary>
    public async Task ReadyAsync()
    {
        await Page.WaitForLoadStateAsync(LoadState.Load);
        if (await Page.Locator("#components-reconnect-modal").CountAsync() > 0)
        {
            await Assertions.Expect(Page.Locator("html[data-live]")).ToHaveCountAsync(1, new LocatorAssertionsToHaveCountOptions { Timeout = 30_000 });
        }

        await Assertions.Expect(Page.Locator("[aria-busy=true]")).ToHaveCountAsync(0, new LocatorAssertionsToHaveCountOptions { Timeout = 20_000 });
    }

    /// <summary>Turns the colour scheme of the device while the page stands, and waits until its colours have turned too.</summary>
    public async Task SchemeAsync(bool dark)
    {
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light });
        // The scheme is looked at with the next frame, and one colour that has turned may start another. Transitions are ended rather than waited for:
        // within closed details they stand still.
        await Page.EvaluateAsync(
            """
            async () => {
              for (let round = 0; round < 10; round++) {
                await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next)));
                const running = document.getAnimations().filter(a => a.effect.getComputedTiming().endTime < Infinity);
                if (running.length === 0) return;
                running.forEach(a => a.finish());
              }
            }
            """);
    }

    public void AssertNoComplaints() => Assert.True(Complaints.Count == 0, string.Join('\n', Complaints));

    /// <summary>Forgets what was complained about so far.</summary>
    public void Forgive()
    {
        lock (_complaints)
        {
            _complaints.Clear();
        }
    }

    /// <summary>A picture of the whole page in TestResults/screenshots.</summary>
    public async Task<string> PictureAsync(string name)
    {
        var file = Path.Combine(Repository.Root, "TestResults", "screenshots", string.Join('-', name.Split(Path.GetInvalidFileNameChars())) + ".png");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = file, FullPage = true });
        return file;
    }

    /// <summary>Closes the tab's profile. A browser that does not come to that, as it once did for half an hour, keeps it until the run ends: the journey is over.</summary>
    public async ValueTask DisposeAsync()
    {
        var closing = _context.DisposeAsync().AsTask();
        if (await Task.WhenAny(closing, Task.Delay(TimeSpan.FromSeconds(30))) == closing)
        {
            await closing;
        }
    }

    private void Complain(bool wrong, string complaint)
    {
        if (wrong && !Expected(complaint))
        {
            lock (_complaints)
            {
                _complaints.Add(complaint);
            }
        }
    }
}
