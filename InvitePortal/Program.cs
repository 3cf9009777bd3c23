using InvitePortal.Accounts;
using InvitePortal.Api;
using InvitePortal.Codes;
using InvitePortal.Common;
using InvitePortal.Data;
using InvitePortal.Demo;
using InvitePortal.Insights;
using InvitePortal.Imports;
using InvitePortal.Invitations;
using InvitePortal.Links;
using InvitePortal.Messaging;
using InvitePortal.Settings;
using InvitePortal.Shell;
using InvitePortal.Shell.Protection;
using InvitePortal.Telegram;
using InvitePortal.Users;
using InvitePortal.Webhooks;

if (!SettingsCheck.TryCreateBuilder(args, out var builder))
{
    return 1;
}

var settings = SettingsCheck.Of(builder.Configuration);
builder.Services
    .AddPortalOptions()
    .AddData(builder.Configuration, builder.Environment)
    .AddSettings()
    .AddMessaging()
    .AddWebhooks()
    .AddAccounts()
    .AddUsers()
    .AddCodes()
    .AddLinks()
    .AddTelegram()
    .AddInvitations()
    .AddInsights()
    .AddImports()
    .AddDemo(builder.Environment)
    .AddApi()
    .AddShell()
    .AddProtection();

var app = builder.Build();
if (settings.FindsMistakes(app.Services))
{
    return 1;
}

if (DemoCommand.IsAskedBy(args))
{
    return await DemoCommand.RunAsync(app.Services, args, Console.Out, Console.Error);
}

app.UseProtection();
app.UseApiStatuses();
app.UseFailures();
app.UseRouting();
app.UseReadiness();
app.UseApiPage();
app.UseAuthentication();
app.UseAccounts();
app.UseInvitationLinks();
app.UseShellLocalization();
app.UseRates();
app.UseAuthorization();
app.UseAntiforgery();
app.UseApiBodies();
app.MapHealth();
app.MapShell();
var api = app.MapApi();
app.MapMessaging(api);
app.MapWebhooks(api);
app.MapAccounts(api);
app.MapCodes(api);
app.MapUsers(api);
app.MapTelegram(api);
app.MapInvitations(api);
app.MapInsights();
app.MapImports(api);
return await SettingsCheck.RunAsync(app);

/// <summary>For the test host.</summary>
public partial class Program;
