using Bunit;
using InvitePortal.Codes;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes.Pages;

public sealed class JoinPageTests
{
    [Fact]
    public async Task Join_TypedInOtherLettersWithBlanks_IsPreviewedAndJoined()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Elena Stone");
        var code = await host.CodeAsync(teacher, "Geometry");
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Student));
        var page = ui.Render<JoinPage>();

        page.Find("#join-code").Input($" {code.Code[..4].ToLowerInvariant()} - {code.Code[4..]} ");
        Assert.Equal(code.Code, string.Concat(page.FindAll(".understood i").Select(i => i.TextContent)));
        await page.Find("form").SubmitAsync();
        Assert.EndsWith("/join?code=" + code.Code, ui.Navigation.Uri, StringComparison.Ordinal);
        await page.WaitForElementAsync(".facts");
        Assert.Equal("Geometry", page.Find("h1").TextContent);
        Assert.Contains("Elena Stone", page.Markup, StringComparison.Ordinal);
        Assert.Equal(0, await host.EnrollmentsAsync());
        await page.Find("button.primary").ClickAsync(new());

        Assert.Equal("You have joined", page.Find("h1").TextContent);
        Assert.Equal(1, await host.EnrollmentsAsync());
    }

    [Fact]
    public async Task Regenerated_WhileThePreviewIsOpen_IsSaidPlainly()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Student));
        ui.Navigation.NavigateTo("/join?code=" + code.Code);
        var page = ui.Render<JoinPage>();
        await page.WaitForElementAsync(".facts");

        Good(await host.Get<CodeService>().RegenerateAsync(teacher.Actor, code.Id, Ct));
        await page.Find("button.primary").ClickAsync(new());

        Assert.Equal(CodeErrors.Replaced.Message, page.Find("[role=alert]").TextContent.Trim());
        Assert.NotNull(page.Find("#join-code"));
        Assert.Equal(0, await host.EnrollmentsAsync());
    }

    [Fact]
    public async Task JoinedAlready_ButtonIsNotOffered()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        Good(await host.JoinAsync(student.Actor, (await host.CodeAsync(teacher)).Code));
        var second = await host.CodeAsync(teacher);
        await using var ui = new CodesUi(host, student);
        ui.Navigation.NavigateTo("/join?code=" + second.Code);

        var page = ui.Render<JoinPage>();
        await page.WaitForElementAsync(".facts");

        Assert.DoesNotContain(page.FindAll("button"), b => b.TextContent == "Join");
        Assert.Contains("joined this already", page.Markup, StringComparison.Ordinal);
        Assert.Equal(0, (await host.ReadAsync(second.Id)).Uses);
    }

    [Fact]
    public async Task D06_OtherParameters_AreNotRead()
    {
        await using var host = await ServiceHost.CreateAsync();
        var code = await host.CodeAsync(await host.AddPersonAsync(Role.Teacher));
        await using var ui = new CodesUi(host);
        ui.Navigation.NavigateTo($"/join?code={code.Code}&role=admin&returnUrl=https%3A%2F%2Fevil.example");

        var links = ui.Render<JoinPage>().FindAll("a.btn").Select(a => a.GetAttribute("href")).ToList();

        Assert.Equal([$"/register?returnUrl=%2Fjoin%3Fcode%3D{code.Code}", $"/sign-in?returnUrl=%2Fjoin%3Fcode%3D{code.Code}"], links);
    }

    [Fact]
    public async Task NobodySignedIn_LearnsNothingOfTheCode()
    {
        await using var host = await ServiceHost.CreateAsync();
        var code = await host.CodeAsync(await host.AddPersonAsync(Role.Teacher, name: "Elena Stone"), "Geometry");
        await using var ui = new CodesUi(host);
        ui.Navigation.NavigateTo("/join?code=" + code.Code);
        var known = ui.Render<JoinPage>().Markup;
        await using var other = new CodesUi(host);
        other.Navigation.NavigateTo("/join?code=" + Wrong());

        Assert.Equal(known.Replace(code.Code, Wrong(), StringComparison.Ordinal).Replace(CodeText.Grouped(code.Code), CodeText.Grouped(Wrong()), StringComparison.Ordinal), other.Render<JoinPage>().Markup);
    }

    [Theory]
    [InlineData(true, "Switch to student")]
    [InlineData(false, null)]
    public async Task AnotherRole_IsToldWhatToDo(bool holdsStudent, string? button)
    {
        await using var host = await ServiceHost.CreateAsync();
        var parent = await host.AddPersonAsync(Role.Parent);
        await using var ui = new CodesUi(host, parent, holdsStudent ? [Role.Student] : []);

        var page = ui.Render<JoinPage>();

        Assert.Equal(button, page.FindAll("button").SingleOrDefault()?.TextContent);
        Assert.Empty(page.FindAll("#join-code"));
    }

    [Theory]
    [InlineData("K7PM", "so far there are 4")]
    [InlineData("K7PM-2QX0", "“0” does not belong here")]
    [InlineData("K7PM-2QXAB", "“B” does not belong here")]
    public async Task Entry_WhatIsNoCode_IsSaidAndNotSent(string typed, string said)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Student));
        string? read = null;
        var entry = ui.Render<CodeEntry>(p => p.Add(e => e.OnRead, code => read = code));

        entry.Find("#join-code").Input(typed);
        await entry.Find("form").SubmitAsync();

        Assert.Contains(said, entry.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.Null(read);
    }

    [Fact]
    public async Task Entry_CyrillicLookAlikes_AreRead()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new CodesUi(host, await host.AddPersonAsync(Role.Student));
        var entry = ui.Render<CodeEntry>();

        entry.Find("#join-code").Input("кр7");

        Assert.Equal("KP7", string.Concat(entry.FindAll(".understood i.on").Select(i => i.TextContent)));
    }
}
