using System.Text.RegularExpressions;
using InvitePortal.Common;
using InvitePortal.Shell;
using InvitePortal.Tests.Architecture;
using InvitePortal.Users;
using InvitePortal.Users.Pages;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Tests.Users.Pages;

public sealed partial class AuditWordsTests
{
    [Fact]
    public void EveryActionOnAPerson_HasWords()
    {
        var (texts, _) = In(Languages.English);
        var errors = SourceTree.Files.Single(f => f.Path == "Common/ErrorTexts.resx").Text;
        // Webhooks have names of their own for what happened.
        var actions = SourceTree.CSharp.Where(f => f.Feature is not "Webhooks").SelectMany(f => Name().Matches(f.Text).Select(m => m.Groups[1].Value)).Distinct()
            .Where(a => !errors.Contains($"\"{a}\"", StringComparison.Ordinal)).ToList();

        Assert.Contains("user.edited", actions);
        Assert.Contains("account.password_reset", actions);
        SourceTree.AssertNone(actions.Where(a => texts[$"audit.{a}"].ResourceNotFound).Select(a => $"audit.{a} has no text"));
    }

    [Theory]
    [InlineData("en", "Name: Ann → Anna", "Status: Active → Banned", "Roles: Teacher → Staff, Teacher", "About: Physics → none")]
    [InlineData("ru", "Имя: Ann → Anna", "Статус: Активен → Заблокирован", "Роли: Преподаватель → Сотрудник, Преподаватель", "О себе: Physics → нет")]
    public void Changes_AreInTheReadersWords(string language, params string[] expected)
    {
        var (texts, words) = In(language);
        var row = Row(
            "user.edited",
            """{"name":"Ann","status":"ACTIVE","roles":["TEACHER"],"bio":"Physics","language":"en"}""",
            """{"name":"Anna","status":"BANNED","roles":["STAFF","TEACHER"],"bio":null,"language":"en"}""");

        Assert.Equal(expected, AuditWords.Changes(row, texts, words));
    }

    [Fact]
    public void Changes_OfSomethingNew_SayOnlyWhatItIs()
    {
        var (texts, words) = In(Languages.English);

        Assert.Equal(["By: mailed code"], AuditWords.Changes(Row("account.signed_in", null, """{"method":"code","kind":"BROWSER"}"""), texts, words));
        Assert.Equal(["By: carrier pigeon"], AuditWords.Changes(Row("account.signed_in", null, """{"method":"carrier pigeon"}"""), texts, words));
        Assert.Empty(AuditWords.Changes(Row("account.password_set", null, null), texts, words));
        Assert.Equal("no.such_action", AuditWords.Action(Row("no.such_action", null, null), texts));
    }

    private static UserAuditRow Row(string action, string? before, string? after) =>
        new(Guid.NewGuid(), new DateTimeOffset(2030, 1, 6, 9, 0, 0, TimeSpan.Zero), "Ada", "192.0.2.1", action, before, after);

    private static (IStringLocalizer<UsersTexts> Texts, IStringLocalizer<ShellTexts> Words) In(string language)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture(language);
        var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        return (services.GetRequiredService<IStringLocalizer<UsersTexts>>(), services.GetRequiredService<IStringLocalizer<ShellTexts>>());
    }

    [GeneratedRegex(@"""((?:user|account|enrollment)\.[a-z_]+)""")]
    private static partial Regex Name();
}
