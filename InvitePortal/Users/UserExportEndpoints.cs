using InvitePortal.Api;
using InvitePortal.Common;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Users;

/// <summary>The download behind the table: what the same filters show, as a file.</summary>
internal static class UserExportEndpoints
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/users/export", ExportAsync).RequireAuthorization().AddEndpointFilter<ProblemFilter>().ExcludeFromDescription();

    private static async Task<IResult> ExportAsync(
        HttpContext context, UserExport export, [FromServices] TimeProvider clock, string[]? status, string[]? role, string? q, string? sort)
    {
        var filter = Read(status, role, q);
        if (!filter.Succeeded)
        {
            return filter.Error.ToProblem();
        }

        return await CsvDownload.AnswerAsync(context, "people", clock.GetUtcNow(), (stream, ct) =>
            export.WriteAsync(context.User.ToActor(), filter.Value, string.IsNullOrEmpty(sort) ? null : sort, stream, ct));
    }

    // Strictly, other than the page: who asks for a part must not get everybody by a slip of the pen.
    private static Result<UserFilter> Read(string[]? statuses, string[]? roles, string? search) =>
        WireNames<PersonStatus>.ParseKnown(statuses) is var knownStatuses && knownStatuses.Count != (statuses ?? []).Distinct().Count() ? ApiErrors.Parameter("status")
        : WireNames<Role>.ParseKnown(roles) is var knownRoles && knownRoles.Count != (roles ?? []).Distinct().Count() ? ApiErrors.Parameter("role")
        : search?.Length > FieldLengths.Search ? ApiErrors.Parameter("q")
        : new UserFilter { Statuses = knownStatuses, Roles = knownRoles, Search = search };
}
