using InvitePortal.Common;
using InvitePortal.Messaging;

namespace InvitePortal.Tests.Messaging;

public sealed class ChannelAddressTests
{
    [Theory]
    [InlineData(Channel.Email, " Ann@Example.org ", "Ann@Example.org", "ann@example.org")]
    [InlineData(Channel.Sms, "+49 (151) 234-56.789", "+4915123456789", "+4915123456789")]
    [InlineData(Channel.Sms, "0049 151 23456789", "+4915123456789", "+4915123456789")]
    [InlineData(Channel.WhatsApp, "+7\u00A0912\u00A0345\u201167\u201189", "+79123456789", "+79123456789")]
    [InlineData(Channel.Telegram, "123456789", "123456789", "telegram:123456789")]
    [InlineData(Channel.Telegram, "@School_News", "@School_News", "telegram:@school_news")]
    [InlineData(Channel.Slack, "u024be7lh", "U024BE7LH", "slack:U024BE7LH")]
    public void TryParse_WhatPeopleType_IsReadAsTheChannelTakesIt(Channel channel, string typed, string display, string key)
    {
        Assert.True(ChannelAddress.TryParse(channel, typed, out var address));
        Assert.Equal((display, key, channel), (address.Display, address.Key, address.Channel));
    }

    [Theory]
    [InlineData(Channel.Email, "+4915123456789")]
    [InlineData(Channel.Sms, "0151 23456789")]
    [InlineData(Channel.Sms, "+0151 23456789")]
    [InlineData(Channel.Sms, "+491512")]
    [InlineData(Channel.Sms, "+49151234567890123")]
    [InlineData(Channel.Sms, "+49 151 ABC")]
    [InlineData(Channel.Sms, "ann@example.org")]
    [InlineData(Channel.Sms, "+4915123456789\n+4915123456780")]
    [InlineData(Channel.Telegram, "School_News")]
    [InlineData(Channel.Telegram, "@ab")]
    [InlineData(Channel.Telegram, "-1001234567890")]
    [InlineData(Channel.Slack, "general")]
    [InlineData(Channel.Slack, "X024BE7LH")]
    [InlineData(Channel.Slack, null)]
    public void TryParse_Else_IsRefused(Channel channel, string? typed) => Assert.False(ChannelAddress.TryParse(channel, typed, out _));

    [Theory]
    [InlineData(Channel.Email, "Ann@example.org", "a•••@e•••.org")]
    [InlineData(Channel.Sms, "+4915123456789", "+49•••89")]
    [InlineData(Channel.Telegram, "@school", "@s•••")]
    [InlineData(Channel.Telegram, "123456789", "•••89")]
    [InlineData(Channel.Slack, "U024BE7LH", "•••LH")]
    public void Mask_Recipient_ShowsTooLittleToFindThem(Channel channel, string recipient, string masked) => Assert.Equal(masked, ChannelAddress.Mask(channel, recipient));

    [Theory]
    [InlineData("+49 151 23456789\n+49 151 23456780", 2)]
    [InlineData("+49 151 23456789, 0049 151 23456780; +7 912 345 67 89", 3)]
    [InlineData("+49 151 23456789 +49 151 23456780", 2)]
    public void Split_Numbers_KeepsTheirBlanks(string text, int count)
    {
        var entries = AddressList.Split(text, Channel.Sms);
        Assert.Equal(count, entries.Count);
        Assert.All(AddressList.Read(entries, Channel.Sms), e => Assert.NotNull(e.Address));
    }

    [Fact]
    public void Read_OneNumberWrittenTwice_IsRepeated() =>
        Assert.Equal([false, true], AddressList.Read(["+49 151 23456789", "0049-151-23456789"], Channel.Sms).Select(e => e.Repeated));
}
