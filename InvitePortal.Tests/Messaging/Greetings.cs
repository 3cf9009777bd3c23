using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace InvitePortal.Tests.Messaging;

/// <summary>A message of these tests, with every part that a message may have.</summary>
public sealed record Greeting(string Name, string? Words = null, string? Code = null, string? Link = null);

internal sealed class GreetingMessage() : MessageTemplate<Greeting>("greeting")
{
    protected override MessageContent Render(Greeting data, PortalOptions portal) =>
        data.Name is "broken"
            ? throw new InvalidOperationException("Broken on purpose.")
            : new MessageContent($"Hello {data.Name}", $"Welcome to {portal.Name}, {data.Name}", [$"Language: {Languages.Current}", "Second paragraph."])
            {
                Quote = data.Words,
                Code = data.Code,
                Button = data.Link is null ? null : ("Open", data.Link),
                Footnote = "Small print.",
            };
}

/// <summary>A channel that says what the test wants and keeps what it was given.</summary>
internal sealed class FakeChannel : IMessageChannel
{
    private readonly List<RenderedMessage> _sent = [];

    public Channel Channel { get; init; } = Channel.Email;

    public string? Missing { get; set; }

    public object? Settings { get; set; }

    public Func<RenderedMessage, CancellationToken, Task<SendOutcome>> Answer { get; set; } = (_, _) => Task.FromResult<SendOutcome>(SendOutcome.Sent.Value);

    public IReadOnlyList<RenderedMessage> Sent
    {
        get
        {
            lock (_sent)
            {
                return [.. _sent];
            }
        }
    }

    public void Says(SendOutcome outcome) => Answer = (_, _) => Task.FromResult(outcome);

    public async Task<SendOutcome> SendAsync(RenderedMessage message, CancellationToken ct)
    {
        var outcome = await Answer(message, ct);
        if (outcome is SendOutcome.Sent)
        {
            lock (_sent)
            {
                _sent.Add(message);
            }
        }

        return outcome;
    }
}

internal static class Greetings
{
    /// <summary>A host whose mail goes to <paramref name="channel"/>.</summary>
    public static Task<ServiceHost> HostAsync(FakeChannel channel, DatabaseProvider provider = DatabaseProvider.Sqlite, IDictionary<string, string?>? settings = null) =>
        ServiceHost.CreateAsync(provider, settings, services => Use(services, channel));

    /// <summary>A host whose mail goes to <paramref name="sink"/>.</summary>
    public static Task<ServiceHost> HostAsync(
        SmtpSink sink, DatabaseProvider provider = DatabaseProvider.Sqlite, IDictionary<string, string?>? settings = null) =>
        ServiceHost.CreateAsync(provider, To(sink, settings), services => services.AddSingleton<IMessageTemplate, GreetingMessage>());

    public static void Use(IServiceCollection services, params FakeChannel[] channels)
    {
        services.AddSingleton<IMessageTemplate, GreetingMessage>();
        services.RemoveAll<IMessageChannel>();
        foreach (var channel in channels)
        {
            services.AddSingleton<IMessageChannel>(channel);
        }
    }

    /// <summary>Settings that send to a sink.</summary>
    public static Dictionary<string, string?> To(SmtpSink sink, IDictionary<string, string?>? more = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Smtp:Host"] = SmtpSink.Host,
            ["Smtp:Port"] = $"{sink.Port}",
            ["Smtp:From"] = "portal@example.org",
            ["Smtp:StartTls"] = $"{sink.OffersStartTls}",
            ["Smtp:User"] = sink.User,
            ["Smtp:Password"] = sink.Password,
        };
        foreach (var (key, value) in more ?? new Dictionary<string, string?>())
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>Writes one message to the outbox.</summary>
    public static async Task<OutboxMessage> EnqueueAsync(
        this ServiceHost host,
        string recipient = "ann@example.com",
        Priority priority = Priority.Invitation,
        Greeting? greeting = null,
        TimeSpan? due = null,
        TimeSpan? expires = null,
        string language = "en",
        Guid? subject = null,
        Channel channel = Channel.Email)
    {
        await using var db = host.Open();
        var message = host.Get<Outbox>().Enqueue(db, new MessageDraft("greeting", recipient, language, greeting ?? new Greeting("Ann"))
        {
            Priority = priority,
            Channel = channel,
            SubjectId = subject,
            DueAt = due is null ? null : host.Clock.Now + due,
            ExpiresAt = expires is null ? null : host.Clock.Now + expires,
        });
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return message;
    }

    /// <summary>Writes many messages, to <c>p0@example.com</c>, <c>p1@example.com</c> and so on.</summary>
    public static async Task EnqueueManyAsync(this ServiceHost host, int count, Priority priority = Priority.Invitation)
    {
        await using var db = host.Open();
        var outbox = host.Get<Outbox>();
        foreach (var i in Enumerable.Range(0, count))
        {
            outbox.Enqueue(db, new MessageDraft("greeting", $"p{i}@example.com", "en", new Greeting($"P{i}", Link: $"https://portal.example.org/join?token={Secrets.New()}")) { Priority = priority });
        }

        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    public static Task DeliverAsync(this ServiceHost host) => host.Get<OutboxWorker>().DeliverDueAsync(TestContext.Current.CancellationToken);

    public static async Task<OutboxMessage> RowAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.OutboxMessages.AsNoTracking().SingleAsync(m => m.Id == id, TestContext.Current.CancellationToken);
    }

    public static async Task<IReadOnlyList<OutboxAttempt>> AttemptsAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.OutboxAttempts.AsNoTracking().Where(a => a.MessageId == id).OrderBy(a => a.At).ToListAsync(TestContext.Current.CancellationToken);
    }
}
