namespace InvitePortal.Shell.Protection;

/// <summary>Marks the one page that may be shown in a frame, and by whom; no other page of the portal may.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class FramedByAttribute(string origin) : Attribute
{
    /// <summary>Such as <c>https://web.telegram.org</c>.</summary>
    public string Origin => origin;
}
