using System.Text.RegularExpressions;
using InvitePortal.Insights;
using InvitePortal.Tests.Architecture;

namespace InvitePortal.Tests.Insights;

/// <summary>What the audit log offers to choose among.</summary>
public sealed partial class AuditFilterTests
{
    [Fact]
    public void EveryActionThatIsRecorded_IsOffered_AndHasWords()
    {
        var texts = SourceTree.Files.Single(f => f.Path == "Insights/InsightsTexts.resx").Text;
        var offered = AuditFilter.Known.SelectMany(k => k.Actions).ToHashSet();
        var recorded = SourceTree.CSharp.SelectMany(f => Recorded().Matches(f.Text).Select(m => m.Groups[1].Value)).Distinct().ToList();

        Assert.True(recorded.Count > 50, $"only {recorded.Count} were found");
        SourceTree.AssertNone(recorded.Where(a => !offered.Contains(a)).Select(a => $"{a} is not offered")
            .Concat(offered.Where(a => !texts.Contains($"\"action.{a}\"", StringComparison.Ordinal)).Select(a => $"action.{a} has no text"))
            .Concat(AuditFilter.Known.Where(k => !texts.Contains($"\"area.{k.Area}\"", StringComparison.Ordinal)).Select(k => $"area.{k.Area} has no text")));
    }

    // The name of the change within a call of AuditLog.Record.
    [GeneratedRegex(@"AuditLog\.Record\([^;]*?""([a-z]+\.[a-z_]+)""")]
    private static partial Regex Recorded();
}
