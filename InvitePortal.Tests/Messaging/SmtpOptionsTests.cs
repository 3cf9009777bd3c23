using InvitePortal.Messaging.Channels;

namespace InvitePortal.Tests.Messaging;

public sealed class SmtpOptionsTests
{
    [Fact]
    public void Validate_Nothing_IsFine() => Assert.True(new SmtpOptionsValidation().Validate(null, new SmtpOptions()).Succeeded);

    [Fact]
    public void Validate_Everything_IsFine() => Assert.True(new SmtpOptionsValidation().Validate(null, new SmtpOptions
    {
        Host = "smtp.example.org",
        From = "portal@example.org",
        FromName = "Школа",
        User = "portal",
        Password = "secret",
    }).Succeeded);

    [Fact]
    public void Validate_ManyMistakes_NamesEachOfThem()
    {
        var result = new SmtpOptionsValidation().Validate(null, new SmtpOptions
        {
            Host = "smtp://example.org",
            Port = 70_000,
            User = "portal",
            From = "nobody",
            FromName = "Portal\r\nBcc: x@example.com",
        });

        Assert.Equal(
            ["Smtp:Host", "Smtp:Port", "Smtp:User and Smtp:Password", "Smtp:From", "Smtp:FromName"],
            result.Failures!.Select(f => f.Split(" must ")[0]));
    }

    [Fact]
    public void Validate_HostWithoutFrom_IsAMistake() =>
        Assert.Contains("Smtp:From", Assert.Single(new SmtpOptionsValidation().Validate(null, new SmtpOptions { Host = "localhost" }).Failures!), StringComparison.Ordinal);
}
