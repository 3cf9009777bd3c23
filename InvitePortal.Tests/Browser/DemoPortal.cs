using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Browser;

/// <summary>One portal in Development, with its demo people, for all walks through it.</summary>
public sealed class DemoPortal : IAsyncLifetime
{
    internal PortalFactory Portal { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Portal = await PortalFactory.StartAsync(new PortalSetup
    {
        Environment = "Development",
        OnPort = true,
        Settings = new Dictionary<string, string?> { ["Demo:Enabled"] = "true" },
    });

    public ValueTask DisposeAsync() => Portal.DisposeAsync();

    /// <summary>One of the demo's accounts, in the language of the look.</summary>
    internal async Task<TestPerson> SessionOfAsync(string email, string language)
    {
        await using var db = Portal.Database.Open();
        var person = await db.Users.FirstAsync(u => u.NormalizedEmail == email);
        await db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Language, language));
        var (actor, secret) = await Portal.Services.OpenSessionAsync(person.Id);
        return new TestPerson(person.Id, person.DisplayName, email, person.ActiveRole, actor, secret);
    }
}
