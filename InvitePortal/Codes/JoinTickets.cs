using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace InvitePortal.Codes;

/// <summary>Proof that a student has seen a code at work: only then are they told why it does not any more.</summary>
public sealed class JoinTickets(IDataProtectionProvider protection, TimeProvider clock)
{
    private const int Longest = 400;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    private readonly IDataProtector _protector = protection.CreateProtector("InvitePortal.Codes.Preview");

    internal string Issue(Guid codeId, string code, Guid student)
    {
        var plain = new byte[40 + CodeText.Length];
        codeId.TryWriteBytes(plain);
        student.TryWriteBytes(plain.AsSpan(16));
        BinaryPrimitives.WriteInt64LittleEndian(plain.AsSpan(32), clock.GetUtcNow().UtcTicks);
        Encoding.ASCII.GetBytes(code, plain.AsSpan(40));
        return Base64Url.EncodeToString(_protector.Protect(plain));
    }

    /// <summary>The id of the code that <paramref name="student"/> saw as <paramref name="code"/>; null for any other ticket.</summary>
    internal Guid? Read(string? ticket, string code, Guid student)
    {
        if (string.IsNullOrEmpty(ticket) || ticket.Length > Longest || !Base64Url.IsValid(ticket))
        {
            return null;
        }

        try
        {
            var plain = _protector.Unprotect(Base64Url.DecodeFromChars(ticket));
            var issued = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(plain.AsSpan(32)), TimeSpan.Zero);
            return new Guid(plain.AsSpan(16, 16)) == student && Encoding.ASCII.GetString(plain.AsSpan(40)) == code && clock.GetUtcNow() - issued < Lifetime
                ? new Guid(plain.AsSpan(0, 16))
                : null;
        }
        catch (CryptographicException)
        {
            // Made by somebody else, or the key is lost: the neutral answer is right then.
            return null;
        }
    }
}
