using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace InvitePortal.Common;

/// <summary>The language of an answer that is written before the request's language was chosen, or after that choice went out of scope.</summary>
public static class RequestLanguage
{
    /// <summary>As chosen for the request; where nobody has chosen yet, the browser's first wish.</summary>
    public static CultureInfo Of(HttpContext context)
    {
        if (context.Features.Get<IRequestCultureFeature>() is { } chosen)
        {
            return Languages.Culture(chosen.RequestCulture.UICulture.TwoLetterISOLanguageName);
        }

        var wish = context.Request.Headers.AcceptLanguage.ToString();
        return Languages.Culture(wish.Length >= 2 ? wish[..2].ToLowerInvariant() : null);
    }
}
