using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Claims;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using InvitePortal.Accounts;
using InvitePortal.Data;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace InvitePortal.Tests.Support;

/// <summary>How a test wants its portal.</summary>
public sealed record PortalSetup
{
    public DatabaseProvider Provider { get; init; } = DatabaseProvider.Sqlite;
    /// <summary><c>Production</c> or <c>Development</c>.</summary>
    public string Environment { get; init; } = "Production";
    /// <summary>Configuration over the defaults of tests.</summary>
    public IDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
    /// <summary>Last changes to the services.</summary>
    public Action<IServiceCollection>? Services { get; init; }
    /// <summary>A clock of the test's own instead of the real one.</summary>
    public TimeProvider? Clock { get; init; }
    /// <summary>Whether it listens on a real port (for browsers) instead of in memory.</summary>
    public bool OnPort { get; init; }
    /// <summary>Whether to wait until the database is ready.</summary>
    public bool WaitUntilReady { get; init; } = true;
    /// <summary>A database that the test owns; otherwise the portal gets one of its own.</summary>
    public TestDatabase? Database { get; init; }
}

/// <summary>The real portal, hosted in the test's process over a test database.</summary>
public sealed class PortalFactory : WebApplicationFactory<Program>, IAsyncDisposable
{
    private readonly PortalSetup _setup;
    private readonly TestDatabase _database;
    private readonly int _port;

    private PortalFactory(PortalSetup setup, TestDatabase database)
    {
        _setup = setup;
        _database = database;
        if (setup.OnPort)
        {
            _port = FreePort();
            UseKestrel(_port);
        }
    }

    public RecordedLogs Logs { get; } = new();

    /// <summary>Where it answers, without a slash at the end.</summary>
    /// <remarks>Cookies are Secure outside Development, and the clients of tests, unlike browsers, want https for them even on localhost.</remarks>
    public string Url => _setup.OnPort ? $"http://localhost:{_port}" : _setup.Environment == "Production" ? "https://localhost" : "http://localhost";

    public TestDatabase Database => _database;

    /// <summary>Starts a portal and waits until its database is ready.</summary>
    public static async Task<PortalFactory> StartAsync(PortalSetup? setup = null)
    {
        setup ??= new PortalSetup();
        var factory = new PortalFactory(setup, setup.Database ?? await TestDatabase.CreateAsync(setup.Provider));
        if (setup.OnPort)
        {
            factory.StartServer();
        }

        if (!setup.WaitUntilReady)
        {
            return factory;
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await factory.Services.GetRequiredService<DatabaseReadiness>().WaitAsync(limit.Token);
        return factory;
    }

    /// <summary>A client that keeps cookies like a browser, and shows redirects instead of following them unless told to.</summary>
    public HttpClient CreateBrowser(bool followRedirects = false)
    {
        if (!_setup.OnPort)
        {
            return CreateClient(new WebApplicationFactoryClientOptions { BaseAddress = new Uri(Url), AllowAutoRedirect = followRedirects, HandleCookies = true });
        }

        var handler = new HttpClientHandler { AllowAutoRedirect = followRedirects, CookieContainer = new CookieContainer() };
        return new HttpClient(handler) { BaseAddress = new Uri(Url) };
    }

    /// <summary>A client that is signed in as <paramref name="person"/>; the pages of signing in are not involved.</summary>
    public HttpClient CreateBrowser(TestPerson person)
    {
        var client = CreateBrowser();
        var (name, value) = SessionCookie(person);
        client.DefaultRequestHeaders.Add("Cookie", $"{name}={value}");
        return client;
    }

    /// <summary>The cookie that signs <paramref name="person"/> in, for browsers.</summary>
    public (string Name, string Value) SessionCookie(TestPerson person)
    {
        var options = Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(AccountsSchemes.Cookie);
        var identity = new ClaimsIdentity([new Claim("secret", person.Secret)], AccountsSchemes.Cookie);
        var ticket = new AuthenticationTicket(new ClaimsPrincipal(identity), new AuthenticationProperties(), AccountsSchemes.Cookie);
        return (options.Cookie.Name!, options.TicketDataFormat.Protect(ticket));
    }

    /// <summary>An API client: no cookies, and a bearer token if one is given.</summary>
    public HttpClient CreateApiClient(string? token = null)
    {
        var client = _setup.OnPort
            ? new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Url) }
            : CreateClient(new WebApplicationFactoryClientOptions { BaseAddress = new Uri(Url), AllowAutoRedirect = false, HandleCookies = false });
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(_setup.Environment);
        builder.UseStaticWebAssets();
        var settings = new Dictionary<string, string?>(TestSettings.Base)
        {
            ["Database:Provider"] = _database.Provider.ToString(),
            ["ConnectionStrings:Portal"] = _database.ConnectionString,
            ["Portal:PublicUrl"] = Url,
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:Console:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in TestSettings.HighLimits.Concat(_setup.Settings))
        {
            settings[key] = value;
        }

        foreach (var (key, value) in settings)
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureLogging(logging => logging.AddProvider(Logs));
        builder.ConfigureTestServices(services =>
        {
            if (_setup.Clock is not null)
            {
                services.RemoveAll<TimeProvider>();
                services.AddSingleton(_setup.Clock);
            }

            _setup.Services?.Invoke(services);
        });
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_setup.Database is null)
        {
            await _database.DisposeAsync();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>Posting the forms of pages the way a browser does: with their hidden fields, the antiforgery token among them.</summary>
public static class Forms
{
    /// <summary>Opens <paramref name="page"/> and posts its form with <paramref name="fields"/> filled in.</summary>
    /// <param name="client">A browser-like client.</param>
    /// <param name="page">Path of the page.</param>
    /// <param name="fields">Values by field name; fields not named keep what the page gave them.</param>
    /// <param name="form">CSS selector of the form, where there are several.</param>
    public static async Task<HttpResponseMessage> PostFormAsync(
        this HttpClient client, string page, IDictionary<string, string> fields, string form = "form[method=post]")
    {
        var answer = await client.GetAsync(page);
        Assert.True(answer.IsSuccessStatusCode, $"GET {page} answered {(int)answer.StatusCode}");
        return await client.PostFormAsync(answer, fields, form);
    }

    /// <summary>Posts the form of a page that was fetched already.</summary>
    public static async Task<HttpResponseMessage> PostFormAsync(
        this HttpClient client, HttpResponseMessage page, IDictionary<string, string> fields, string form = "form[method=post]")
    {
        var html = await page.Content.ReadAsStringAsync();
        using var document = await new HtmlParser().ParseDocumentAsync(html);
        var found = document.QuerySelector(form) as IHtmlFormElement;
        Assert.True(found is not null, $"No form '{form}' in: {html}");
        var values = new Dictionary<string, string>();
        foreach (var input in found.Elements)
        {
            var name = input.GetAttribute("name");
            var chosen = input is not IHtmlInputElement { Type: "checkbox" or "radio", IsChecked: false } and not IHtmlButtonElement;
            if (!string.IsNullOrEmpty(name) && chosen)
            {
                values[name] = input switch
                {
                    IHtmlInputElement i => i.Value,
                    IHtmlTextAreaElement t => t.Value,
                    IHtmlSelectElement s => s.Value ?? "",
                    _ => input.GetAttribute("value") ?? "",
                };
            }
        }

        foreach (var (name, value) in fields)
        {
            values[name] = value;
        }

        var pageUrl = page.RequestMessage!.RequestUri!;
        var action = found.GetAttribute("action");
        var target = string.IsNullOrEmpty(action) ? pageUrl : new Uri(pageUrl, action);
        return await client.PostAsync(target, new FormUrlEncodedContent(values));
    }
}
