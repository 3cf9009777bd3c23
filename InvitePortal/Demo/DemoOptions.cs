namespace InvitePortal.Demo;

/// <summary>Demo people, section <c>Demo</c>.</summary>
public sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>Fill an empty database with demo people at start. Only in Development; anywhere else the portal refuses to start with it.</summary>
    public bool Enabled { get; set; }
}
