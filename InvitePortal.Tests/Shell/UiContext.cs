using Bunit;
using InvitePortal.Common;
using InvitePortal.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace InvitePortal.Tests.Shell;

/// <summary>Renders parts of the frame in one language, with a clock that stands still.</summary>
internal sealed class UiContext : BunitContext
{
    private UiContext(string language)
    {
        Thread.CurrentThread.CurrentCulture = Thread.CurrentThread.CurrentUICulture = Languages.Culture(language);
        Services.AddLocalization();
        Services.AddLogging();
        Services.AddSingleton<TimeProvider>(Clock);
    }

    public FakeClock Clock { get; } = new();

    public static UiContext In(string language) => new(language);
}
