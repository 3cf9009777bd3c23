namespace InvitePortal.Common;

/// <summary>Marks a value of an options class that is a secret: stored encrypted, and never shown once it is set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute
{
    /// <summary>Name of the property that says where the secret goes: when that changes and the secret is not given anew, the secret is cleared, so that it never reaches another host.</summary>
    public string? ClearedWith { get; init; }
}

/// <summary>Marks a value of an options class that is read at start only: it is configuration, not a run-time setting.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class StartUpOnlyAttribute : Attribute;
