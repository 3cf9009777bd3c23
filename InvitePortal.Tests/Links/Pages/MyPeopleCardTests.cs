using Bunit;
using InvitePortal.Common;
using InvitePortal.Links;
using InvitePortal.Links.Pages;
using InvitePortal.Tests.Codes.Pages;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Links.Pages;

public sealed class MyPeopleCardTests
{
    private static readonly CancellationToken Ct = CancellationToken.None;

    [Theory]
    [InlineData(true, 7)]
    [InlineData(false, 8)]
    public async Task Remove_AsksFirst_AndTakesOneOut(bool answer, int left)
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var link = (await host.Get<LinkService>().GetOrMakeAsync(teacher.Actor, Ct)).Value!;
        for (var i = 0; i < 8; i++)
        {
            Assert.True((await host.Get<LinkJoinService>().AcceptAsync((await host.AddPersonAsync(Role.Student)).Actor, link.Code, Ct)).Succeeded);
        }

        await using var ui = new CodesUi(host, teacher);
        ui.AnswerDialogs(answer);
        var card = ui.Render<MyPeopleCard>();
        Assert.Equal((8, "2 more"), (card.FindAll("li").Count, card.Find("summary").TextContent));

        await card.FindAll("li button")[7].ClickAsync(new());

        Assert.Equal(left, card.FindAll("li").Count);
    }
}
