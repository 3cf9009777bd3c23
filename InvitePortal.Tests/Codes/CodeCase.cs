using System.Linq.Expressions;
using System.Text.Json;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Codes;

/// <summary>What tests of codes do again and again.</summary>
internal static class CodeCase
{
    public static readonly CancellationToken Ct = CancellationToken.None;

    /// <summary>One individual code.</summary>
    public static async Task<CodeRow> CodeAsync(this ServiceHost host, TestPerson teacher, string subject = "Algebra", int? maxUses = 1, DateTimeOffset? expiresAt = null) =>
        Assert.Single(await host.CodesAsync(teacher, subject, 1, maxUses, expiresAt));

    public static async Task<IReadOnlyList<CodeRow>> CodesAsync(
        this ServiceHost host, TestPerson teacher, string subject, int count, int? maxUses = 1, DateTimeOffset? expiresAt = null) =>
        Good(await host.Get<CodeService>().CreateAsync(teacher.Actor, new CreateCodes(subject, count, maxUses, expiresAt), Ct));

    public static async Task<GroupRow> GroupAsync(this ServiceHost host, TestPerson teacher, int? maxUses = null, string name = "9A", string subject = "Algebra") =>
        Good(await host.Get<GroupService>().CreateAsync(teacher.Actor, new CreateGroup(name, subject, maxUses), Ct));

    public static Task<Result<Joined>> JoinAsync(this ServiceHost host, Actor student, string code, string? preview = null) =>
        host.Get<JoinService>().JoinAsync(student, new JoinByCode(code, preview), Ct);

    public static Task<Result<CodePreview>> PreviewAsync(this ServiceHost host, Actor student, string code) =>
        host.Get<JoinService>().PreviewAsync(student, code, Ct);

    /// <summary>Many students, each with a session.</summary>
    public static async Task<List<Actor>> StudentsAsync(this ServiceHost host, int count, string address = "192.0.2.1")
    {
        var students = new List<Actor>();
        for (var i = 0; i < count; i++)
        {
            students.Add((await host.AddPersonAsync(Role.Student)).Actor with { Address = address });
        }

        return students;
    }

    public static async Task<InviteCode> ReadAsync(this ServiceHost host, Guid id)
    {
        await using var db = host.Open();
        return await db.InviteCodes.AsNoTracking().SingleAsync(c => c.Id == id);
    }

    public static async Task<int> EnrollmentsAsync(this ServiceHost host, Expression<Func<Enrollment, bool>>? which = null)
    {
        await using var db = host.Open();
        return await db.Enrollments.CountAsync(which ?? (_ => true));
    }

    /// <summary>What the messages about a code carry, oldest first.</summary>
    public static async Task<List<(OutboxMessage Message, JsonElement Body)>> MessagesAsync(this ServiceHost host, Guid codeId)
    {
        await using var db = host.Open();
        var messages = await db.OutboxMessages.AsNoTracking().Where(m => m.SubjectId == codeId).OrderBy(m => m.CreatedAt).ThenBy(m => m.Id).ToListAsync();
        return messages.ConvertAll(m => (m, m.Body is null ? default : JsonSerializer.Deserialize<JsonElement>(host.Get<Outbox>().Unprotect(m.Body))));
    }

    /// <summary>A code that nobody has: right in shape, wrong in every place.</summary>
    public static string Wrong(int number = 0) => "ZZZZ" + CodeText.Alphabet[number % 31] + CodeText.Alphabet[number / 31 % 31] + "ZZ";

    public static T Good<T>(Result<T> result)
    {
        Assert.True(result.Succeeded, result.Error?.Code);
        return result.Value;
    }

    public static void Good(Result result) => Assert.True(result.Succeeded, result.Error?.Code);
}
