using System.Data.Common;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using static InvitePortal.Tests.Codes.CodeCase;

namespace InvitePortal.Tests.Codes;

public sealed class JoinServiceTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task JoinAsync_IndividualCode_EnrolsAndUsesItUp(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher, name: "Vera Teacher");
        var student = await host.AddPersonAsync(Role.Student);
        var code = await host.CodeAsync(teacher);
        host.Clock.Advance(TimeSpan.FromSeconds(90));

        var preview = Good(await host.PreviewAsync(student.Actor, CodeText.Grouped(code.Code).ToLowerInvariant()));
        var joined = Good(await host.JoinAsync(student.Actor, code.Code));

        Assert.Equal(("Vera Teacher", "Algebra", (string?)null, 1, false), (preview.Teacher, preview.Subject, preview.Group, preview.SeatsLeft, preview.AlreadyJoined));
        Assert.Equal(("Vera Teacher", "Algebra"), (joined.Teacher, joined.Subject));
        var stored = await host.ReadAsync(code.Id);
        Assert.Equal((1, CodePhase.UsedUp, host.Clock.Now, 90), (stored.Uses, stored.Phase, stored.FirstUsedAt, stored.FirstUseSeconds));
        await using var db = host.Open();
        var enrollment = await db.Enrollments.SingleAsync();
        Assert.Equal((student.Id, teacher.Id, code.Id, EnrollmentSource.IndividualCode), (enrollment.StudentId, enrollment.TeacherId, enrollment.CodeId, enrollment.Source));
        var audit = await db.AuditEntries.SingleAsync(e => e.Action == "code.joined");
        Assert.DoesNotContain(code.Code, audit.After, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task JoinAsync_100StudentsAtOnceOnOneUse_Makes1Enrolment(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, ManyMisses);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(teacher);
        var students = await host.StudentsAsync(100);

        var results = await Task.WhenAll(students.Select(s => Task.Run(() => host.JoinAsync(s, code.Code))));

        Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("code_invalid", r.Error!.Code));
        Assert.Equal(1, await host.EnrollmentsAsync());
        Assert.Equal(1, (await host.ReadAsync(code.Id)).Uses);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task JoinAsync_100StudentsAtOnceOn10Seats_Makes10Enrolments(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider, ManyMisses);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher, maxUses: 10);
        var students = await host.StudentsAsync(100);

        var results = await Task.WhenAll(students.Select(s => Task.Run(() => host.JoinAsync(s, group.Code))));

        Assert.Equal(10, results.Count(r => r.Succeeded));
        Assert.Equal(10, await host.EnrollmentsAsync(e => e.GroupId == group.Id));
        var stored = await host.ReadAsync(group.CodeId);
        Assert.Equal((10, CodePhase.UsedUp), (stored.Uses, stored.Phase));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task JoinAsync_OneStudent20TimesAtOnce_UsesOneSeat(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var group = await host.GroupAsync(teacher, maxUses: 30);
        var student = await host.AddPersonAsync(Role.Student);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => host.JoinAsync(student.Actor, group.Code))));

        Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("code.already_joined", r.Error!.Code));
        Assert.Equal(1, (await host.ReadAsync(group.CodeId)).Uses);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task JoinAsync_TwoCodesOfOneSubjectAtOnce_UsesOneUp(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var codes = await host.CodesAsync(teacher, "Algebra", 10);
        var student = await host.AddPersonAsync(Role.Student);

        var results = await Task.WhenAll(codes.Select(c => Task.Run(() => host.JoinAsync(student.Actor, c.Code))));

        Assert.Single(results, r => r.Succeeded);
        Assert.All(results.Where(r => !r.Succeeded), r => Assert.Equal("code.already_joined", r.Error!.Code));
        await using var db = host.Open();
        Assert.Equal(1, await db.InviteCodes.SumAsync(c => c.Uses));
    }

    [Fact]
    public async Task JoinAsync_SameSubjectTwice_SaysSoAndUsesNothingUp()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        var first = await host.CodeAsync(teacher, "Algebra");
        var second = await host.CodeAsync(teacher, "  ALGEBRA ");
        Good(await host.JoinAsync(student.Actor, first.Code));

        Assert.True(Good(await host.PreviewAsync(student.Actor, second.Code)).AlreadyJoined);
        Assert.Equal("code.already_joined", (await host.JoinAsync(student.Actor, second.Code)).Error?.Code);
        Assert.Equal("code.already_joined", (await host.JoinAsync(student.Actor, first.Code)).Error?.Code);
        Assert.Equal(0, (await host.ReadAsync(second.Id)).Uses);

        var other = await host.CodeAsync(teacher, "Geometry");
        var group = await host.GroupAsync(teacher);
        Good(await host.JoinAsync(student.Actor, other.Code));
        Good(await host.JoinAsync(student.Actor, group.Code));
        Assert.Equal(3, await host.EnrollmentsAsync());
    }

    [Fact]
    public async Task JoinAsync_UnknownUsedExpiredClosed_OneAnswerToAnOutsider()
    {
        await using var host = await ServiceHost.CreateAsync(settings: ManyMisses);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var user = await host.AddPersonAsync(Role.Student);
        var outsider = await host.AddPersonAsync(Role.Student);
        var used = await host.CodeAsync(teacher, "A");
        var expired = await host.CodeAsync(teacher, "B", expiresAt: host.Clock.Now.AddMinutes(5));
        var closed = await host.CodeAsync(teacher, "C");
        var gone = await host.CodeAsync(teacher, "D");
        var banned = await host.AddPersonAsync(Role.Teacher);
        var ofBanned = await host.CodeAsync(banned, "E");
        Good(await host.JoinAsync(user.Actor, used.Code));
        Good(await host.Get<CodeService>().CloseAsync(teacher.Actor, closed.Id, Ct));
        Good(await host.Get<CodeService>().DeleteAsync(teacher.Actor, gone.Id, Ct));
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == banned.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.Status, PersonStatus.Banned));
        }

        host.Clock.Advance(TimeSpan.FromMinutes(5));

        foreach (var text in new[] { used.Code, expired.Code, closed.Code, gone.Code, ofBanned.Code, Wrong(), "ABC", "" })
        {
            var answers = new[] { (await host.PreviewAsync(outsider.Actor, text)).Error, (await host.JoinAsync(outsider.Actor, text)).Error };
            Assert.All(answers, e => Assert.Equal(CodeErrors.Unusable, e));
        }

        Assert.Equal("code.already_joined", (await host.PreviewAsync(user.Actor, used.Code)).Error?.Code);
        Assert.Equal(CodeErrors.Unusable, (await host.PreviewAsync(user.Actor, expired.Code)).Error);
    }

    [Fact]
    public async Task PreviewAsync_UnknownUsedExpiredClosed_SendTheSameStatements()
    {
        var statements = new Statements();
        await using var host = await ServiceHost.CreateAsync(configure: s => s.ConfigureDbContext<SqliteAppDbContext>(o => o.AddInterceptors(statements)));
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var codes = await host.CodesAsync(teacher, "Algebra", 2);
        var expired = await host.CodeAsync(teacher, expiresAt: host.Clock.Now.AddMinutes(1));
        Good(await host.JoinAsync((await host.AddPersonAsync(Role.Student)).Actor, codes[0].Code));
        Good(await host.Get<CodeService>().CloseAsync(teacher.Actor, codes[1].Id, Ct));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var outsiders = await host.StudentsAsync(5);
        var sent = new List<string>();

        // The first also makes the counter of the whole portal's hour, whatever it asks for.
        foreach (var (text, i) in new[] { Wrong(1), Wrong(2), codes[0].Code, codes[1].Code, expired.Code }.Select((t, i) => (t, i)))
        {
            statements.Texts.Clear();
            Assert.Equal(CodeErrors.Unusable, (await host.PreviewAsync(outsiders[i] with { Address = $"198.51.100.{i}" }, text)).Error);
            sent.Add(string.Join('\n', statements.Texts));
        }

        Assert.Contains("InviteCodes", sent[1], StringComparison.Ordinal);
        Assert.All(sent.Skip(2), s => Assert.Equal(sent[1], s));
    }

    [Fact]
    public async Task JoinAsync_AnOpenPreview_IsToldWhyItDoesNotWorkAnyMore()
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var student = await host.AddPersonAsync(Role.Student);
        var service = host.Get<CodeService>();
        var codes = await host.CodesAsync(teacher, "Algebra", 5, expiresAt: host.Clock.Now.AddHours(1));
        var tickets = new List<string>();
        foreach (var code in codes)
        {
            tickets.Add(Good(await host.PreviewAsync(student.Actor, code.Code)).Ticket);
        }

        Good(await service.RegenerateAsync(teacher.Actor, codes[0].Id, Ct));
        Good(await service.CloseAsync(teacher.Actor, codes[1].Id, Ct));
        Good(await service.DeleteAsync(teacher.Actor, codes[2].Id, Ct));
        Good(await host.JoinAsync((await host.AddPersonAsync(Role.Student)).Actor, codes[3].Code));

        string?[] told = ["code.replaced", "code.closed", "code.closed", "code.full"];
        for (var i = 0; i < told.Length; i++)
        {
            Assert.Equal(told[i], (await host.JoinAsync(student.Actor, codes[i].Code, tickets[i])).Error?.Code);
            Assert.Equal("code_invalid", (await host.JoinAsync((await host.AddPersonAsync(Role.Student)).Actor, codes[i].Code, tickets[i])).Error?.Code);
        }

        host.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("code.expired", (await host.JoinAsync(student.Actor, codes[4].Code, tickets[4])).Error?.Code);
        Assert.Equal("code_invalid", (await host.JoinAsync(student.Actor, codes[4].Code, tickets[3])).Error?.Code);
        Assert.Equal("code_invalid", (await host.JoinAsync(student.Actor, codes[4].Code, "nonsense")).Error?.Code);
        Assert.Equal(1, await host.EnrollmentsAsync());
    }

    [Theory]
    [InlineData(Role.Parent, "code.not_student")]
    [InlineData(Role.Teacher, "code.not_student")]
    [InlineData(Role.SuperAdmin, "code.not_student")]
    public async Task JoinAsync_WithoutTheRole_IsToldHowToGetIt(Role role, string code)
    {
        await using var host = await ServiceHost.CreateAsync();
        var teacher = await host.AddPersonAsync(Role.Teacher);
        var made = await host.CodeAsync(teacher);
        var person = await host.AddPersonAsync(role);

        Assert.Equal(code, (await host.JoinAsync(person.Actor, made.Code)).Error?.Code);
        Assert.Equal(code, (await host.JoinAsync(person.Actor, Wrong())).Error?.Code);
        Assert.Equal("account.signed_out", (await host.JoinAsync(Actor.Anonymous("192.0.2.9"), made.Code)).Error?.Code);
    }

    [Fact]
    public async Task JoinAsync_RoleHeldButNotActive_IsToldToSwitch_AndOwnCodeIsNoStudentsCode()
    {
        await using var host = await ServiceHost.CreateAsync();
        var both = await host.AddPersonAsync(Role.Teacher);
        var code = await host.CodeAsync(both);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == both.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.RoleBits, RoleBits.Of([Role.Teacher, Role.Student])));
        }

        Assert.Equal("code.student_inactive", (await host.JoinAsync(both.Actor, code.Code)).Error?.Code);
        await using (var db = host.Open())
        {
            await db.Users.Where(u => u.Id == both.Id).ExecuteUpdateAsync(set => set.SetProperty(u => u.ActiveRole, Role.Student));
        }

        Assert.Equal("code.own", (await host.JoinAsync(both.Actor, code.Code)).Error?.Code);
        Assert.Equal("code.not_teacher", (await host.Get<CodeService>().CloseAsync(both.Actor, code.Id, Ct)).Error?.Code);
    }

    /// <summary>For tests in which wrong codes are many and not what they are about.</summary>
    internal static Dictionary<string, string?> ManyMisses => new()
    {
        ["Limits:JoinMissesPerAddress"] = "100000",
        ["Limits:JoinMissesPerAccountPerDay"] = "100000",
        ["Limits:JoinMissesPerHour"] = "100000",
    };

    /// <summary>The text of every command that is sent.</summary>
    private sealed class Statements : DbCommandInterceptor
    {
        public List<string> Texts { get; } = [];

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            Texts.Add(command.CommandText);
            return new(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
        {
            Texts.Add(command.CommandText);
            return new(result);
        }
    }
}
