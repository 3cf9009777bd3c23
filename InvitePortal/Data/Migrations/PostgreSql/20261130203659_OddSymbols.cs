using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace InvitePortal.Data.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class OddSymbols : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Users_SearchText_OddSymbols",
                table: "Users");

            migrationBuilder.AddColumn<bool>(
                name: "HasOddSymbols",
                table: "Users",
                type: "boolean",
                nullable: false,
                computedColumnSql: "\"SearchText\" ~ '(?p)[\\u0021-\\u002d\\u002f\\u003a-\\u003f\\u005b-\\u0060\\u007b-\\u007e]|[.@ ][.@]|[.@] '",
                stored: true);

            migrationBuilder.CreateIndex(
                name: "IX_Users_SearchText_OddSymbols",
                table: "Users",
                columns: new[] { "SearchText", "Id", "Facet" },
                filter: "\"HasOddSymbols\"");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Users_SearchText_OddSymbols",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "HasOddSymbols",
                table: "Users");

            migrationBuilder.CreateIndex(
                name: "IX_Users_SearchText_OddSymbols",
                table: "Users",
                columns: new[] { "SearchText", "Id", "Facet" },
                filter: "\"SearchText\" ~ '(?p)[\\u0021-\\u002d\\u002f\\u003a-\\u003f\\u005b-\\u0060\\u007b-\\u007e]|[.@ ][.@]|[.@] '");
        }
    }
}
