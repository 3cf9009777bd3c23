using InvitePortal.Api;
using InvitePortal.Codes.Pages;
using InvitePortal.Common;
using InvitePortal.Invitations;
using InvitePortal.Messaging;
using Microsoft.AspNetCore.Mvc;

namespace InvitePortal.Insights;

/// <summary>The downloads behind the charts and the audit log: what the same filters show, as files.</summary>
internal static class InsightsEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/users/insights/export", ExportAsync).RequireAuthorization().AddEndpointFilter<ProblemFilter>().ExcludeFromDescription();
        app.MapGet("/audit/export", ExportAuditAsync).RequireAuthorization().AddEndpointFilter<ProblemFilter>().ExcludeFromDescription();
    }

    private static async Task<IResult> ExportAsync(HttpContext context, InsightsExport export, [FromServices] TimeProvider clock, [AsParameters] InsightsParameters asked)
    {
        var filter = asked.Read(clock.GetUtcNow(), ReaderZone.Of(context.User).Zone);
        return filter.Succeeded && WireNames<InsightsTable>.TryParse(asked.Table, out var table)
            ? await CsvDownload.AnswerAsync(context, "invitations-" + asked.Table!.ToLowerInvariant(), clock.GetUtcNow(), (stream, ct) => export.WriteAsync(context.User.ToActor(), filter.Value, table, stream, ct))
            : (filter.Error ?? ApiErrors.Parameter("table")).ToProblem();
    }

    private static async Task<IResult> ExportAuditAsync(HttpContext context, AuditExport export, [FromServices] TimeProvider clock, [AsParameters] AuditParameters asked)
    {
        var filter = asked.Read(clock.GetUtcNow(), ReaderZone.Of(context.User).Zone);
        return filter.Succeeded
            ? await CsvDownload.AnswerAsync(context, "audit", clock.GetUtcNow(), (stream, ct) => export.WriteAsync(context.User.ToActor(), filter.Value, stream, ct))
            : filter.Error.ToProblem();
    }
}

/// <summary>What an address asks of figures. Read strictly, other than by the page: who asks for a part must not get everything by a slip of the pen.</summary>
internal sealed record InsightsParameters(string? Table, string? Range, string? From, string? To, string? Role, string? Channel, string? Inviter)
{
    public Result<InsightsFilter> Read(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (DayError(Range, From, To) is { } error)
        {
            return error;
        }

        var (from, to) = ReportRange.Read(Range, From, To).Instants(now, zone);
        return Role is not null && !WireNames<Role>.All.Contains(Role) ? ApiErrors.Parameter("role")
            : Channel is not null && !WireNames<Channel>.All.Contains(Channel) ? ApiErrors.Parameter("channel")
            : Inviter is not null && !Guid.TryParse(Inviter, out _) ? ApiErrors.Parameter("inviter")
            : new InsightsFilter(
                from,
                to,
                WireNames<Role>.TryParse(Role, out var role) ? role : null,
                WireNames<Channel>.TryParse(Channel, out var channel) ? channel : null,
                Guid.TryParse(Inviter, out var inviter) ? inviter : null,
                zone.GetUtcOffset(now));
    }

    /// <summary>Which of the three cannot be read; null where all can.</summary>
    public static Error? DayError(string? range, string? from, string? to) =>
        range is not null && !ReportRange.Presets.Contains(range) ? ApiErrors.Parameter("range")
        : from is not null && ReportRange.Day(from) is null ? ApiErrors.Parameter("from")
        : to is not null && ReportRange.Day(to) is null ? ApiErrors.Parameter("to")
        : null;
}

/// <summary>What an address asks of the audit log, read strictly likewise.</summary>
internal sealed record AuditParameters(string? Range, string? From, string? To, string? Who, string? About, string? Action)
{
    public Result<AuditFilter> Read(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (InsightsParameters.DayError(Range, From, To) is { } error)
        {
            return error;
        }

        var (from, to) = ReportRange.Read(Range, From, To, "all").Instants(now, zone);
        return Who?.Length > FieldLengths.Search ? ApiErrors.Parameter("who")
            : About?.Length > FieldLengths.Search ? ApiErrors.Parameter("about")
            : Action is not null && !AuditFilter.IsAction(Action) ? ApiErrors.Parameter("action")
            : new AuditFilter(from, to, Who, About, Action);
    }
}
