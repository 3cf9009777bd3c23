using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class GroupServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task AGroup_FromItsCodeToItsEnd(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var students = await host.StudentsAsync(3);
        var service = host.Get<GroupService>();
        var group = await host.GroupAsync(teacher, maxUses: 30);
        Assert.Equal(("9A", "Algebra", 29), (group.Name, group.Subject, Good(await host.PreviewAsync(students[0], group.Code)).SeatsLeft - 1));
        Good(await host.JoinAsync(students[0], group.Code));

        Good(await service.EditAsync(teacher.Actor, group.Id, new EditGroup(1, Subject: "Geometry"), Ct));
        Assert.Equal("code.changed_meanwhile", (await service.EditAsync(teacher.Actor, group.Id, new EditGroup(1, Name: "9B"), Ct)).Error?.Code);
        Assert.Equal("group.name_invalid", (await service.EditAsync(teacher.Actor, group.Id, new EditGroup(2, Name: " "), Ct)).Error?.Code);
        Assert.Equal("code.already_joined", (await host.JoinAsync(students[0], group.Code)).Error?.Code);
        Assert.Equal("Geometry", Assert.Single(Good(await host.Get<EnrollmentQueries>().ListMineAsync(students[0], Ct))).Subject);

        var replaced = Good(await service.RegenerateAsync(teacher.Actor, group.Id, Ct));
        Assert.Equal("code_invalid", (await host.JoinAsync(students[1], group.Code)).Error?.Code);
        Good(await host.JoinAsync(students[1], replaced.Code));

        Good(await service.CloseAsync(teacher.Actor, group.Id, Ct));
        Assert.Equal(CodeState.Closed, Good(await host.Get<GroupQueries>().GetAsync(teacher.Actor, group.Id, Ct)).State);
        Assert.Equal("code_invalid", (await host.JoinAsync(students[2], replaced.Code)).Error?.Code);
        Good(await service.ReopenAsync(teacher.Actor, group.Id, Ct));
        var row = Assert.Single(Good(await host.Get<GroupQueries>().ListAsync(teacher.Actor, new PageRequest(Search: "geom"), Ct)).Items);
        Assert.Equal((2, 2, CodeState.Active), (row.Uses, row.Students, row.State));
        Good(await service.ChangeAsync(teacher.Actor, group.Id, new ChangeCode(row.CodeVersion, 2, null), Ct));
        Assert.Equal("code_invalid", (await host.JoinAsync(students[2], replaced.Code)).Error?.Code);
        Assert.Equal("code.belongs_to_group", (await host.Get<CodeService>().DeleteAsync(teacher.Actor, group.CodeId, Ct)).Error?.Code);

        Good(await service.DeleteAsync(teacher.Actor, group.Id, Ct));
        await using var db = host.Open();
        Assert.Equal((0, 0, 2), (await db.Groups.CountAsync(), await db.InviteCodes.CountAsync(), await db.Enrollments.CountAsync(e => e.GroupId == null && e.CodeId == null)));
        Assert.Equal("group.not_found", (await service.DeleteAsync(teacher.Actor, group.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task EditAsync_WhileAStudentJoins_TheyHaveTheNewSubject(DatabaseProvider provider)
    {
        var meanwhile = new Meanwhile();
        await using var host = await ServiceHost.CreateAsync(provider, meanwhile);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        var group = await host.GroupAsync(teacher);
        meanwhile.Before(async () => Good(await host.Get<GroupService>().EditAsync(teacher.Actor, group.Id, new EditGroup(1, Subject: "Geometry"), Ct)), "UPDATE", "InviteCodes", "FirstUsedAt");

        Good(await host.JoinAsync(student.Actor, group.Code));
        await meanwhile.Done;

        Assert.Equal("Geometry", Assert.Single(Good(await host.Get<EnrollmentQueries>().ListMineAsync(student.Actor, Ct))).Subject);
        Assert.Equal("code.already_joined", (await host.JoinAsync(student.Actor, group.Code)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Students_BySubjectAndGroup_AndOneIsTakenOut(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var anna = await host.AddPersonAsync(Role.Student, name: "Anna Ivanova");
        var boris = await host.AddPersonAsync(Role.Student, name: "Boris Field");
        var group = await host.GroupAsync(teacher);
        var codes = await host.CodesAsync(teacher, "Physics", 2);
        Good(await host.JoinAsync(anna.Actor, group.Code));
        Good(await host.JoinAsync(boris.Actor, group.Code));
        Good(await host.JoinAsync(anna.Actor, codes[0].Code));
        var queries = host.Get<EnrollmentQueries>();
        async Task<IEnumerable<string>> List(StudentFilter filter) =>
            Good(await queries.ListStudentsAsync(teacher.Actor, filter, new PageRequest(), Ct)).Items.Select(s => $"{s.Name}/{s.Subject}/{s.Group}");

        Assert.Equal(3, (await List(new StudentFilter())).Count());
        Assert.Equal(["Anna Ivanova/Physics/"], await List(new StudentFilter { Subject = "PHYSICS " }));
        Assert.Equal(["Boris Field/Algebra/9A"], await List(new StudentFilter { GroupId = group.Id, Search = "boris" }));
        Assert.Equal([("Algebra", "9A", 2), ("Physics", null, 1)], Good(await queries.ListTaughtAsync(teacher.Actor, Ct)).Select(t => (t.Subject, t.Group, t.Students)));

        var row = Good(await queries.ListStudentsAsync(teacher.Actor, new StudentFilter { Search = "boris" }, new PageRequest(), Ct)).Items[0];
        Good(await host.Get<EnrollmentService>().RemoveAsync(teacher.Actor, row.EnrollmentId, Ct));
        Assert.Equal("enrollment.not_found", (await host.Get<EnrollmentService>().RemoveAsync(teacher.Actor, row.EnrollmentId, Ct)).Error?.Code);
        Assert.Empty(await List(new StudentFilter { Search = "boris" }));
        Good(await host.JoinAsync(boris.Actor, group.Code));
        Assert.Equal(3, (await host.ReadAsync(group.CodeId)).Uses);
    }
}
