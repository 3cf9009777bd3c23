using Bunit;
using InvitePortal.Common;
using InvitePortal.Imports;
using InvitePortal.Imports.Pages;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static InvitePortal.Tests.Imports.ImportCase;

namespace InvitePortal.Tests.Imports.Pages;

public sealed class ImportPagesTests
{
    [Fact]
    public async Task Paste_LeadsToTheImport_AndARefusalIsShownInPlace()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new ImportUi(host, admin);
        var page = ui.Render<ImportPage>();

        await page.Find("#import-text").ChangeAsync(new ChangeEventArgs { Value = "email\n" });
        await page.Find("form").SubmitAsync();
        page.WaitForAssertion(() => Assert.Contains("There is no row in it.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));

        await page.Find("#import-text").ChangeAsync(new ChangeEventArgs { Value = "email,name\na@example.org,Ann\n" });
        await page.Find("form").SubmitAsync();
        var navigation = ui.Services.GetRequiredService<NavigationManager>();
        page.WaitForAssertion(() => Assert.Matches("/users/import/[0-9a-f-]{36}$", navigation.Uri), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task I14_FileOfMoreThanTheLimit_IsRefusedUnread()
    {
        await using var host = await ServiceHost.CreateAsync(settings: new Dictionary<string, string?> { ["Limits:ImportBytes"] = "1048576" });
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new ImportUi(host, admin);
        var page = ui.Render<ImportPage>();

        await page.InvokeAsync(() => page.FindComponent<InputFile>().Instance.OnChange.InvokeAsync(new InputFileChangeEventArgs([new Endless()])));

        Assert.Contains("larger than 1 MB", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        await using var db = host.Open();
        Assert.Empty(await db.Imports.ToListAsync(Ct));
    }

    [Fact]
    public async Task Agency_SeesInvitationsOnly()
    {
        await using var host = await ServiceHost.CreateAsync();
        var agency = await host.AddPersonAsync(Role.Agency);
        var teacher = await host.AddPersonAsync(Role.Teacher);
        await using var ui = new ImportUi(host, agency);
        await using var closed = new ImportUi(host, teacher);

        var page = ui.Render<ImportPage>();

        Assert.Equal("Import invitations", page.Find("h1").TextContent);
        Assert.Empty(page.FindAll("nav.tabs"));
        Assert.Equal(["Business"], page.FindAll("#import-role option").Select(o => o.TextContent.Trim()));
        Assert.Empty(closed.Render<ImportPage>().FindAll("input[type=file]"));
    }

    [Fact]
    public async Task Row_IsMendedInPlace_AndLeftOut()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.People, "email,name\nnowhere,Ann\nb@example.org,Ben\n");
        await using var ui = new ImportUi(host, admin);
        var page = ui.Render<ImportReviewPage>(p => p.Add(c => c.Id, id));

        Assert.Equal(["All 2", "To be mended 1", "New account 1"], page.FindAll(".chips a").Select(a => string.Join(' ', a.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains("Import 1 person", page.Find("form button[type=submit]").TextContent, StringComparison.Ordinal);
        await page.Find("button[aria-label='Mend line 2']").ClickAsync();
        Assert.Equal("true", page.Find("#row-1-Email").GetAttribute("aria-invalid"));
        await page.Find("#row-1-Email").ChangeAsync(new ChangeEventArgs { Value = "ann@example.org" });
        await page.Find("tr.editing form").SubmitAsync();

        page.WaitForAssertion(() => Assert.Contains("Import 2 people", page.Markup, StringComparison.Ordinal));
        await page.Find("button[aria-label='Leave out line 3']").ClickAsync();
        page.WaitForAssertion(() => Assert.Contains("Left out", page.Find("tr.left-out").TextContent, StringComparison.Ordinal));
        Assert.Equal([(RowVerdict.New, null), (RowVerdict.LeftOut, null)], await host.VerdictsAsync(id));
    }

    [Fact]
    public async Task Report_SaysWhatWasDone_AndOffersTheWayBack()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        var id = await host.HandInAsync(admin, ImportKind.People, "email,name\na@example.org,Ann\nb@example.org,Ben\n");
        await host.RunAsync(admin, id);
        await using var ui = new ImportUi(host, admin, Languages.Russian);
        ui.Dialogs.OnOpen += (_, _, _, _) => ui.Dialogs.Close(true);

        var page = ui.Render<ImportReviewPage>(p => p.Add(c => c.Id, id));

        Assert.Contains("Импортировано 2 человека", page.Find(".note").TextContent, StringComparison.Ordinal);
        await page.Find(".btn.danger").ClickAsync();
        page.WaitForAssertion(() => Assert.Contains("Отменено строк: 0 из 2", page.Markup, StringComparison.Ordinal));
        await host.Worker().RunDueAsync(Ct);
        Assert.Equal(2, (await host.DetailsAsync(admin, id)).Of(RowStanding.Undone));
    }

    [Fact]
    public async Task SomebodyElsesImport_IsNotThere()
    {
        await using var host = await ServiceHost.CreateAsync();
        var (admin, other) = (await host.AddPersonAsync(Role.SuperAdmin), await host.AddPersonAsync(Role.SuperAdmin));
        var id = await host.HandInAsync(admin, ImportKind.People, "email,name\na@example.org,Ann\n");
        await using var ui = new ImportUi(host, other);

        var page = ui.Render<ImportReviewPage>(p => p.Add(c => c.Id, id));

        Assert.Contains("There is no such import any more", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("a@example.org", page.Markup, StringComparison.Ordinal);
    }

    /// <summary>A file that says it is huge; whoever reads it fails.</summary>
    private sealed class Endless : IBrowserFile
    {
        public string Name => "huge.csv";
        public DateTimeOffset LastModified => DateTimeOffset.UnixEpoch;
        public long Size => 10L * 1024 * 1024 * 1024;
        public string ContentType => "text/csv";

        public Stream OpenReadStream(long maxAllowedSize = 512_000, CancellationToken cancellationToken = default) => throw new InvalidOperationException("It was to be read.");
    }
}
