using InvitePortal.Api;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Codes;

/// <summary>The downloads behind a teacher's charts.</summary>
internal static class CodeExportEndpoints
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/codes/statistics/export", ExportAsync).RequireAuthorization().AddEndpointFilter<ProblemFilter>().ExcludeFromDescription();

    private static async Task<IResult> ExportAsync(HttpContext context, CodeExport export, [FromServices] TimeProvider clock, string? table, string? weeks, string? from, string? to)
    {
        var now = clock.GetUtcNow();
        var url = CodesUrl.Read(null, null, null, null, null, null, null, weeks, from, to);
        return !WireNames<CodesTable>.TryParse(table, out var wanted) ? ApiErrors.Parameter("table").ToProblem()
            : weeks is not (null or "0" or "4" or "12" or "52") ? ApiErrors.Parameter("weeks").ToProblem()
            : await CsvDownload.AnswerAsync(context, "codes-" + table!.ToLowerInvariant(), now, (stream, ct) =>
                export.WriteAsync(context.User.ToActor(), url.Period(ReaderZone.Of(context.User), now), wanted, stream, ct));
    }
}
