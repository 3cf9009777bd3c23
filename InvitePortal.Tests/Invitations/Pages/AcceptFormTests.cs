using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Invitations.Pages;

public sealed class AcceptFormTests
{
    private const string Password = "correct horse battery";

    private readonly List<AcceptInvitation> _submitted = [];
    private int _asked;
    private string? _askedFor;
    private Func<Task<Result>> _ask = () => Task.FromResult(Result.Ok);
    private Func<Task<Error?>> _accept = () => Task.FromResult<Error?>(null);

    [Fact]
    public async Task CodePath_NameThenCode_AcceptsOnceTheSixthDigitIsIn()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, LinkOrigin.Mailed);

        await EnterNameAsync(form);
        Assert.Equal(1, _asked);
        Assert.Empty(_submitted);
        await form.Find("#accept-code").InputAsync("12345");
        Assert.Empty(_submitted);
        await form.Find("#accept-code").InputAsync("123 456");

        Assert.Equal(new AcceptInvitation("", "Robin", AcceptMethod.Code, "123456", null), Assert.Single(_submitted));
    }

    [Theory]
    [InlineData(Channel.Sms, Channel.Sms)]
    [InlineData(Channel.Sms, null)]
    [InlineData(Channel.Email, Channel.Sms)]
    public async Task LinkThatProvesNoMailbox_AsksForAnAddressAndItsCode(Channel channel, Channel? carrier)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, carrier is null ? LinkOrigin.Copied : LinkOrigin.Mailed, channel, carrier);

        ChoosePassword(form, Password, Password);
        await EnterNameAsync(form);
        Assert.Equal(0, _asked);
        Assert.Contains(InvitationErrors.EmailNeeded.Message, form.Markup, StringComparison.Ordinal);
        form.Find("#accept-email").Change(" me@example.org ");
        await EnterNameAsync(form);
        Assert.Equal((1, "me@example.org"), (_asked, _askedFor));
        await form.Find("#accept-code").InputAsync("123456");

        Assert.Equal(new AcceptInvitation("", "Robin", AcceptMethod.Password, "123456", Password, "me@example.org"), Assert.Single(_submitted));
    }

    [Fact]
    public async Task TheFirstFieldOrChoice_IsToldOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var started = 0;
        var form = Form(ui, LinkOrigin.Mailed, onStart: () => started++);
        Assert.Equal(0, started);

        await form.FindAll("input[type=radio]")[1].ChangeAsync(new() { Value = "on" });
        Assert.Equal(1, started);
        await form.Find("#accept-name").ChangeAsync(new() { Value = "Robin" });

        Assert.Equal(1, started);
    }

    [Fact]
    public async Task PasswordPath_MailedLink_NeedsNoCode()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, LinkOrigin.Mailed);

        ChoosePassword(form, Password, Password);
        await EnterNameAsync(form);

        Assert.Equal(0, _asked);
        Assert.Equal(new AcceptInvitation("", "Robin", AcceptMethod.Password, "", Password), Assert.Single(_submitted));
    }

    [Fact]
    public async Task PasswordPath_CopiedLink_AsksTheCodeAsWell()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, LinkOrigin.Copied);

        ChoosePassword(form, Password, Password);
        await EnterNameAsync(form);
        Assert.Equal((1, 0), (_asked, _submitted.Count));
        await form.Find("#accept-code").InputAsync("123456");

        Assert.Equal(new AcceptInvitation("", "Robin", AcceptMethod.Password, "123456", Password), Assert.Single(_submitted));
    }

    [Fact]
    public async Task PasswordPath_RepeatedDifferently_SaysSoAtTheFieldAndSendsNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, LinkOrigin.Copied);

        ChoosePassword(form, Password, Password + "x");
        await EnterNameAsync(form);

        Assert.NotNull(form.Find("#accept-repeat-error"));
        Assert.Equal("true", form.Find("#accept-repeat").GetAttribute("aria-invalid"));
        Assert.Equal((0, 0), (_asked, _submitted.Count));
    }

    [Theory]
    [InlineData(ErrorKind.TooMany, true)]
    [InlineData(ErrorKind.Unavailable, false)]
    public async Task AskingACode_Refused_KeepsTheBoxesOnlyWhenAnEarlierCodeMayWork(ErrorKind kind, bool boxes)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var refused = new Error(kind, "code_refused");
        _ask = () => Task.FromResult<Result>(refused);
        var form = Form(ui, LinkOrigin.Mailed);

        await EnterNameAsync(form);

        Assert.Equal(boxes, form.FindAll("#accept-code").Count == 1);
        Assert.Contains(refused.Message, form.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task I02_AskingTwiceAtOnce_AsksOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var answer = new TaskCompletionSource<Result>();
        _ask = () => answer.Task;
        var form = Form(ui, LinkOrigin.Mailed);
        form.Find("#accept-name").Change("Robin");

        var first = form.Find("form").SubmitAsync();
        var second = form.Find("form").SubmitAsync();
        answer.SetResult(Result.Ok);
        await Task.WhenAll(first, second);

        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task I02_AskingAgainTwiceAtOnce_AsksOnceMore()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, LinkOrigin.Mailed);
        await EnterNameAsync(form);
        var answer = new TaskCompletionSource<Result>();
        _ask = () => answer.Task;

        var again = form.FindAll("button[type=button]")[1];
        var first = again.ClickAsync(new());
        var second = again.ClickAsync(new());
        answer.SetResult(Result.Ok);
        await Task.WhenAll(first, second);

        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task I02_SubmittingTwiceAtOnce_AcceptsOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var answer = new TaskCompletionSource<Error?>();
        _accept = () => answer.Task;
        var form = Form(ui, LinkOrigin.Mailed);
        ChoosePassword(form, Password, Password);
        form.Find("#accept-name").Change("Robin");

        var first = form.Find("form").SubmitAsync();
        var second = form.Find("form").SubmitAsync();
        answer.SetResult(null);
        await Task.WhenAll(first, second);

        Assert.Single(_submitted);
    }

    [Theory]
    [InlineData("code_invalid", true)]
    [InlineData("busy", true)]
    [InlineData("password_weak", false)]
    public async Task Refused_AfterTheCode_ReturnsToTheStepThatCanMendIt(string code, bool staysAtTheCode)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var refused = new Error(ErrorKind.Invalid, code);
        _accept = () => Task.FromResult<Error?>(refused);
        var form = Form(ui, LinkOrigin.Copied);
        ChoosePassword(form, Password, Password);
        await EnterNameAsync(form);

        await form.Find("#accept-code").InputAsync("123456");

        Assert.Equal(staysAtTheCode, form.FindAll("#accept-code").Count == 1);
        Assert.Contains(refused.Message, form.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_ThatCannotBeShown_IsRefusedBeforeAnythingIsSent()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var form = Form(ui, LinkOrigin.Mailed);

        await EnterNameAsync(form, "\u202Eevil");

        Assert.Contains(InvitationErrors.NameInvalid.Message, form.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Equal((0, 0), (_asked, _submitted.Count));
    }

    private static async Task EnterNameAsync(IRenderedComponent<AcceptForm> form, string name = "Robin")
    {
        form.Find("#accept-name").Change(name);
        await form.Find("form").SubmitAsync();
    }

    private static void ChoosePassword(IRenderedComponent<AcceptForm> form, string password, string repeated)
    {
        form.FindAll("input[type=radio]")[1].Change(true);
        form.Find("#accept-password").Input(password);
        form.Find("#accept-repeat").Change(repeated);
    }

    private IRenderedComponent<AcceptForm> Form(InvitationUi ui, LinkOrigin origin, Channel channel = Channel.Email, Channel? carrier = null, Action? onStart = null)
    {
        var landing = new InvitationLanding(
            Guid.NewGuid(), Guid.NewGuid(), InvitationState.Pending, false, origin, carrier ?? (origin is LinkOrigin.Mailed ? channel : null), Role.Teacher, null, null, null, null, "Ann", null,
            channel, channel is Channel.Email ? "new@example.org" : "+4915123456789", new DateTimeOffset(2030, 5, 13, 9, 0, 0, TimeSpan.Zero), "en", Guid.NewGuid(), PersonStatus.Invited);
        return ui.Render<AcceptForm>(p => p
            .Add(f => f.Landing, landing)
            .Add(f => f.OnStart, onStart ?? (() => { }))
            .Add(f => f.OnAskCode, email =>
            {
                _asked++;
                _askedFor = email;
                return _ask();
            })
            .Add(f => f.OnSubmit, entered =>
            {
                _submitted.Add(entered);
                return _accept();
            }));
    }
}
