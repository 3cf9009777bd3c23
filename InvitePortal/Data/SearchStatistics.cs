using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace InvitePortal.Data;

/// <summary>
/// PostgreSQL estimates how many texts hold a part by trying it on a sample: on a hundred of them unless told, where one match stands for a
/// hundredth of all people. On a thousand it can tell a common word from a rare one, and looks for it accordingly.
/// </summary>
[DbContext(typeof(PostgreSqlAppDbContext))]
[Migration("20270101000000_SearchStatistics")]
internal sealed class SearchStatistics : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("ALTER TABLE \"Users\" ALTER COLUMN \"SearchText\" SET STATISTICS 1000");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("ALTER TABLE \"Users\" ALTER COLUMN \"SearchText\" SET STATISTICS -1");
}
