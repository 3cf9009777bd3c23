using Microsoft.AspNetCore.WebUtilities;

namespace InvitePortal.Tests.Support;

/// <summary>Text messages over a double that answers as Twilio does.</summary>
internal static class Twilio
{
    public static async Task<HttpDouble> StartAsync()
    {
        var provider = await HttpDouble.StartAsync();
        provider.Says(201, """{"sid":"SM0123456789abcdef","status":"queued","error_code":null}""");
        return provider;
    }

    /// <summary>Settings that send text messages to it.</summary>
    public static Dictionary<string, string?> Settings(HttpDouble provider) => new()
    {
        ["Sms:AccountSid"] = "AC42",
        ["Sms:AuthToken"] = "tw-secret-0123456789",
        ["Sms:From"] = "+12025550100",
        ["Sms:AllowedCountries:0"] = "+49",
        ["Sms:AllowedCountries:1"] = "+7",
        ["Sms:BaseUrl"] = provider.Url,
    };

    /// <summary>The text messages that it was given, in their order.</summary>
    public static IReadOnlyList<(string To, string Text)> Texts(this HttpDouble provider) =>
        [.. provider.Seen.Select(s => QueryHelpers.ParseQuery(s.Body)).Select(form => (form["To"].ToString(), form["Body"].ToString()))];
}
