using System.Text.RegularExpressions;

namespace InvitePortal.Tests.Architecture;

/// <summary>Who may name whom. Arrows point down; two features of one level do not see each other.</summary>
public sealed partial class LayeringTests
{
    private static readonly string[] Ground = ["Common", "Data", "Audit", "Settings", "Shell", "Api"];

    /// <summary>What each folder may name beside itself.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Common"] = [],
        ["Data"] = ["Common"],
        ["Audit"] = ["Common", "Data"],
        // Settings are changed by people, on a page.
        ["Settings"] = ["Common", "Data", "Audit", "Shell"],
        // Idempotency keys are stored.
        ["Api"] = ["Common", "Data"],
        ["Shell"] = ["Common"],
        // Health, readiness and rates look at the database; failures are told in the API's words.
        ["Shell/Protection"] = ["Common", "Data", "Api", "Shell"],
        ["Messaging"] = Ground,
        // Features below tell it what happened; it delivers over the outbox.
        ["Webhooks"] = [.. Ground, "Messaging"],
        ["Accounts"] = [.. Ground, "Messaging", "Webhooks"],
        ["Users"] = [.. Ground, "Messaging", "Webhooks", "Accounts"],
        ["Codes"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users"],
        ["Links"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users"],
        ["Telegram"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users", "Codes", "Links"],
        ["Invitations"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users", "Codes", "Links"],
        ["Imports"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users", "Codes", "Links", "Invitations"],
        ["Insights"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users", "Codes", "Links", "Invitations"],
        ["Demo"] = [.. Ground, "Messaging", "Webhooks", "Accounts", "Users", "Codes", "Links", "Invitations", "Insights"],
    };

    /// <summary>The only files that may name everything.</summary>
    private static readonly string[] Free = ["Data/AppDbContext.cs", "Program.cs", "_Imports.razor"];

    [Fact]
    public void EveryFolder_NamesOnlyWhatLiesBelow() => SourceTree.AssertNone(
        SourceTree.CSharp.Concat(SourceTree.Razor).Where(f => !Free.Contains(f.Path)).SelectMany(Violations));

    [Fact]
    public void EveryFolder_HasItsPlace() => SourceTree.AssertNone(
        SourceTree.CSharp.Concat(SourceTree.Razor).Where(f => f.Feature.Length > 0 && f.Feature is not "Properties" && !Allowed.ContainsKey(f.Feature)).Select(f => f.Feature));

    [Theory]
    [InlineData("Common/A.cs", "using InvitePortal.Data;", true)]
    [InlineData("Accounts/A.cs", "using InvitePortal.Invitations;", true)]
    [InlineData("Accounts/A.cs", "var x = new InvitePortal.Invitations.Invitation();", true)]
    [InlineData("Accounts/A.cs", "using InvitePortal.Messaging;", false)]
    [InlineData("Accounts/A.cs", "// see InvitePortal.Invitations.Invitation", false)]
    [InlineData("Shell/Pages/A.razor", "@using InvitePortal.Accounts", true)]
    [InlineData("Shell/A.cs", "using InvitePortal.Data;", true)]
    [InlineData("Shell/Protection/A.cs", "using InvitePortal.Data;", false)]
    [InlineData("Invitations/A.cs", "using InvitePortal.Accounts;\nnamespace InvitePortal.Invitations;", false)]
    public void Violations_AreFound(string path, string text, bool wrong) => Assert.Equal(wrong, Violations(new SourceFile(path, text)).Any());

    private static IEnumerable<string> Violations(SourceFile file)
    {
        var allowed = Allowed.GetValueOrDefault(string.Join('/', file.Folder.Split('/').Take(2))) ?? Allowed.GetValueOrDefault(file.Feature) ?? [];
        foreach (var line in file.Text.Split('\n').Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal) && !l.StartsWith("namespace ", StringComparison.Ordinal)))
        {
            foreach (Match match in Reference().Matches(line))
            {
                var named = match.Groups[1].Value;
                if (Allowed.ContainsKey(named) && named != file.Feature && !allowed.Contains(named))
                {
                    yield return $"{file.Path} names {named}: {line.Trim()}";
                }
            }
        }
    }

    [GeneratedRegex(@"(?<!"")\bInvitePortal\.([A-Z][A-Za-z]+)")]
    private static partial Regex Reference();
}
