namespace InvitePortal.Shell.Ui;

/// <summary>One step of a funnel.</summary>
/// <param name="Name">What everybody counted here has done.</param>
/// <param name="Count">How many; not more than in the step before.</param>
public sealed record FunnelStep(string Name, int Count);
