using Bunit;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Links;
using InvitePortal.Tests.Support;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes.Pages;

/// <summary>What teachers, students and parents see first.</summary>
public sealed class HomeCardTests
{
    [Fact]
    public async Task Teacher_StudentsOpenCodesAndTheWeek_EachWithItsList()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var anna = await host.AddPersonAsync(Role.Student, name: "Anna");
        var group = await host.GroupAsync(teacher);
        var old = await host.CodesAsync(teacher, "Physics", 2);
        Good(await host.JoinAsync(anna.Actor, old[0].Code));
        host.Clock.Advance(TimeSpan.FromDays(8));
        var now = teacher with { Actor = (await host.Services.OpenSessionAsync(teacher.Id)).Actor };
        Good(await host.JoinAsync((await host.Services.OpenSessionAsync(anna.Id)).Actor, group.Code));
        await using var ui = new CodesUi(host, now);

        var card = ui.Render<TeacherCard>();

        Assert.Equal(["1", "2", "1", "0"], card.FindAll(".figure").Select(f => f.TextContent));
        Assert.Equal(["/codes?tab=students", "/codes?tab=active", "/codes?tab=students", "/codes?tab=statistics"], card.FindAll(".figures a").Select(a => a.GetAttribute("href")));
        Assert.Equal(["Algebra 1", "9A 1", "Physics 1"], card.FindAll(".chip").Select(c => c.TextContent));
        Assert.Equal(["Algebra · Group 9A", "Physics"], card.FindAll(".subject-list .two-lines .muted").Select(s => s.TextContent));
    }

    [Fact]
    public async Task Student_SubjectsAndGroups_AndAPlaceForACode()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera");
        var student = await host.AddPersonAsync(Role.Student);
        Good(await host.JoinAsync(student.Actor, (await host.GroupAsync(teacher)).Code));
        var next = await host.CodeAsync(teacher, "Physics");
        await using var ui = new CodesUi(host, student);

        var card = ui.Render<StudentCard>();
        Assert.Equal(["Algebra", "Vera · Group 9A"], card.Find(".subject-list .two-lines").Children.Select(c => c.TextContent));
        await card.Find("#join-code").InputAsync(next.Code.ToLowerInvariant());
        await card.Find("form").SubmitAsync();

        Assert.EndsWith("/join?code=" + next.Code, ui.Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parent_ChildrenWithTheirSubjects()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera");
        var parent = await host.AddPersonAsync(Role.Parent);
        await using (var early = new CodesUi(host, parent))
        {
            Assert.Contains("No child is linked to you yet", early.Render<ParentCard>().Markup, StringComparison.Ordinal);
        }

        foreach (var name in new[] { "Anna", "Boris" })
        {
            var child = await host.AddPersonAsync(Role.Student, name: name);
            Good(await host.Get<LinkJoinService>().AcceptAsync(parent.Actor, Good(await host.Get<LinkService>().GetOrMakeAsync(child.Actor, Ct)).Code, Ct));
            if (name is "Anna")
            {
                Good(await host.JoinAsync(child.Actor, (await host.GroupAsync(teacher)).Code));
            }

            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        await using var ui = new CodesUi(host, parent);
        var card = ui.Render<ParentCard>();

        Assert.Equal(["Anna1 subject", "Boris"], card.FindAll("h3").Select(h => string.Concat(h.QuerySelectorAll(".wrap, .tally").Select(e => e.TextContent))));
        Assert.Equal(["Algebra", "Vera · Group 9A"], Assert.Single(card.FindAll(".subject-list .two-lines")).Children.Select(c => c.TextContent));
        Assert.Contains("No subjects yet.", card.FindAll("article")[1].TextContent, StringComparison.Ordinal);
    }
}
