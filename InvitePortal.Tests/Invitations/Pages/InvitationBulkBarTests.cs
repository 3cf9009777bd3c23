using Bunit;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Invitations.Pages;
using InvitePortal.Messaging;
using InvitePortal.Shell.Ui;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Invitations.Pages;

public sealed class InvitationBulkBarTests
{
    private static readonly InvitationFilter Filter = new() { Address = "example" };

    private readonly RowSelection _selection = new();
    private readonly List<Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>> _works = [];
    private bool _confirmed = true;
    private bool _runsAtOnce;
    private int _asked;
    private int _changed;

    [Fact]
    public async Task NothingSelected_ShowsNothing()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);

        Assert.Equal("", Bar(ui, Page(2, total: 2)).Markup.Trim());
    }

    [Theory]
    [InlineData(1, 30, 3)]
    [InlineData(2, 30, 4)]
    [InlineData(2, 2, 3)]
    public async Task WholePageOfMore_OffersAllThatMatch(int ticked, int total, int actions)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var page = Page(2, total);
        Tick(page, ticked);

        Assert.Equal(actions, Bar(ui, page).FindAll("button.btn:not(.icon)").Count);
    }

    [Fact]
    public async Task Resend_RunsTheTickedWithoutAskingAndClears()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new InvitationUi(host, admin);
        var page = await InvitedAsync(host, admin, 3);
        Tick(page, 2);
        var bar = Bar(ui, page);

        await bar.FindAll("button.btn:not(.icon)")[0].ClickAsync(new());

        Assert.Equal((0, 1), (_asked, _changed));
        Assert.Equal(0, _selection.Count);
        Assert.Equal(2, (await Assert.Single(_works)(new Progress<Progress>(), default)).Value!.Done);
        await using var db = host.Open();
        Assert.Equal(page.Items.Take(2).Select(i => i.Id).Order(), (await db.Invitations.Where(i => i.Resends == 1).Select(i => i.Id).ToListAsync()).Order());
    }

    [Fact]
    public async Task Delete_OfEverything_AsksAndRunsTheFilter()
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new InvitationUi(host, admin);
        await host.InviteOneAsync(admin, "other@elsewhere.test");
        var all = await InvitedAsync(host, admin, 4);
        var page = all with { Items = [.. all.Items.Take(2)], Total = 30 };
        Tick(page, 2);
        var bar = Bar(ui, page);

        bar.FindAll("button.btn:not(.icon)")[0].Click();
        Assert.Contains("30", bar.Find(".count").TextContent, StringComparison.Ordinal);
        await bar.Find("button.danger").ClickAsync(new());

        Assert.Equal(1, _asked);
        Assert.False(_selection.Everything);
        Assert.Equal(4, (await Assert.Single(_works)(new Progress<Progress>(), default)).Value!.Done);
        await using var db = host.Open();
        Assert.Equal("other@elsewhere.test", (await db.Invitations.SingleAsync()).Email);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task CancelAndDelete_NotConfirmed_DoNothingAndKeepTheSelection(int button)
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        _confirmed = false;
        var page = Page(2, total: 2);
        Tick(page, 1);
        var bar = Bar(ui, page);

        await bar.FindAll("button.btn:not(.icon)")[button].ClickAsync(new());

        Assert.Equal((1, 0, 1), (_asked, _changed, _selection.Count));
        Assert.Empty(_works);
    }

    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(false, 0, 1)]
    public async Task Refused_AsAWhole_KeepsTheSelection(bool signedOut, int selected, int changed)
    {
        await using var host = await ServiceHost.CreateAsync();
        var admin = await host.AddPersonAsync(Role.SuperAdmin);
        await using var ui = new InvitationUi(host, admin);
        var page = await InvitedAsync(host, admin, 1);
        Tick(page, 1);
        await using var db = host.Open();
        await db.Sessions.Where(_ => signedOut).ExecuteDeleteAsync();
        _runsAtOnce = true;

        await Bar(ui, page).FindAll("button.btn:not(.icon)")[0].ClickAsync(new());

        Assert.Single(_works);
        Assert.Equal((selected, changed), (_selection.Count, _changed));
    }

    [Fact]
    public async Task Clear_EmptiesTheSelection()
    {
        await using var host = await ServiceHost.CreateAsync();
        await using var ui = new InvitationUi(host);
        var page = Page(2, total: 2);
        Tick(page, 2);

        await Bar(ui, page).Find("button.icon").ClickAsync(new());

        Assert.Equal((0, 1), (_selection.Count, _changed));
    }

    private static async Task<PageResult<InvitationRow>> InvitedAsync(ServiceHost host, TestPerson by, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await host.InviteOneAsync(by, $"{i}@example.org");
        }

        return (await host.Get<InvitationQueries>().ListAsync(by.Actor, Filter, new PageRequest(), default)).Value!;
    }

    private static PageResult<InvitationRow> Page(int rows, long total)
    {
        var now = new DateTimeOffset(2030, 5, 6, 9, 0, 0, TimeSpan.Zero);
        return new PageResult<InvitationRow>(
            [.. Enumerable.Range(0, rows).Select(i => new InvitationRow(
                Guid.NewGuid(), $"{i}@example.org", Role.Business, Channel.Email, InvitationState.Pending, null, null, null, null, now.AddDays(7), "Ann", now, 1, null, null, null, null))],
            total,
            1,
            rows);
    }

    private void Tick(PageResult<InvitationRow> page, int count)
    {
        foreach (var row in page.Items.Take(count))
        {
            _selection.Toggle(row.Id, []);
        }
    }

    private IRenderedComponent<InvitationBulkBar> Bar(InvitationUi ui, PageResult<InvitationRow> page)
    {
        ui.Dialogs.OnOpen += (_, type, parameters, _) =>
        {
            if (type == typeof(ConfirmDialog))
            {
                _asked++;
            }
            else
            {
                Assert.Equal(typeof(BulkDialog), type);
                _works.Add(Assert.IsType<Func<IProgress<Progress>, CancellationToken, Task<Result<BulkReport>>>>(parameters[nameof(BulkDialog.Work)]));
            }

            _ = CloseAsync();
        };

        async Task CloseAsync()
        {
            if (_runsAtOnce && _works is [var work])
            {
                await work(new Progress<Progress>(), default);
            }

            ui.Dialogs.Close(_confirmed);
        }

        return ui.Render<InvitationBulkBar>(p => p
            .Add(b => b.Selection, _selection)
            .Add(b => b.Result, page)
            .Add(b => b.Filter, Filter)
            .Add(b => b.OnChanged, () => _changed++));
    }
}
