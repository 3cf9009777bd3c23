using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class CodeServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task CreateAsync_500AtOnce_AreAllDifferentAndListed(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);

        var codes = await host.CodesAsync(teacher, " Algebra  ", 500);

        Assert.Equal(500, codes.Select(c => c.Code).Distinct().Count());
        Assert.All(codes, c => Assert.Matches($"^[{CodeText.Alphabet}]{{8}}$", c.Code));
        var first = Good(await host.Get<CodeQueries>().ListAsync(teacher.Actor, new CodeFilter(), new PageRequest(PageSize: 100), Ct));
        Assert.Equal(500, first.Total);
        Assert.Equal(codes.Take(100).Select(c => c.Code), first.Items.Select(c => c.Code));
        Assert.Equal("Algebra", first.Items[0].Subject);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Codes_AreUniqueOverBothKinds_ByTheDatabase(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var group = await host.GroupAsync(teacher);
        await using var db = host.Open();

        var e = await Record.ExceptionAsync(() =>
            db.InviteCodes.Where(c => c.Id == group.CodeId).ExecuteUpdateAsync(set => set.SetProperty(c => c.Code, code.Code)));

        Assert.True(DbErrors.IsUniqueViolation(e!));
    }

    [Theory]
    [InlineData("", 1, 1, null, "code.subject_invalid")]
    [InlineData("  ", 1, 1, null, "code.subject_invalid")]
    [InlineData("a\u202Eb", 1, 1, null, "code.subject_invalid")]
    [InlineData("Algebra", 0, 1, null, "code.count_invalid")]
    [InlineData("Algebra", 501, 1, null, "code.count_invalid")]
    [InlineData("Algebra", 1, 0, null, "code.max_uses_invalid")]
    [InlineData("Algebra", 1, 100_001, null, "code.max_uses_invalid")]
    [InlineData("Algebra", 1, 1, 0, "code.expiry_invalid")]
    [InlineData("Algebra", 1, 1, -5, "code.expiry_invalid")]
    public async Task CreateAsync_WhatCannotBe_IsRefused(string subject, int count, int? uses, int? minutes, string code)
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var expiresAt = minutes is { } m ? host.Clock.Now.AddMinutes(m) : (DateTimeOffset?)null;

        Assert.Equal(code, (await host.Get<CodeService>().CreateAsync(teacher.Actor, new CreateCodes(subject, count, uses, expiresAt), Ct)).Error?.Code);
        Assert.Equal("code.subject_invalid", (await host.Get<CodeService>().CreateAsync(teacher.Actor, new CreateCodes(new string('x', 201)), Ct)).Error?.Code);
    }

    [Theory]
    [InlineData(Role.SuperAdmin)]
    [InlineData(Role.Staff)]
    [InlineData(Role.Student)]
    [InlineData(Role.Business)]
    public async Task EverythingOfTeachers_WithoutTheRole_IsRefused(Role role)
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var group = await host.GroupAsync(teacher);
        var other = (await host.AddPersonAsync(role)).Actor;
        var (codes, groups) = (host.Get<CodeService>(), host.Get<GroupService>());

        Error?[] answers =
        [
            (await codes.CreateAsync(other, new CreateCodes("Algebra"), Ct)).Error,
            (await codes.RegenerateAsync(other, code.Id, Ct)).Error,
            (await codes.DeleteAsync(other, code.Id, Ct)).Error,
            (await codes.CloseAsync(other, code.Id, Ct)).Error,
            (await codes.ReopenAsync(other, code.Id, Ct)).Error,
            (await codes.ChangeAsync(other, code.Id, new ChangeCode(1, 5, null), Ct)).Error,
            (await groups.CreateAsync(other, new CreateGroup("9A", "Algebra"), Ct)).Error,
            (await groups.EditAsync(other, group.Id, new EditGroup(1, "9B"), Ct)).Error,
            (await groups.DeleteAsync(other, group.Id, Ct)).Error,
            (await host.Get<CodeSharing>().ShareAsync(other, code.Id, new ShareCode(["a@example.org"]), Ct)).Error,
            (await host.Get<CodeQueries>().ListAsync(other, new CodeFilter(), new PageRequest(), Ct)).Error,
            (await host.Get<EnrollmentQueries>().ListStudentsAsync(other, new StudentFilter(), new PageRequest(), Ct)).Error,
            (await host.Get<CodeStatisticsQueries>().ReadAsync(other, new CodePeriod(), Ct)).Error,
        ];

        Assert.All(answers, e => Assert.Equal("code.not_teacher", e?.Code));
    }

    [Fact]
    public async Task WhatBelongsToAnotherTeacher_IsNotThere()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var group = await host.GroupAsync(teacher);
        var student = await host.AddPersonAsync(Role.Student);
        var joined = Good(await host.JoinAsync(student.Actor, group.Code));
        var other = (await host.AddPersonAsync(Role.Teacher)).Actor;
        var (codes, groups) = (host.Get<CodeService>(), host.Get<GroupService>());

        Error?[] answers =
        [
            (await codes.RegenerateAsync(other, code.Id, Ct)).Error,
            (await codes.DeleteAsync(other, code.Id, Ct)).Error,
            (await codes.CloseAsync(other, code.Id, Ct)).Error,
            (await host.Get<CodeQueries>().GetAsync(other, code.Id, Ct)).Error,
            (await host.Get<CodeSharing>().ShareAsync(other, code.Id, new ShareCode(["a@example.org"]), Ct)).Error,
        ];
        Assert.All(answers, e => Assert.Equal("code.not_found", e?.Code));
        Error?[] ofGroups =
        [
            (await groups.EditAsync(other, group.Id, new EditGroup(1, "9B"), Ct)).Error,
            (await groups.CloseAsync(other, group.Id, Ct)).Error,
            (await groups.RegenerateAsync(other, group.Id, Ct)).Error,
            (await groups.DeleteAsync(other, group.Id, Ct)).Error,
            (await host.Get<GroupQueries>().GetAsync(other, group.Id, Ct)).Error,
        ];
        Assert.All(ofGroups, e => Assert.Equal("group.not_found", e?.Code));
        Assert.Equal("enrollment.not_found", (await host.Get<EnrollmentService>().RemoveAsync(other, joined.EnrollmentId, Ct)).Error?.Code);
        Assert.Equal(1, await host.EnrollmentsAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task RegenerateAsync_Unused_TheOldOneDiesAtOnce_AUsedOneStays(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        var code = await host.CodeAsync(teacher);

        var replaced = Good(await host.Get<CodeService>().RegenerateAsync(teacher.Actor, code.Id, Ct));

        Assert.NotEqual(code.Code, replaced.Code);
        Assert.Equal("code_invalid", (await host.JoinAsync(student.Actor, code.Code)).Error?.Code);
        Good(await host.JoinAsync(student.Actor, replaced.Code));
        Assert.Equal("code.used", (await host.Get<CodeService>().RegenerateAsync(teacher.Actor, code.Id, Ct)).Error?.Code);
        Assert.Equal("code.used", (await host.Get<CodeService>().DeleteAsync(teacher.Actor, code.Id, Ct)).Error?.Code);
    }

    [Fact]
    public async Task CloseAndReopen_WorkAtOnce()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var students = await host.StudentsAsync(3);
        var code = await host.CodeAsync(teacher, maxUses: 2);
        var service = host.Get<CodeService>();

        Good(await service.CloseAsync(teacher.Actor, code.Id, Ct));
        Assert.Equal("code_invalid", (await host.JoinAsync(students[0], code.Code)).Error?.Code);
        Assert.Equal("code.not_open", (await service.CloseAsync(teacher.Actor, code.Id, Ct)).Error?.Code);
        Good(await service.ReopenAsync(teacher.Actor, code.Id, Ct));
        Assert.Equal("code.not_closed", (await service.ReopenAsync(teacher.Actor, code.Id, Ct)).Error?.Code);
        Good(await host.JoinAsync(students[0], code.Code));
        Good(await host.JoinAsync(students[1], code.Code));
        Assert.Equal("code.not_open", (await service.CloseAsync(teacher.Actor, code.Id, Ct)).Error?.Code);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task ChangeAsync_SeatsAndExpiry(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var students = await host.StudentsAsync(3);
        var code = await host.CodeAsync(teacher);
        var service = host.Get<CodeService>();
        Good(await host.JoinAsync(students[0], code.Code));

        Good(await service.ChangeAsync(teacher.Actor, code.Id, new ChangeCode(1, 3, host.Clock.Now.AddHours(1).ToOffset(TimeSpan.FromHours(3))), Ct));
        Good(await host.JoinAsync(students[1], code.Code));
        Assert.Equal("code.changed_meanwhile", (await service.ChangeAsync(teacher.Actor, code.Id, new ChangeCode(1, 5, null), Ct)).Error?.Code);
        var tooFew = (await service.ChangeAsync(teacher.Actor, code.Id, new ChangeCode(2, 1, null), Ct)).Error;
        Assert.Equal("code.max_uses_invalid", tooFew?.Code);
        Assert.Contains("2", tooFew!.Message, StringComparison.Ordinal);

        host.Clock.Advance(TimeSpan.FromHours(1));
        var expired = await host.ReadAsync(code.Id);
        Assert.Equal(CodeState.Expired, expired.StateAt(host.Clock.Now));
        Good(await service.ChangeAsync(teacher.Actor, code.Id, new ChangeCode(2, 4, expired.ExpiresAt), Ct));
        Good(await service.ChangeAsync(teacher.Actor, code.Id, new ChangeCode(3, 2, null), Ct));
        Assert.Equal(CodePhase.UsedUp, (await host.ReadAsync(code.Id)).Phase);
        Good(await service.ChangeAsync(teacher.Actor, code.Id, new ChangeCode(4, null, null), Ct));
        Good(await host.JoinAsync(students[2], code.Code));
        Assert.Equal((3, CodePhase.Open), ((await host.ReadAsync(code.Id)).Uses, (await host.ReadAsync(code.Id)).Phase));
    }

    [Fact]
    public async Task CreateAsync_BeyondTheDay_IsRefused()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:CodesPerTeacherPerDay"] = "10" });
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await host.CodesAsync(teacher, "Algebra", 9);

        Assert.Equal("code.create_limit", (await host.Get<CodeService>().CreateAsync(teacher.Actor, new CreateCodes("Algebra", 2), Ct)).Error?.Code);
        await host.CodesAsync(teacher, "Algebra", 1);
        host.Clock.Advance(TimeSpan.FromDays(1));
        Good(await host.Get<CodeService>().CreateAsync((await host.Services.OpenSessionAsync(teacher.Id)).Actor, new CreateCodes("Algebra", 2), Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Changes_AreTold_OnThisNode_AndByTheVersion(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var queries = host.Get<CodeQueries>();
        var told = new List<CodeChange>();
        var versions = new List<string> { await queries.VersionAsync(teacher.Actor, Ct) };
        using var subscription = host.Get<CodeChanges>().Subscribe(teacher.Id, told.Add);
        using var broken = host.Get<CodeChanges>().Subscribe(teacher.Id, _ => throw new InvalidOperationException("gone"));
        var group = await host.GroupAsync(teacher);
        versions.Add(await queries.VersionAsync(teacher.Actor, Ct));
        foreach (var student in await host.StudentsAsync(3))
        {
            Good(await host.JoinAsync(student, group.Code));
            versions.Add(await queries.VersionAsync(teacher.Actor, Ct));
        }

        Assert.Equal(5, versions.Distinct().Count());
        Assert.Equal(versions[^1], await queries.VersionAsync(teacher.Actor, Ct));
        Assert.Equal(3, told.Count(c => c.EnrollmentId is not null && c.CodeId == group.CodeId));
        subscription.Dispose();
        var count = told.Count;
        await host.CodeAsync(teacher);
        Assert.Equal(count, told.Count);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DeletingATeacher_SaysWhatGoes_AndTakesIt(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var other = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        var codes = await host.CodesAsync(teacher, "Algebra", 3);
        var group = await host.GroupAsync(teacher);
        Good(await host.JoinAsync(student.Actor, codes[0].Code));
        Good(await host.JoinAsync(student.Actor, group.Code));
        Good(await host.JoinAsync(student.Actor, (await host.CodeAsync(other)).Code));
        Good(await host.Get<CodeSharing>().ShareAsync(teacher.Actor, codes[1].Id, new ShareCode(["a@example.org"], SendAt: host.Clock.Now.AddDays(1)), Ct));
        var removal = Assert.Single(host.Get<IEnumerable<IPersonRemoval>>().OfType<CodeRemoval>());

        await using (var db = host.Open())
        {
            var parts = await removal.CountAsync(db, db.Users.Where(u => u.Id == teacher.Id).Select(u => u.Id), Ct);
            Assert.Equal(["4 codes stop working", "1 group goes", "2 places of students in subjects go"], parts.Select(p => p.Text));
            parts = await removal.CountAsync(db, db.Users.Where(u => u.Id == student.Id).Select(u => u.Id), Ct);
            Assert.Equal(["3 places in subjects go"], parts.Select(p => p.Text));
        }

        var removed = await host.Databases.InTransactionAsync(
            async db =>
            {
                await removal.RemoveAsync(db, teacher.Actor, [teacher.Id], host.Clock.Now, Ct);
                await db.Users.Where(u => u.Id == teacher.Id).ExecuteDeleteAsync();
                return Result.Ok;
            },
            Ct);

        Good(removed);
        Assert.Equal(1, await host.EnrollmentsAsync());
        await using var after = host.Open();
        Assert.Equal(1, await after.InviteCodes.CountAsync());
        Assert.Equal(0, await after.Groups.CountAsync());
        Assert.Equal(DeliveryState.Cancelled, (await after.OutboxMessages.SingleAsync()).State);
        await after.Users.Where(u => u.Id == student.Id).ExecuteDeleteAsync();
        Assert.Equal(0, await host.EnrollmentsAsync());
    }
}
