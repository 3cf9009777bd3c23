using InvitePortal.Common;
using InvitePortal.Shell.Ui;
using InvitePortal.Users.Pages;

namespace InvitePortal.Tests.Users.Pages;

public sealed class UserListUrlTests
{
    private static readonly Guid Ann = Guid.Parse("0198a000-0000-7000-8000-000000000001");

    [Fact]
    public void Read_WhatToStringWrote_IsTheSameView()
    {
        var url = new UserListUrl
        {
            Statuses = [PersonStatus.Active, PersonStatus.Banned],
            Roles = [Role.SuperAdmin],
            Search = "a&b=ё %",
            Sort = "-joinedAt",
            Page = 3,
            Cursor = "c+/=",
            Columns = [UserColumn.Email, UserColumn.LastSignIn],
            Person = Ann,
        };

        Assert.Equal(
            $"/users?tab=users&status=ACTIVE&status=BANNED&role=SUPER_ADMIN&q=a%26b%3D%D1%91%20%25&sort=-joinedAt&page=3&cursor=c%2B%2F%3D&columns=EMAIL,LAST_SIGN_IN&person={Ann}",
            url.ToString());
        Assert.Equal(url, UserListUrl.Read(["ACTIVE", "BANNED"], ["SUPER_ADMIN"], "a&b=ё %", "-joinedAt", "3", "c+/=", "EMAIL,LAST_SIGN_IN", Ann.ToString()));
        Assert.Equal(UserListUrl.Path, new UserListUrl().ToString());
    }

    [Theory]
    [InlineData("passwordHash")]
    [InlineData("--name")]
    [InlineData("-")]
    [InlineData("")]
    [InlineData("name")]
    public void Read_UnknownValues_CountAsNotThere(string sort)
    {
        var url = UserListUrl.Read(["active", "NOBODY", "1"], ["ROOT"], "  ", sort, "-4", "", "EMAIL,nonsense", "me");

        Assert.Equal((0, 0, null, null, 1, null, null), (url.Statuses.Count, url.Roles.Count, url.Search, url.Sort, url.Page, url.Cursor, url.Person));
        Assert.Equal([UserColumn.Email], url.Columns);
        Assert.False(url.IsFiltered);
    }

    [Theory]
    [InlineData(FieldLengths.Search, true)]
    [InlineData(FieldLengths.Search + 1, false)]
    public void Read_TooLongASearch_CountsAsNotThere(int length, bool read) =>
        Assert.Equal(read, UserListUrl.Read(null, null, new string('a', length), null, null, null, null, null).IsFiltered);

    [Fact]
    public void SortHref_TurnsTheCurrentColumnRound_AndBeginsWithTheLatest()
    {
        var url = new UserListUrl { Page = 4, Cursor = "x", Person = Ann };

        Assert.Equal("/users?tab=users&sort=-name", url.SortHref("name"));
        Assert.Equal("/users?tab=users", (url with { Sort = "-name" }).SortHref("name"));
        Assert.Equal("/users?tab=users&sort=email", url.SortHref("email"));
        Assert.Equal("/users?tab=users&sort=-email", (url with { Sort = "email" }).SortHref("email"));
        Assert.Equal("/users?tab=users&sort=-joinedAt", url.SortHref("joinedAt"));
        Assert.Equal("/users?tab=users&sort=joinedAt", (url with { Sort = "-joinedAt" }).SortHref("joinedAt"));
    }

    [Fact]
    public void Toggles_AddAndTakeAway_AndBeginAtTheFirstPage()
    {
        var url = new UserListUrl { Statuses = [PersonStatus.Active], Roles = [Role.Staff], Search = "x", Page = 2, Cursor = "c" };

        Assert.Equal("/users?tab=users&role=STAFF&q=x", url.ToggleHref(PersonStatus.Active));
        Assert.Equal("/users?tab=users&status=ACTIVE&role=STAFF&role=PARENT&q=x", url.ToggleHref(Role.Parent));
        Assert.Equal("/users?tab=users&status=ACTIVE&role=STAFF", url.SearchHref(" "));
        Assert.Equal("/users?tab=users", url.ClearHref());
        Assert.Equal("/users?tab=users&status=ACTIVE&role=STAFF&q=x&page=2&cursor=c&columns=EMAIL,ROLES,STATUS,LAST_SIGN_IN", url.ToggleHref(UserColumn.Joined));
    }

    [Fact]
    public void Columns_AllHidden_AreRememberedAsNone()
    {
        var url = UserListUrl.Read(null, null, null, null, null, null, "", null);

        Assert.Empty(url.Columns);
        Assert.Equal("/users?tab=users&columns=", url.ToString());
        Assert.True(new UserListUrl().Shows(UserColumn.Email));
    }

    [Fact]
    public void SelectionAndReading_FollowWhatStandsInTheList()
    {
        var url = new UserListUrl { Search = "x" };

        Assert.True(url.SameRows(url with { Page = 2, Cursor = "c", Sort = "email", Person = Ann, Columns = [] }));
        Assert.False(url.SameRows(url with { Search = "y" }));
        Assert.Equal(url.Rows, (url with { Person = Ann, Columns = [] }).Rows);
        Assert.NotEqual(url.Rows, (url with { Sort = "email" }).Rows);
    }

    [Fact]
    public void Href_OfAPage_LeavesThePanelOut() =>
        Assert.Equal("/users?tab=users&page=2&cursor=n", new UserListUrl { Person = Ann }.Href(new PageTarget(2, "n")));
}
