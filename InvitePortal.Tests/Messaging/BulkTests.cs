using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace InvitePortal.Tests.Messaging;

public sealed class BulkTests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task DeliverDue_ManyMessages_UsesFourConnectionsAndSendsEachOnce(DatabaseProvider provider)
    {
        const int Count = 1_000;
        await using var sink = SmtpSink.Start();
        await using var host = await Greetings.HostAsync(sink, provider);
        await host.EnqueueManyAsync(Count);

        await host.DeliverAsync();

        Assert.Equal(Count, sink.Mails.Select(m => m.MessageId).Distinct().Count());
        Assert.Equal(Count, sink.Received);
        Assert.InRange(sink.Connections, 1, 4);
        await using var db = host.Open();
        Assert.Equal(Count, await db.OutboxMessages.CountAsync(m => m.State == DeliveryState.Sent && m.Body == null && m.Attempts == 1, TestContext.Current.CancellationToken));
    }
}
