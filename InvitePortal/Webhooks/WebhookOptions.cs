using Microsoft.Extensions.Options;

namespace InvitePortal.Webhooks;

/// <summary>Where webhooks may go, section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Ports of endpoints. Empty: 443 and 8443.</summary>
    public int[] Ports { get; set; } = [];

    /// <summary>Deliver to this machine too, also by plain http and on any port: to try a receiver. Only in Development; anywhere else the portal refuses to start with it.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>The ports in force.</summary>
    internal IReadOnlyList<int> AllowedPorts => Ports.Length > 0 ? Ports : [443, 8443];
}

internal sealed class WebhookOptionsValidation(IHostEnvironment environment) : IValidateOptions<WebhookOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOptions options)
    {
        var mistakes = options.Ports.Where(p => p is < 1 or > 65_535).Select(p => $"Webhooks:Ports holds {p}, which is no port.").ToList();
        if (options.AllowLoopback && !environment.IsDevelopment())
        {
            mistakes.Add("Webhooks:AllowLoopback lets the portal call the machine it runs on, and is refused outside Development.");
        }

        return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
    }
}
