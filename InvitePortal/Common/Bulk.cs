namespace InvitePortal.Common;

/// <summary>What became of a bulk command: how many were done, and those refused with the reason (at most <see cref="MaxRefusals"/> are listed).</summary>
public sealed record BulkReport(int Total, int Done, IReadOnlyList<BulkRefusal> Refused, bool Stopped)
{
    /// <summary>Most refusals that a report lists; the counts go on.</summary>
    public const int MaxRefusals = 1_000;
}

/// <summary>One that was refused.</summary>
public sealed record BulkRefusal(Guid Id, string Label, string Code, string Reason);

/// <summary>How far a long command has come.</summary>
public sealed record Progress(int Done, int Total);
