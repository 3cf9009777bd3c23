using System.Net;
using Microsoft.Extensions.Options;

namespace InvitePortal.Common;

public static class OptionsFeature
{
    /// <summary>Options of the portal as a whole. All sections are validated at start; <c>Program</c> lists every mistake.</summary>
    public static IServiceCollection AddPortalOptions(this IServiceCollection services)
    {
        services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.Section, Strict).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<PortalOptions>, PortalOptionsValidation>();
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section, Strict).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>, LimitOptionsValidation>();
        return services;
    }

    private static void Strict(BinderOptions binder) => binder.ErrorOnUnknownConfiguration = true;

    private sealed class PortalOptionsValidation : IValidateOptions<PortalOptions>
    {
        public ValidateOptionsResult Validate(string? name, PortalOptions options)
        {
            var mistakes = new List<string>();
            if (!Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            {
                mistakes.Add("Portal:PublicUrl must be an http(s) address without a path, such as https://portal.example.org.");
            }

            mistakes.AddRange(options.TrustedProxies
                .Where(p => !IPAddress.TryParse(p, out _) && !IPNetwork.TryParse(p, out _))
                .Select(p => $"Portal:TrustedProxies holds '{p}', which is neither an address nor a range such as 10.0.0.0/8."));
            return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
        }
    }

    private sealed class LimitOptionsValidation : IValidateOptions<LimitOptions>
    {
        public ValidateOptionsResult Validate(string? name, LimitOptions options)
        {
            var mistakes = new List<string>();
            foreach (var property in typeof(LimitOptions).GetProperties())
            {
                var positive = property.GetValue(options) switch
                {
                    int number => number > 0,
                    double number => number > 0,
                    TimeSpan span => span > TimeSpan.Zero,
                    _ => true,
                };
                if (!positive)
                {
                    mistakes.Add($"Limits:{property.Name} must be more than zero.");
                }
            }

            if (options.PasswordMinLength < 8)
            {
                mistakes.Add("Limits:PasswordMinLength must be at least 8.");
            }

            if (options.PasswordWorkFactor is < 4 or > 16)
            {
                mistakes.Add("Limits:PasswordWorkFactor must lie between 4 and 16.");
            }

            if (options.PasswordMaxLength < options.PasswordMinLength)
            {
                mistakes.Add("Limits:PasswordMaxLength must not be less than Limits:PasswordMinLength.");
            }

            if (options.InvitationLifetime < options.InvitationLifetimeMin || options.InvitationLifetime > options.InvitationLifetimeMax)
            {
                mistakes.Add("Limits:InvitationLifetime must lie between Limits:InvitationLifetimeMin and Limits:InvitationLifetimeMax.");
            }

            return mistakes.Count > 0 ? ValidateOptionsResult.Fail(mistakes) : ValidateOptionsResult.Success;
        }
    }
}
