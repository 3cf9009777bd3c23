using System.Globalization;
using System.Text.RegularExpressions;
using Bunit;
using InvitePortal.Shell.Ui;
using QRCoder;

namespace InvitePortal.Tests.Shell;

public sealed partial class QrCodeTests
{
    [Theory]
    [InlineData("https://portal.example/join?code=K7PM2QXA")]
    [InlineData("Имя & <знак>")]
    public void Path_PaintsEveryModuleAndNoOther(string text)
    {
        using var ui = UiContext.In("en");
        using var expected = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var size = expected.ModuleMatrix.Count;

        var svg = ui.Render<QrCode>(p => p.Add(q => q.Text, text).Add(q => q.Label, "Join")).Find("svg");

        Assert.Equal($"0 0 {size} {size}", svg.GetAttribute("viewBox"));
        Assert.Equal("Join", svg.GetAttribute("aria-label"));
        var painted = new bool[size, size];
        foreach (Match bar in Bar().Matches(svg.QuerySelector("path")!.GetAttribute("d")!))
        {
            var (x, y, width) = (Number(bar, 1), Number(bar, 2), Number(bar, 3));
            for (var i = 0; i < width; i++)
            {
                painted[y, x + i] = true;
            }
        }

        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                Assert.Equal(expected.ModuleMatrix[y][x], painted[y, x]);
            }
        }

        // Readers look for the quiet edge first.
        Assert.All(Enumerable.Range(0, size), i => Assert.False(painted[3, i] || painted[i, 3]));
        Assert.True(painted[4, 4]);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"M(\d+) (\d+)h(\d+)v1h-\d+z")]
    private static partial Regex Bar();
}
