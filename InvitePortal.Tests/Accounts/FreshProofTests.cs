using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Bunit;
using InvitePortal.Accounts;
using InvitePortal.Accounts.Messages;
using InvitePortal.Accounts.Pages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Radzen;

namespace InvitePortal.Tests.Accounts;

/// <summary>What is dangerous asks for a fresh proof of who is at the session.</summary>
public sealed class FreshProofTests
{
    private const string Password = "correct horse battery";
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RequireFreshProofAsync_ByTheClock_HoldsForTenMinutes(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Staff);

        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(await ProofAsync(host, person.Actor));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((ErrorKind.Forbidden, "account.confirm_again"), await ProofAsync(host, person.Actor));
        Assert.Equal((ErrorKind.Forbidden, "account.confirm_again"), await ProofAsync(host, Actor.Anonymous("192.0.2.1")));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task WithPasswordAsync_Right_RenewsThisSessionOnlyAndIsAudited(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Staff, password: Password);
        var (other, _) = await host.Services.OpenSessionAsync(person.Id);
        host.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.True((await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, Password, Ct)).Succeeded);

        Assert.Null(await ProofAsync(host, person.Actor));
        Assert.NotNull(await ProofAsync(host, other));
        await using var db = host.Open();
        Assert.Equal(person.Id, (await db.AuditEntries.SingleAsync(a => a.Action == "account.identity_confirmed")).ActorId);
    }

    [Theory]
    [InlineData("something else entirely", Password)]
    [InlineData("", Password)]
    [InlineData(null, Password)]
    [InlineData(Password, null)]
    public async Task WithPasswordAsync_WrongOrNone_RenewsNothing(string? typed, string? stored)
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff, password: stored);
        host.Clock.Advance(TimeSpan.FromMinutes(11));

        var failed = (await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, typed, Ct)).Error;

        Assert.Equal(("password.wrong", "password"), (failed?.Code, failed?.Field));
        Assert.NotNull(await ProofAsync(host, person.Actor));
    }

    [Fact]
    public async Task WithPasswordAsync_GuessedAtAnOpenSession_StopsLikeSigningIn()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:PasswordSignInsPerAddressPerMinute"] = "100" });
        var person = await host.AddPersonAsync(Role.Staff, password: Password);
        var codes = new List<string?>();

        for (var i = 0; i < 12; i++)
        {
            codes.Add((await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, "wrong password " + i, Ct)).Error?.Code);
        }

        Assert.All(codes.Take(11), code => Assert.Equal("password.wrong", code));
        Assert.Equal("sign_in.too_many", codes[^1]);
        Assert.Equal("sign_in.too_many", (await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, Password, Ct)).Error?.Code);
        // The same counter stands before the sign-in page.
        var signedIn = await host.Get<SignInService>().WithPasswordAsync(Actor.Anonymous("192.0.2.77"), person.Email, Password, new SessionWanted(SessionKind.Browser, false, null), Ct);
        Assert.Equal("sign_in.too_many", signedIn.Error?.Code);
    }

    [Fact]
    public async Task WithPasswordAsync_FromOneAddress_StopsAtItsLimit()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:PasswordSignInsPerAddressPerMinute"] = "2" });
        var person = await host.AddPersonAsync(Role.Staff, password: Password);
        await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, Password, Ct);
        await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, Password, Ct);

        Assert.Equal("sign_in.too_many", (await host.Get<Reauthentication>().WithPasswordAsync(person.Actor, Password, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task B02_B06_WithCodeAsync_OwnCodeOnce_OtherSessionsAndPurposesNever(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var person = await host.AddPersonAsync(Role.Staff);
        var (other, _) = await host.Services.OpenSessionAsync(person.Id);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True((await host.Get<Reauthentication>().SendCodeAsync(person.Actor, Ct)).Succeeded);
        var code = await CodeAsync(host);

        Assert.Equal("code_invalid", (await host.Get<Reauthentication>().WithCodeAsync(other, code, Ct)).Error?.Code);
        Assert.Equal("code_invalid", (await host.Get<OneTimeCodes>().VerifyAsync(person.Id, OneTimeCodes.PasswordPurpose, person.Actor.SessionId!.Value.ToString("N"), code, Ct)).Error?.Code);
        Assert.NotNull(await ProofAsync(host, person.Actor));
        Assert.True((await host.Get<Reauthentication>().WithCodeAsync(person.Actor, code, Ct)).Succeeded);
        Assert.Null(await ProofAsync(host, person.Actor));
        Assert.NotNull(await ProofAsync(host, other));
        Assert.Equal("code_invalid", (await host.Get<Reauthentication>().WithCodeAsync(person.Actor, code, Ct)).Error?.Code);
    }

    [Fact]
    public async Task I06_Reauthentication_SessionEndedMeanwhile_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff, password: Password);
        await using var db = host.Open();
        await SessionService.EndAllAsync(db, person.Id, null, Ct);
        var service = host.Get<Reauthentication>();

        Assert.Equal("account.signed_out", (await service.MethodsAsync(person.Actor, Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await service.SendCodeAsync(person.Actor, Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await service.WithPasswordAsync(person.Actor, Password, Ct)).Error?.Code);
        Assert.Equal("account.signed_out", (await service.WithCodeAsync(person.Actor, "123456", Ct)).Error?.Code);
    }

    [Fact]
    public async Task Confirm_ByPasswordOrCode_RenewsTheToken()
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Staff, password: Password, session: SessionKind.Api);
        var longAgo = DateTimeOffset.UtcNow.AddHours(-1);
        await using var db = portal.Database.Open();
        using var client = portal.CreateApiClient(person.Secret);

        await AgeAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsJsonAsync("/api/auth/confirm", new { password = Password })).StatusCode);
        Assert.True(await IsFreshAsync());

        await AgeAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsJsonAsync("/api/auth/confirm", new { method = "CODE" })).StatusCode);
        Assert.False(await IsFreshAsync());
        var code = await SignInPagesTests.CodeAsync(portal, person.Email);
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsJsonAsync("/api/auth/confirm", new { code })).StatusCode);
        Assert.True(await IsFreshAsync());

        Task AgeAsync() => db.Sessions.Where(s => s.UserId == person.Id).ExecuteUpdateAsync(set => set.SetProperty(s => s.ProvenAt, longAgo));
        Task<bool> IsFreshAsync() => db.Sessions.AsNoTracking().AnyAsync(s => s.UserId == person.Id && s.ProvenAt > longAgo);
    }

    [Theory]
    [InlineData("""{"password":"wrong password"}""", HttpStatusCode.BadRequest, "password.wrong")]
    [InlineData("""{"code":"000000"}""", HttpStatusCode.BadRequest, "code_invalid")]
    [InlineData("""{}""", HttpStatusCode.BadRequest, "auth.confirm_incomplete")]
    [InlineData("""{"password":"a","code":"123456"}""", HttpStatusCode.BadRequest, "auth.confirm_incomplete")]
    [InlineData("""{"method":"PASSWORD"}""", HttpStatusCode.BadRequest, "auth.confirm_incomplete")]
    public async Task Confirm_WrongOrUnclear_IsRefused(string json, HttpStatusCode status, string code)
    {
        await using var portal = await SignInPagesTests.StartAsync();
        var person = await portal.Services.AddPersonAsync(Role.Staff, password: Password, session: SessionKind.Api);
        using var client = portal.CreateApiClient(person.Secret);
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");

        var answer = await client.PostAsync("/api/auth/confirm", content);

        Assert.Equal((status, code), (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task RunAsync_ProofTooOld_AsksAndRunsTheCommandAgain()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff, password: Password);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await using var ui = Ui(host, person);
        var frame = ui.Render<Radzen.Blazor.RadzenDialog>();
        var runs = 0;

        var changed = frame.InvokeAsync(() => ui.Services.GetRequiredService<FreshProof>().RunAsync(CommandAsync));
        await frame.WaitForStateAsync(() => frame.FindAll("#confirm-password").Count == 1);
        frame.Find("#confirm-password").Change("wrong password");
        await frame.Find("form").SubmitAsync();
        await frame.WaitForStateAsync(() => frame.FindAll("#confirm-password-error").Count == 1);
        Assert.Equal("true", frame.Find("#confirm-password").GetAttribute("aria-invalid"));
        frame.Find("#confirm-password").Change(Password);
        await frame.Find("form").SubmitAsync();

        Assert.True((await changed).Succeeded);
        Assert.Equal(2, runs);

        async Task<Result> CommandAsync()
        {
            runs++;
            await using var db = host.Open();
            return await db.RequireFreshProofAsync(person.Actor, host.Clock, new LimitOptions(), Ct);
        }
    }

    [Fact]
    public async Task RunAsync_DialogClosed_GivesTheRefusalBack()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff, password: Password);
        await using var ui = Ui(host, person);
        var dialogs = ui.Services.GetRequiredService<DialogService>();
        dialogs.OnOpen += (_, _, _, _) => dialogs.Close(null);
        var runs = 0;

        var refused = await ui.Services.GetRequiredService<FreshProof>().RunAsync(() =>
        {
            runs++;
            return Task.FromResult<Result>(Error.ConfirmAgain);
        });

        Assert.Equal(("account.confirm_again", 1), (refused.Error?.Code, runs));
    }

    [Fact]
    public async Task ConfirmIdentity_WithoutPassword_TakesTheCode()
    {
        await using var host = await ServiceHost.CreateAsync();
        var person = await host.AddPersonAsync(Role.Staff);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await using var ui = Ui(host, person);
        var frame = ui.Render<Radzen.Blazor.RadzenDialog>();

        var confirmed = frame.InvokeAsync(() => ui.Services.GetRequiredService<FreshProof>().AskAsync());
        await frame.WaitForStateAsync(() => frame.FindAll("button.primary").Count == 1);
        Assert.Empty(frame.FindAll("#confirm-password"));
        await frame.Find("button.primary").ClickAsync(new());
        await frame.WaitForStateAsync(() => frame.FindAll("#confirm-code").Count == 1);
        await frame.Find("#confirm-code").InputAsync(new Microsoft.AspNetCore.Components.ChangeEventArgs { Value = await CodeAsync(host) });

        Assert.True(await confirmed);
        Assert.Null(await ProofAsync(host, person.Actor));
    }

    private static AccountsUi Ui(ServiceHost host, TestPerson person) => new(host, person, host.Get<Reauthentication>());

    private static async Task<(ErrorKind, string)?> ProofAsync(ServiceHost host, Actor actor)
    {
        await using var db = host.Open();
        var proof = await db.RequireFreshProofAsync(actor, host.Clock, host.Get<IOptions<LimitOptions>>().Value, Ct);
        return proof.Error is { } error ? (error.Kind, error.Code) : null;
    }

    private static async Task<string> CodeAsync(ServiceHost host)
    {
        await using var db = host.Open();
        var message = await db.OutboxMessages.OrderByDescending(m => m.Id).FirstAsync(m => m.Kind == CodeMessage.KindName);
        return JsonSerializer.Deserialize<CodeData>(host.Get<Outbox>().Unprotect(message.Body!))!.Code;
    }
}
