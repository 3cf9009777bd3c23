using InvitePortal.Codes;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Links;
using InvitePortal.Tests.Support;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class EnrollmentQueriesTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ListChildrenAsync_OwnChildrenWithTheirSubjects_AndNobodyElses(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera Teacher");
        var (mother, other) = (await host.AddPersonAsync(Role.Parent), await host.AddPersonAsync(Role.Parent));
        var (anna, boris, stranger) = (await host.AddPersonAsync(Role.Student, name: "Anna"), await host.AddPersonAsync(Role.Student, name: "Boris"), await host.AddPersonAsync(Role.Student));
        foreach (var (parent, child) in new[] { (mother, anna), (mother, boris), (other, stranger) })
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            var link = Good(await host.Get<LinkService>().GetOrMakeAsync(child.Actor, Ct));
            Good(await host.Get<LinkJoinService>().AcceptAsync(parent.Actor, link.Code, Ct));
        }

        var group = await host.GroupAsync(teacher);
        Good(await host.JoinAsync(anna.Actor, group.Code));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Good(await host.JoinAsync(anna.Actor, (await host.CodeAsync(teacher, "Physics")).Code));
        Good(await host.JoinAsync(stranger.Actor, group.Code));

        var children = Good(await host.Get<EnrollmentQueries>().ListChildrenAsync(mother.Actor, Ct));

        Assert.Equal(["Anna", "Boris"], children.Select(c => c.Name));
        Assert.Equal([("Physics", "Vera Teacher", null), ("Algebra", "Vera Teacher", "9A")], children[0].Subjects.Select(s => (s.Subject, s.Teacher, s.Group)));
        Assert.Empty(children[1].Subjects);
        Assert.Equal([stranger.Id], Good(await host.Get<EnrollmentQueries>().ListChildrenAsync(other.Actor, Ct)).Select(c => c.Id));
        foreach (var actor in new[] { anna.Actor, teacher.Actor })
        {
            Assert.Equal("code.not_parent", (await host.Get<EnrollmentQueries>().ListChildrenAsync(actor, Ct)).Error?.Code);
        }
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CountStudentsAsync_CountsPeople_AndPlacesNameWhatTheListShows(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var students = await host.StudentsAsync(3);
        var group = await host.GroupAsync(teacher);
        var codes = await host.CodesAsync(teacher, "algebra", 2);
        foreach (var (student, code) in new[] { (0, group.Code), (1, group.Code), (0, codes[0].Code), (2, codes[1].Code) })
        {
            Good(await host.JoinAsync(students[student], code));
        }

        var queries = host.Get<EnrollmentQueries>();
        Assert.Equal(3, Good(await queries.CountStudentsAsync(teacher.Actor, Ct)));
        var places = TaughtPlace.Of(Good(await queries.ListTaughtAsync(teacher.Actor, Ct)));
        Assert.Equal([(null, 4), ("9A", 2)], places.Select(p => (p.Group, p.Students)));
        foreach (var place in places)
        {
            var filter = new StudentFilter { GroupId = place.GroupId, Subject = place.GroupId is null ? place.Subject : null };
            Assert.Equal(place.Students, Good(await queries.ListStudentsAsync(teacher.Actor, filter, new PageRequest(), Ct)).Total);
        }
    }
}
