using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Npgsql;

namespace InvitePortal.Tests.Protection;

/// <summary>The portal before and without its database.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task R09_StartedBeforeTheDatabase_WaitsAndThenServes()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        var real = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var door = new Door(real.Host!, real.Port);
        var through = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = door.Port, Timeout = 2, Pooling = false };
        await using var portal = await PortalFactory.StartAsync(new PortalSetup
        {
            Provider = DatabaseProvider.PostgreSql,
            Database = database,
            WaitUntilReady = false,
            Settings = new Dictionary<string, string?> { ["ConnectionStrings:Portal"] = through.ConnectionString },
        });
        using var client = portal.CreateApiClient();
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ru");

        var page = await client.GetAsync("/sign-in");
        var problem = await client.GetAsync("/api/invitations");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.NotNull(page.Headers.RetryAfter?.Delta);
        Assert.Contains("<html lang=\"ru\">", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, problem.StatusCode);
        Assert.NotNull(problem.Headers.RetryAfter?.Delta);
        Assert.Equal("unavailable", JsonDocument.Parse(await problem.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/app.css")).StatusCode);
        Assert.Contains(portal.Logs.Lines, l => l.Level is LogLevel.Warning && l.Message.Contains("database", StringComparison.Ordinal));

        door.Open();
        await Eventually.TrueAsync(async () => (await client.GetAsync("/health/ready")).StatusCode is HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/sign-in")).StatusCode);

        // R04, R07: and when it goes away again, requests are put off, and served as soon as it is back.
        door.Close();
        var person = new HttpRequestMessage(HttpMethod.Get, "/api/invitations") { Headers = { { "Authorization", "Bearer " + Secrets.New() } } };
        var away = await client.SendAsync(person);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.NotNull(away.Headers.RetryAfter?.Delta);
        var browser = portal.CreateApiClient();
        browser.DefaultRequestHeaders.Add("Cookie", portal.CookieOf(new TestPerson(Guid.Empty, "", "", default, Actor.Anonymous(""), Secrets.New())));
        var awayPage = await browser.GetAsync("/");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, awayPage.StatusCode);
        Assert.DoesNotContain("Npgsql", await awayPage.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/health/live")).StatusCode);

        door.Open();
        await Eventually.TrueAsync(async () => (await browser.GetAsync("/")).StatusCode is HttpStatusCode.Redirect, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Health_IsOpenAndSaysNoMoreThanNeeded()
    {
        await using var portal = await PortalFactory.StartAsync();
        using var client = portal.CreateApiClient();

        var ready = JsonDocument.Parse(await client.GetStringAsync("/health/ready")).RootElement;

        Assert.Equal(["parts", "status"], ready.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["database", "disk"], ready.GetProperty("parts").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal("Healthy", ready.GetProperty("parts").GetProperty("database").GetString());
        Assert.Equal("Healthy", await client.GetStringAsync("/health/live"));
    }

    /// <summary>A door in front of the test cluster, which listens in its folder only: shut, connections are refused; open, they go through.</summary>
    private sealed class Door : IAsyncDisposable
    {
        private readonly UnixDomainSocketEndPoint _server;
        private readonly List<Socket> _sockets = [];
        private TcpListener? _listener;

        public Door(string folder, int port)
        {
            _server = new UnixDomainSocketEndPoint(Path.Combine(folder, ".s.PGSQL." + port.ToString(CultureInfo.InvariantCulture)));
            using var free = new TcpListener(IPAddress.Loopback, 0);
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        public int Port { get; }

        public void Open()
        {
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            _ = AcceptAsync(_listener);
        }

        public void Close()
        {
            _listener?.Stop();
            lock (_sockets)
            {
                _sockets.ForEach(s => s.Dispose());
                _sockets.Clear();
            }
        }

        public ValueTask DisposeAsync()
        {
            Close();
            return ValueTask.CompletedTask;
        }

        private async Task AcceptAsync(TcpListener listener)
        {
            try
            {
                while (true)
                {
                    var near = await listener.AcceptSocketAsync();
                    var far = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    lock (_sockets)
                    {
                        _sockets.AddRange([near, far]);
                    }

                    await far.ConnectAsync(_server);
                    _ = PassAsync(near, far);
                    _ = PassAsync(far, near);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // Shut.
            }
        }

        private static async Task PassAsync(Socket from, Socket to)
        {
            var buffer = new byte[16_384];
            try
            {
                while (await from.ReceiveAsync(buffer) is > 0 and var read)
                {
                    await to.SendAsync(buffer.AsMemory(0, read));
                }

                to.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Shut, or one side left.
            }
        }
    }
}
