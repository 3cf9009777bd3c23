using System.Text;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Imports;
using InvitePortal.Tests.Invitations;
using InvitePortal.Tests.Support;
using InvitePortal.Tests.Users;
using InvitePortal.Users;
using Microsoft.EntityFrameworkCore;
using static InvitePortal.Tests.Imports.ImportCase;

namespace InvitePortal.Tests.Imports;

/// <summary>People from a file: verdicts before anything is done, the run, the same file again, and the way back.</summary>
public sealed class PeopleImportTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DryRun_EachRowHasItsVerdict_AndNothingIsStored(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var staff = await host.AddPersonAsync(Role.Staff);
        var (known, lacking) = (await host.AddPersonAsync(Role.Teacher), await host.AddPersonAsync(Role.Parent));
        var (banned, boss) = (await host.AddPersonAsync(Role.Student, PersonStatus.Banned), await host.AddPersonAsync(Role.SuperAdmin));
        var invited = await host.AddPersonAsync(Role.Student, PersonStatus.Invited);
        var before = await host.CountAsync();

        var id = await host.HandInAsync(staff, ImportKind.People, $"""
            email,name,roles,status,language
            new@example.org,New One,teacher,,ru
            {known.Email.ToUpperInvariant()},Somebody,Teacher,,
            {lacking.Email},Somebody,teacher,,
            NEW@example.org,Again,teacher,,
            nowhere,No Address,teacher,,
            x1@example.org,,teacher,,
            x2@example.org,Wizard,wizard,,
            x3@example.org,Boss,SUPER_ADMIN,,
            {banned.Email},Banned,teacher,,
            {boss.Email},Boss,teacher,,
            {invited.Email},Invited,teacher,,
            x4@example.org,Odd,teacher,asleep,
            x5@example.org,Odd,teacher,,fr
            x6@example.org,Default,,suspended,
            """);

        Assert.Equal(
            [
                (RowVerdict.New, null),
                (RowVerdict.Unchanged, null),
                (RowVerdict.AddsRole, null),
                (RowVerdict.Duplicate, "import.duplicate"),
                (RowVerdict.Invalid, "account.email_invalid"),
                (RowVerdict.Invalid, "account.name_invalid"),
                (RowVerdict.Invalid, "import.role_unknown"),
                (RowVerdict.Refused, "user.may_not_grant"),
                (RowVerdict.Refused, "user.exists_blocked"),
                (RowVerdict.Refused, "user.may_not_manage"),
                (RowVerdict.Refused, "user.exists_invited"),
                (RowVerdict.Invalid, "import.status_unknown"),
                (RowVerdict.Invalid, "account.language_invalid"),
                (RowVerdict.New, null),
            ],
            await host.VerdictsAsync(id));
        Assert.Equal(before, await host.CountAsync());
        Assert.Equal(ImportField.Language, (await host.RowsAsync(id))[12].Field);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Mend_VerdictsRenewAtOnce_AlsoOfRowsThatSaidTheSame(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.People, "email,name\na@example.org,Ann\na@example.org,Ann Again\nb@nowhere,Ben\n");

        Assert.True((await host.MendAsync(admin, id, 3, c => c with { Email = "b@example.org\0" })).Succeeded);
        Assert.True((await host.MendAsync(admin, id, 1, c => c with { Email = "first@example.org" })).Succeeded);
        Assert.Equal([RowVerdict.New, RowVerdict.New, RowVerdict.New], (await host.VerdictsAsync(id)).Select(v => v.Verdict));
        Assert.True((await host.MendAsync(admin, id, 3, c => c with { Email = "A@example.org" })).Succeeded);
        Assert.Equal([RowVerdict.New, RowVerdict.New, RowVerdict.Duplicate], (await host.VerdictsAsync(id)).Select(v => v.Verdict));
        Assert.True((await host.Get<ImportRowService>().LeaveOutAsync(admin.Actor, id, 2, leaveOut: true, Ct)).Succeeded);
        Assert.Equal([RowVerdict.New, RowVerdict.LeftOut, RowVerdict.New], (await host.VerdictsAsync(id)).Select(v => v.Verdict));
        Assert.True((await host.Get<ImportService>().CheckAgainAsync(admin.Actor, id, Role.Teacher, Ct)).Succeeded);
        Assert.Equal([RowVerdict.New, RowVerdict.LeftOut, RowVerdict.New], (await host.VerdictsAsync(id)).Select(v => v.Verdict));

        await host.RunAsync(admin, id);

        Assert.Equal([Role.Teacher], (await host.PersonAsync("first@example.org"))!.Roles);
        Assert.Equal("import.row_done", (await host.MendAsync(admin, id, 1, c => c with { Name = "Other" })).Error!.Code);
        Assert.Equal("import.row_unknown", (await host.Get<ImportRowService>().LeaveOutAsync(admin.Actor, id, 99, true, Ct)).Error!.Code);
        Assert.True((await host.Get<ImportRowService>().LeaveOutAsync(admin.Actor, id, 2, leaveOut: false, Ct)).Succeeded);
        Assert.Equal(RowVerdict.Unchanged, (await host.RowsAsync(id))[1].Verdict);
    }

    [Fact]
    public async Task ReadAgain_AnotherEncodingAndColumns_AndRefusalsLeaveItAsItWas()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var made = await host.TryHandInAsync(admin, ImportKind.People, Encoding.GetEncoding(1251).GetBytes("почта;кто\nанна;Ян\nx@example.org;Ю\n"));
        var id = made.Value;
        var service = host.Get<ImportService>();

        Assert.Equal(FileEncoding.Windows1251, (await host.DetailsAsync(admin, id)).Reading.Encoding);
        var reading = new FileReading(FileEncoding.Windows1251, ';', true);
        Assert.Equal("import.undecodable", (await service.ReadAgainAsync(admin.Actor, id, new ReadImport(reading with { Encoding = FileEncoding.Utf8 }), Ct)).Error!.Code);
        Assert.Equal("import.no_email_column", (await service.ReadAgainAsync(admin.Actor, id, new ReadImport(reading, [ImportField.None, ImportField.Name]), Ct)).Error!.Code);
        Assert.Equal("import.column_twice", (await service.ReadAgainAsync(admin.Actor, id, new ReadImport(reading, [ImportField.Email, ImportField.Email]), Ct)).Error!.Code);
        Assert.Equal([RowVerdict.Invalid, RowVerdict.Invalid], (await host.VerdictsAsync(id)).Select(v => v.Verdict));
        Assert.True((await service.ReadAgainAsync(admin.Actor, id, new ReadImport(reading, [ImportField.Email, ImportField.Name]), Ct)).Succeeded);
        Assert.Equal([(RowVerdict.Invalid, "account.email_invalid"), (RowVerdict.New, null)], await host.VerdictsAsync(id));
        Assert.True((await service.ReadAgainAsync(admin.Actor, id, new ReadImport(reading with { HasHeader = false }, [ImportField.Email, ImportField.Name]), Ct)).Succeeded);
        Assert.Equal(3, (await host.RowsAsync(id)).Count);
        await host.RunAsync(admin, id);
        Assert.Equal("import.started", (await service.ReadAgainAsync(admin.Actor, id, new ReadImport(reading), Ct)).Error!.Code);
        await using var db = host.Open();
        Assert.Empty(await db.ImportSources.ToListAsync(Ct));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task H06_Result_HoldsEveryRow_AndNoFormula(DatabaseProvider provider)
    {
        await using var host = await ServiceHost.CreateAsync(provider);
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var other = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.People, "email,name,role\na@example.org,\"=HYPERLINK(\"\"http://evil\"\")\",student\n@SUM(1),+cmd,student\n");
        await host.RunAsync(admin, id);
        using var stream = new MemoryStream();

        Assert.Equal("import.not_found", (await host.Get<ImportResult>().WriteAsync(other.Actor, id, stream, Ct)).Error!.Code);
        Assert.Equal(0, stream.Length);
        Assert.True((await host.Get<ImportResult>().WriteAsync(admin.Actor, id, stream, Ct)).Succeeded);

        var lines = Encoding.UTF8.GetString(stream.ToArray()).TrimStart('\uFEFF').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("line,email,name,roles,status,language,message,verdict,done,code,reason", lines[0]);
        Assert.StartsWith("2,a@example.org,\"'=HYPERLINK(\"\"http://evil\"\")\",student,,,,NEW,DONE,,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("3,'@SUM(1),'+cmd,student,,,,INVALID,,account.email_invalid,", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_ADaysFiles_ExpiryAndOwnership()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:ImportsPerDay"] = "2", ["Limits:ImportRows"] = "3" });
        var (admin, boss) = (await host.AddPersonAsync(Role.Staff), await host.AddPersonAsync(Role.SuperAdmin));

        Assert.Equal("import.too_many_rows", (await host.TryHandInAsync(admin, ImportKind.People, Bytes("a@b.org\nb@b.org\nc@b.org\nd@b.org"))).Error!.Code);
        var id = await host.HandInAsync(admin, ImportKind.People, "a@b.org\nb@b.org\nc@b.org");
        Assert.Equal("import.too_many_today", (await host.TryHandInAsync(admin, ImportKind.People, Bytes("a@b.org"))).Error!.Code);
        await using (var db = host.Open())
        {
            Assert.Equal((1, 3), (await db.Imports.CountAsync(Ct), await db.ImportRows.CountAsync(Ct)));
        }

        var kept = await host.HandInAsync(boss, ImportKind.People, "k@b.org");
        Assert.True((await host.Get<UserService>().DeleteAsync(boss.Actor, admin.Id, Ct)).Succeeded);
        await using var after = host.Open();
        Assert.Equal([kept], await after.Imports.Select(i => i.Id).ToListAsync(Ct));
        Assert.Equal(1, await after.ImportRows.CountAsync(Ct));
        host.Clock.Advance(TimeSpan.FromDays(8));
        await host.StartAsync<ImportWorker>();
        await Eventually.TrueAsync(async () => !await after.Imports.AnyAsync(Ct), TimeSpan.FromSeconds(10));
        Assert.NotEqual(Guid.Empty, id);
    }
}
