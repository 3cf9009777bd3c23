using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Data;

/// <summary>One key of ASP.NET Core Data Protection, as its XML.</summary>
public sealed class ProtectionKey
{
    public int Id { get; init; }
    public required string Name { get; init; }
    public required string Xml { get; init; }
}

public sealed class ProtectionKeyConfiguration : IEntityTypeConfiguration<ProtectionKey>
{
    public void Configure(EntityTypeBuilder<ProtectionKey> builder)
    {
        builder.ToTable("ProtectionKeys");
        builder.Property(k => k.Name).HasMaxLength(120);
    }
}

/// <summary>Keeps the keys in the database, so that all nodes share them.</summary>
public sealed class ProtectionKeyRepository(IDbContextFactory<AppDbContext> databases) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = databases.CreateDbContext();
        return [.. db.ProtectionKeys.AsNoTracking().OrderBy(k => k.Id).Select(k => k.Xml).AsEnumerable().Select(xml => XElement.Parse(xml))];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = databases.CreateDbContext();
        db.ProtectionKeys.Add(new ProtectionKey { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}

/// <summary>The key ring, made ready ahead of its use.</summary>
public static class ProtectionKeys
{
    /// <summary>
    /// Protects something, so that a key that is missing or about to expire is made now: the key is written through a connection of its own,
    /// which would wait for ever if the first use were inside a transaction that already writes to SQLite.
    /// </summary>
    public static void WarmUp(this IDataProtectionProvider protection) => protection.CreateProtector("InvitePortal.WarmUp").Protect([]);
}
