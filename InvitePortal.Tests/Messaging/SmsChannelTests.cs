using System.Text;
using InvitePortal.Data;
using InvitePortal.Messaging;
using InvitePortal.Messaging.Channels;
using InvitePortal.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;

namespace InvitePortal.Tests.Messaging;

public sealed class SmsChannelTests
{
    private const string Token = "tw-secret-0123456789";
    private const string Accepted = """{"sid":"SM0123456789abcdef","status":"queued","error_code":null}""";

    [Fact]
    public async Task Send_Message_IsWhatTwilioDocuments()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(201, Accepted);
        await using var host = await ServiceHost.CreateAsync();

        var sent = Assert.IsType<SendOutcome.Sent>(await Channel(host, provider.Url).SendAsync("+4915123456789"));

        Assert.Equal("queued SM0123456789abcdef", sent.Answer);
        var seen = Assert.Single(provider.Seen);
        Assert.Equal(("POST", "/2010-04-01/Accounts/AC42/Messages.json"), (seen.Method, seen.Path));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("AC42:" + Token)), seen.Headers["Authorization"]);
        Assert.Equal("application/x-www-form-urlencoded", seen.Headers["Content-Type"]);
        var form = QueryHelpers.ParseQuery(seen.Body);
        Assert.Equal(["Body", "From", "To"], form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("+4915123456789", "+12025550100", ProviderCase.Text), (form["To"].ToString(), form["From"].ToString(), form["Body"].ToString()));
    }

    [Fact]
    public async Task Send_ByMessagingService_LeavesTheSenderToIt()
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(201, Accepted);
        await using var host = await ServiceHost.CreateAsync();

        await Channel(host, provider.Url, o => o.MessagingServiceSid = "MG77").SendAsync("+4915123456789");

        var form = QueryHelpers.ParseQuery(provider.Seen[0].Body);
        Assert.Equal("MG77", form["MessagingServiceSid"].ToString());
        Assert.DoesNotContain("From", form.Keys);
    }

    [Theory]
    [InlineData(21211, 400)]
    [InlineData(21614, 400)]
    [InlineData(21610, 400)]
    [InlineData(21408, 403)]
    [InlineData(21635, 400)]
    [InlineData(21606, 400)]
    [InlineData(29999, 403)]
    public async Task Send_NumberRefused_IsFinalWithTwiliosWords(int code, int status)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, status, "Not this number"));
        await using var host = await ServiceHost.CreateAsync();

        Assert.Equal($"{code} Not this number", ProviderCase.Final(await Channel(host, provider.Url).SendAsync("+4915123456789")).Reason);
    }

    [Theory]
    [InlineData(20003, 401)]
    [InlineData(20404, 404)]
    [InlineData(21212, 400)]
    public async Task R34_Send_AccountRefused_IsTheChannelsTrouble(int code, int status)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, status, $"Authenticate with {Token}"));
        await using var host = await ServiceHost.CreateAsync();

        var down = ProviderCase.Down(await Channel(host, provider.Url).SendAsync("+4915123456789"), needsPerson: true);

        Assert.Equal($"provider.sign-in|{code} Authenticate with •••", down.Reason);
    }

    [Theory]
    [InlineData(20429, 429)]
    [InlineData(21611, 400)]
    [InlineData(63038, 429)]
    public async Task R34_Send_TooFast_RestsTheChannel(int code, int status)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(status, Error(code, status, "Too many"), ("Retry-After", "9"));
        await using var host = await ServiceHost.CreateAsync();

        var passing = ProviderCase.Passing(await Channel(host, provider.Url).SendAsync("+4915123456789"));

        Assert.Equal(($"provider.limit|{code} Too many", TimeSpan.FromSeconds(9), true), (passing.Reason, passing.RetryAfter, passing.RestsChannel));
    }

    [Fact]
    public async Task R34_Send_ProviderMisbehaves_KeepsItsPromises()
    {
        await using var host = await ServiceHost.CreateAsync();

        await ProviderCase.KeepsItsPromisesAsync(url => Channel(host, url, o => o.DailyPerNumber = 1000), "+4915123456789", Token);

        Assert.DoesNotContain(Token, host.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("+79161234567", "sms.country")]
    [InlineData("+4912345678901234567", "bad-number")]
    [InlineData("4915123456789", "bad-number")]
    [InlineData("+49151&From=+1", "bad-number")]
    [InlineData("ann@example.com", "bad-number")]
    public async Task J09_Send_NumberNotAllowed_NeverReachesTheProvider(string number, string reason)
    {
        await using var provider = await HttpDouble.StartAsync();
        await using var host = await ServiceHost.CreateAsync();

        Assert.Equal(reason, ProviderCase.Final(await Channel(host, provider.Url).SendAsync(number)).Reason);
        Assert.Empty(provider.Seen);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task J09_Send_DailyBudgetAndPerNumber_HoldOverAllNodes(DatabaseProvider database)
    {
        await using var provider = await HttpDouble.StartAsync();
        provider.Says(201, Accepted);
        await using var host = await ServiceHost.CreateAsync(database);
        using var first = Channel(host, provider.Url, o => (o.DailyBudget, o.DailyPerNumber) = (5, 3));
        using var second = Channel(host, provider.Url, o => (o.DailyBudget, o.DailyPerNumber) = (5, 3));
        host.Clock.Advance(TimeSpan.FromHours(2));

        for (var i = 0; i < 3; i++)
        {
            Assert.IsType<SendOutcome.Sent>(await (i % 2 is 0 ? first : second).SendAsync("+491511111111"));
        }

        Assert.Equal(DeliveryReasons.SmsPerNumber, ProviderCase.Final(await second.SendAsync("+491511111111")).Reason);
        Assert.IsType<SendOutcome.Sent>(await first.SendAsync("+491512222222"));
        Assert.IsType<SendOutcome.Sent>(await second.SendAsync("+491513333333"));
        var over = ProviderCase.Down(await first.SendAsync("+491514444444"), needsPerson: false);
        Assert.Equal((DeliveryReasons.SmsBudget, TimeSpan.FromHours(13)), (over.Reason, over.RetryAfter));
        Assert.Equal(5, provider.Seen.Count);

        host.Clock.Advance(TimeSpan.FromHours(13));
        Assert.IsType<SendOutcome.Sent>(await first.SendAsync("+491514444444"));
    }

    [Fact]
    public async Task J09_Send_Refused_UsesNothingUp()
    {
        await using var provider = await HttpDouble.StartAsync();
        await using var host = await ServiceHost.CreateAsync();
        using var channel = Channel(host, provider.Url, o => (o.DailyBudget, o.DailyPerNumber) = (1, 1));
        for (var i = 0; i < 3; i++)
        {
            provider.Once(400, Error(21612, 400, "Not now"));
            ProviderCase.Final(await channel.SendAsync("+491511111111"));
        }

        provider.Says(201, Accepted);
        Assert.IsType<SendOutcome.Sent>(await channel.SendAsync("+491511111111"));
    }

    [Fact]
    public async Task Send_LongerThanTwilioTakes_IsFinal()
    {
        await using var provider = await HttpDouble.StartAsync();
        await using var host = await ServiceHost.CreateAsync();

        Assert.Equal(DeliveryReasons.TooLong, ProviderCase.Final(await Channel(host, provider.Url).SendAsync("+4915123456789", new string('x', 1_601))).Reason);
        Assert.Empty(provider.Seen);
    }

    [Fact]
    public void Validate_EveryMistake_IsNamed()
    {
        var found = new SmsOptionsValidation().Validate(null, new SmsOptions { AccountSid = "AC/../x", BaseUrl = "ftp://x", AllowedCountries = [], DailyBudget = 0, DailyPerNumber = 0 });

        foreach (var name in new[] { "AccountSid", "AuthToken", "From", "AllowedCountries", "DailyBudget", "DailyPerNumber", "BaseUrl" })
        {
            Assert.Contains(found.Failures!, f => f.StartsWith("Sms:" + name, StringComparison.Ordinal));
        }

        Assert.True(new SmsOptionsValidation().Validate(null, new SmsOptions()).Succeeded);
        Assert.Contains("'7'", Assert.Single(new SmsOptionsValidation().Validate(null, new SmsOptions { AllowedCountries = ["7"] }).Failures!), StringComparison.Ordinal);
    }

    private static string Error(int code, int status, string message) =>
        $$"""{"code":{{code}},"message":"{{message}}","more_info":"https://www.twilio.com/docs/errors/{{code}}","status":{{status}}}""";

    private static SmsChannel Channel(ServiceHost host, string url, Action<SmsOptions>? change = null)
    {
        var options = new SmsOptions { AccountSid = "AC42", AuthToken = Token, From = "+12025550100", AllowedCountries = ["+49", "+1"], BaseUrl = url };
        change?.Invoke(options);
        return new SmsChannel(new LiveOptions<SmsOptions>(options), ProviderCase.Limits, host.Get<RateLimits>(), host.Clock);
    }
}
