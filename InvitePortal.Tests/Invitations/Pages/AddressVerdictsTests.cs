using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Tests.Support;

namespace InvitePortal.Tests.Invitations.Pages;

/// <summary>What is said of each address, before and after sending.</summary>
public sealed class AddressVerdictsTests
{
    [Fact]
    public async Task Chips_BadOnesComeFirstWithTheirReason()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);

        var chips = ui.Render<AddressChips>(p => p.Add(c => c.Verdicts, [Good("a@example.org"), Bad("nonsense", InvitationErrors.AddressInvalid), Good("b@example.org")]));

        var shown = chips.FindAll("li.chip");
        Assert.Equal([true, false, false], shown.Select(c => c.ClassList.Contains("bad")));
        Assert.Contains(InvitationErrors.AddressInvalid.Message, shown[0].TextContent, StringComparison.Ordinal);
        Assert.Equal(["a@example.org", "b@example.org"], shown.Skip(1).Select(c => c.TextContent));
    }

    [Fact]
    public async Task Chips_ManyThousands_AreCountedAndNotDrawn()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);

        var chips = ui.Render<AddressChips>(p => p.Add(c => c.Verdicts, [.. Enumerable.Range(0, 10_000).Select(i => Good($"{i}@example.org"))]));

        Assert.Equal(41, chips.FindAll("li").Count);
        Assert.Contains("9960", Digits(chips.FindAll("li").Last().TextContent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chips_Remove_IsOfferedForBadOnesOnly()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var removed = 0;
        Assert.Empty(ui.Render<AddressChips>(p => p.Add(c => c.Verdicts, [Good("a@example.org")])).FindAll("button"));
        Assert.Equal("", ui.Render<AddressChips>(p => p.Add(c => c.Verdicts, [])).Markup.Trim());

        ui.Render<AddressChips>(p => p.Add(c => c.Verdicts, [Bad("x", InvitationErrors.AddressInvalid)]).Add(c => c.OnRemove, () => removed++)).Find("button").Click();

        Assert.Equal(1, removed);
    }

    [Fact]
    public async Task Verdicts_SkippedAndFailed_AreListedAndOnlyFailedTriedAgain()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        IReadOnlyList<string> again = [];
        var sent = new SentInvitations(
            Guid.NewGuid(), 1, [Good("a@example.org"), Bad("b@example.org", InvitationErrors.AlreadyMember), Bad("c@example.org", InvitationErrors.NotStored, AddressOutcome.Failed)]);

        var verdicts = ui.Render<InviteVerdicts>(p => p.Add(v => v.Sent, sent).Add(v => v.OnRetry, failed => again = failed));
        Assert.Equal(
            ["b@example.org", "c@example.org"],
            verdicts.FindAll("tbody tr").Select(r => r.Children[0].TextContent));
        Assert.Equal(["grey", "red"], verdicts.FindAll("tbody .badge").Select(b => b.ClassList[1]));
        verdicts.Find("button:not(.primary)").Click();

        Assert.Equal(["c@example.org"], again);
    }

    [Fact]
    public async Task Verdicts_AllInvited_ShowNoTableAndNothingToTryAgain()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var closed = 0;

        var verdicts = ui.Render<InviteVerdicts>(p => p.Add(v => v.Sent, new SentInvitations(Guid.NewGuid(), 1, [Good("a@example.org")])).Add(v => v.OnClose, () => closed++));
        Assert.Empty(verdicts.FindAll("table"));
        Assert.Single(verdicts.FindAll("button")).Click();

        Assert.Equal(1, closed);
    }

    [Fact]
    public async Task Verdicts_Hundreds_AreCutAndCounted()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var sent = new SentInvitations(Guid.NewGuid(), 0, [.. Enumerable.Range(0, 250).Select(i => Bad($"{i}@example.org", InvitationErrors.AlreadyInvited))]);

        var verdicts = ui.Render<InviteVerdicts>(p => p.Add(v => v.Sent, sent));

        Assert.Equal(200, verdicts.FindAll("tbody tr").Count);
        Assert.Contains("50", verdicts.Find("p.muted").TextContent, StringComparison.Ordinal);
    }

    private static AddressVerdict Good(string email) => new(email, AddressOutcome.Invited, Guid.NewGuid(), null, null);

    private static AddressVerdict Bad(string email, Error error, AddressOutcome outcome = AddressOutcome.Skipped) => new(email, outcome, null, error.Code, error.Message);

    private static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
}
