using InvitePortal.Common;
using Microsoft.Extensions.Localization;

namespace InvitePortal.Messaging;

/// <summary>What a test says.</summary>
/// <param name="By">Name of the person who sends it.</param>
public sealed record ChannelTestData(string By);

/// <summary>Sent from the settings, to see whether a channel works.</summary>
public sealed class ChannelTestMessage(IStringLocalizer<MessagingTexts> texts) : MessageTemplate<ChannelTestData>(KindName)
{
    public const string KindName = "test";

    protected override MessageContent Render(ChannelTestData data, PortalOptions portal) =>
        new(texts["test.subject", portal.Name], texts["test.heading"], [texts["test.text", data.By, portal.Name]]);
}
