using Bunit;
using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using Radzen;

namespace InvitePortal.Tests.Shell;

public sealed class BulkDialogTests
{
    [Theory]
    [InlineData(BulkReport.MaxRefusals, BulkReport.MaxRefusals, false, false)]
    [InlineData(BulkReport.MaxRefusals + 1, BulkReport.MaxRefusals, false, true)]
    [InlineData(BulkReport.MaxRefusals + 1, BulkReport.MaxRefusals, true, true)]
    [InlineData(BulkReport.MaxRefusals + 1, 3, true, false)]
    public void MoreRefusedThanListed_IsSaid(int total, int listed, bool stopped, bool said)
    {
        using var ui = UiContext.In("en");
        ui.Services.AddRadzenComponents();
        var refused = Enumerable.Range(0, listed).Select(i => new BulkRefusal(Guid.NewGuid(), $"{i}", "x", "y")).ToList();
        Result<BulkReport> result = new BulkReport(total, 0, refused, stopped);

        var dialog = ui.Render<BulkDialog>(p => p
            .Add(d => d.RowName, "Person")
            .Add(d => d.Work, (_, _) => Task.FromResult(result)));

        dialog.WaitForAssertion(() => Assert.Equal(listed, dialog.FindAll("tbody tr").Count), TimeSpan.FromSeconds(10));
        Assert.Equal(said, dialog.Markup.Contains("only the first 1,000 are listed", StringComparison.Ordinal));
    }
}
