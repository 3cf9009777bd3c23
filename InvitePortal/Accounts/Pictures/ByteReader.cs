using System.Buffers.Binary;

namespace InvitePortal.Accounts.Pictures;

/// <summary>Reads an untrusted file from front to back; <see cref="InvalidDataException"/> where it ends too early or says what cannot be.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public ReadOnlySpan<byte> Take(long count)
    {
        Require(count >= 0 && count <= _rest.Length);
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    public byte Byte() => Take(1)[0];

    public int Short() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint Int() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public uint LittleInt() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public static void Require(bool right)
    {
        if (!right)
        {
            throw new InvalidDataException("The file is no picture, or is damaged.");
        }
    }
}
