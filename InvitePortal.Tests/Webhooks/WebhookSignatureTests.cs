using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using InvitePortal.Tests.Support;
using InvitePortal.Webhooks;

namespace InvitePortal.Tests.Webhooks;

public sealed partial class WebhookSignatureTests
{
    [Fact]
    public void Sign_VectorOfStandardWebhooks() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8, WebhookSignature.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!));

    [Fact]
    public void N06_VectorsOfTheReadme_AreRight()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var vectors = Vector().Matches(readme);

        Assert.Equal(2, vectors.Count);
        foreach (Match v in vectors)
        {
            var keys = v.Groups["secret"].Value.Split(' ').Select(s => WebhookSignature.KeyOf(s)!);
            Assert.Equal(
                v.Groups["signature"].Value,
                WebhookSignature.Sign(v.Groups["id"].Value, long.Parse(v.Groups["timestamp"].Value, null), Encoding.UTF8.GetBytes(v.Groups["body"].Value), keys));
        }
    }

    [Fact]
    public void N06_AlteredBodyTimeOrId_ChangesTheSignature()
    {
        var key = WebhookSignature.NewKey();
        var right = WebhookSignature.Sign("msg_1", 1_700_000_000, "{}"u8, key);

        Assert.NotEqual(right, WebhookSignature.Sign("msg_1", 1_700_000_000, "{ }"u8, key));
        Assert.NotEqual(right, WebhookSignature.Sign("msg_1", 1_700_000_001, "{}"u8, key));
        Assert.NotEqual(right, WebhookSignature.Sign("msg_2", 1_700_000_000, "{}"u8, key));
        Assert.NotEqual(right, WebhookSignature.Sign("msg_1", 1_700_000_000, "{}"u8, WebhookSignature.NewKey()));
    }

    [Fact]
    public void Sign_TwoKeys_SeparatesTwoSignaturesByABlank()
    {
        var (old, fresh) = (WebhookSignature.NewKey(), WebhookSignature.NewKey());

        Assert.Equal(
            WebhookSignature.Sign("msg_1", 1, "{}"u8, fresh) + " " + WebhookSignature.Sign("msg_1", 1, "{}"u8, old), WebhookSignature.Sign("msg_1", 1, "{}"u8, fresh, old));
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void KeyOf_TakesSecretsOf24To64Bytes(int bytes, bool isOne)
    {
        var key = RandomNumberGenerator.GetBytes(bytes);

        Assert.Equal(isOne ? key : null, WebhookSignature.KeyOf(WebhookSignature.SecretOf(key)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64 at all, not base64 at all")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU")]
    public void KeyOf_AnythingElse_IsNone(string? text) => Assert.Null(WebhookSignature.KeyOf(text));

    [GeneratedRegex(@"secret\s+(?<secret>whsec_\S+( whsec_\S+)?)\nwebhook-id\s+(?<id>\S+)\nwebhook-timestamp\s+(?<timestamp>\d+)\nbody\s+(?<body>.+)\nwebhook-signature\s+(?<signature>v1,\S+( v1,\S+)?)\n")]
    private static partial Regex Vector();
}
