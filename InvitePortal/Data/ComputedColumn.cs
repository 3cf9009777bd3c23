using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace InvitePortal.Data;

/// <summary>Columns that the database computes and stores, for queries alone.</summary>
public static class ComputedColumn
{
    /// <summary>
    /// The column is <paramref name="sql"/>. An entity that was just added does not know it: EF Core would read it back after every insert and update,
    /// which costs more than the insert of a small row.
    /// </summary>
    public static PropertyBuilder<T> IsComputed<T>(this PropertyBuilder<T> property, string sql)
    {
        property.HasComputedColumnSql(sql, stored: true).ValueGeneratedNever();
        property.Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
        property.Metadata.SetAfterSaveBehavior(PropertySaveBehavior.Ignore);
        return property;
    }
}
