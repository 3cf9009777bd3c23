using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace InvitePortal.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Contacts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "ContactChannel",
                table: "Users",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Channel",
                table: "CodeShares",
                type: "int",
                nullable: false,
                defaultValue: 1); // Channel.Email: until now all went by mail.

            // People invited by a number were invited by text message or WhatsApp; the former reaches more of them.
            migrationBuilder.Sql("""
                UPDATE "Users" SET "ContactChannel" = CASE WHEN "ContactKey" LIKE 'telegram:%' THEN 3 WHEN "ContactKey" LIKE 'slack:%' THEN 5 ELSE 2 END
                WHERE "ContactKey" IS NOT NULL;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ContactChannel",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "Channel",
                table: "CodeShares");
        }
    }
}
