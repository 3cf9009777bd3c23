using System.Diagnostics.CodeAnalysis;

namespace InvitePortal.Common;

/// <summary>Success, or an expected failure. Everything unexpected is an exception.</summary>
public readonly record struct Result(Error? Error)
{
    /// <summary>The success value.</summary>
    public static readonly Result Ok;

    /// <summary>Whether it succeeded.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    public static implicit operator Result(Error error) => new(error);
}

/// <summary>A value, or an expected failure.</summary>
public readonly record struct Result<T>
{
    private Result(T? value, Error? error)
    {
        Value = value;
        Error = error;
    }

    /// <summary>The value on success; the default otherwise.</summary>
    public T? Value { get; }

    /// <summary>The failure; null on success.</summary>
    public Error? Error { get; }

    /// <summary>Whether it succeeded.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Succeeded => Error is null;

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);
}
