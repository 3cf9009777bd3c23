using InvitePortal.Messaging;

namespace InvitePortal.Tests.Messaging;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("a@b.org", new[] { "a@b.org" })]
    [InlineData("a@b.org, c@d.org;e@f.org\ng@h.org i@j.org", new[] { "a@b.org", "c@d.org", "e@f.org", "g@h.org", "i@j.org" })]
    [InlineData("Anna Maria <a@b.org>", new[] { "a@b.org" })]
    [InlineData("\"Doe, Jane\" <jane@d.org>, Bob <bob@d.org>", new[] { "jane@d.org", "bob@d.org" })]
    [InlineData("x@y.org, Jane Doe <jane@d.org>, z@y.org", new[] { "x@y.org", "jane@d.org", "z@y.org" })]
    [InlineData("x@y.org Jane <jane@d.org>", new[] { "x@y.org", "jane@d.org" })]
    [InlineData("not-an-address, a@b.org", new[] { "not-an-address", "a@b.org" })]
    [InlineData("a@b.org\u00A0c@d.org", new[] { "a@b.org", "c@d.org" })]
    [InlineData("not an address, a@b.org", new[] { "not an address", "a@b.org" })]
    [InlineData("Tom t@b.org", new[] { "Tom", "t@b.org" })]
    [InlineData("Tom Okafor <t@b.org>;\n c@d.org,", new[] { "t@b.org", "c@d.org" })]
    [InlineData("  \n , ;; ", new string[0])]
    [InlineData("<a@b.org", new[] { "<a@b.org" })]
    public void Split_WhatPeoplePaste_GivesOneEntryEach(string text, string[] expected) => Assert.Equal(expected, AddressList.Split(text));

    [Fact]
    public void Read_RepeatedInAnotherCase_IsMarkedOnce()
    {
        var read = AddressList.Read(["A@b.org", "a@B.org", "nonsense"]).ToList();
        Assert.Equal([false, true, false], read.Select(r => r.Repeated));
        Assert.Null(read[2].Address);
    }

    [Fact]
    public void Split_TenThousandAddresses_TakesNoNoticeableTime()
    {
        var text = string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"Person {i} <person{i}@example.org>"));
        Assert.Equal(10_000, AddressList.Split(text).Count);
    }
}
