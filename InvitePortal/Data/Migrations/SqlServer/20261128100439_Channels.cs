using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace InvitePortal.Data.Migrations.SqlServer
{
    /// <inheritdoc />
    public partial class Channels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_InvitationEvents_InvitationId_At",
                table: "InvitationEvents");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_At",
                table: "AuditEntries");

            migrationBuilder.AddColumn<string>(
                name: "ContactKey",
                table: "Users",
                type: "nvarchar(254)",
                maxLength: 254,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "EndedDay",
                table: "OutboxMessages",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "FallbackChannel",
                table: "OutboxMessages",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "FallbackRecipient",
                table: "OutboxMessages",
                type: "nvarchar(254)",
                maxLength: 254,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Channel",
                table: "OutboxAttempts",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "FellBackTo",
                table: "OutboxAttempts",
                type: "int",
                nullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "OpenKey",
                table: "Invitations",
                type: "nvarchar(294)",
                maxLength: 294,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "nvarchar(258)",
                oldMaxLength: 258,
                oldNullable: true);

            migrationBuilder.AddColumn<int>(
                name: "FallbackChannel",
                table: "Invitations",
                type: "int",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "FallbackRecipient",
                table: "Invitations",
                type: "nvarchar(254)",
                maxLength: 254,
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "GroupId",
                table: "Invitations",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "MessageId",
                table: "InvitationLinks",
                type: "uniqueidentifier",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "AcceptSeconds",
                table: "Invitations",
                type: "int",
                nullable: true,
                computedColumnSql: "CASE WHEN \"State\" = 2 THEN datediff(second, CASE WHEN \"Resends\" = 0 THEN \"SendAt\" ELSE \"CreatedAt\" END, \"ClosedAt\") END",
                stored: true);

            migrationBuilder.AddColumn<int>(
                name: "CreatedSlot",
                table: "Invitations",
                type: "int",
                nullable: false,
                computedColumnSql: "datediff(minute, datetimeoffsetfromparts(1970, 1, 1, 0, 0, 0, 0, 0, 0, 7), \"CreatedAt\") / 15",
                stored: true);

            migrationBuilder.CreateTable(
                name: "ChannelSwitches",
                columns: table => new
                {
                    Channel = table.Column<int>(type: "int", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ByName = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ChannelSwitches", x => x.Channel);
                });

            migrationBuilder.CreateTable(
                name: "Imports",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<int>(type: "int", nullable: false),
                    OwnerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    FileName = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: true),
                    CreatedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    Encoding = table.Column<int>(type: "int", nullable: false),
                    Separator = table.Column<string>(type: "nvarchar(1)", maxLength: 1, nullable: false),
                    HasHeader = table.Column<bool>(type: "bit", nullable: false),
                    Columns = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    DefaultRole = table.Column<int>(type: "int", nullable: false),
                    Notify = table.Column<bool>(type: "bit", nullable: false),
                    Message = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: true),
                    LifetimeHours = table.Column<int>(type: "int", nullable: false),
                    SendAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    Reminders = table.Column<bool>(type: "bit", nullable: false),
                    Phase = table.Column<int>(type: "int", nullable: false),
                    Version = table.Column<int>(type: "int", nullable: false),
                    StopAsked = table.Column<bool>(type: "bit", nullable: false),
                    Problem = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: true),
                    StartedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    FinishedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    UndoneAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    SessionId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    Address = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true),
                    LeaseToken = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    LeaseUntil = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: true),
                    Failures = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Imports", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "TemplateVersions",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Kind = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    Channel = table.Column<int>(type: "int", nullable: false),
                    Language = table.Column<string>(type: "nvarchar(2)", maxLength: 2, nullable: false),
                    Version = table.Column<int>(type: "int", nullable: false),
                    IsReset = table.Column<bool>(type: "bit", nullable: false),
                    Subject = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Heading = table.Column<string>(type: "nvarchar(200)", maxLength: 200, nullable: false),
                    Body = table.Column<string>(type: "nvarchar(max)", nullable: false),
                    Button = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: false),
                    Footnote = table.Column<string>(type: "nvarchar(1000)", maxLength: 1000, nullable: false),
                    ChangedAt = table.Column<DateTimeOffset>(type: "datetimeoffset", nullable: false),
                    ChangedById = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    ChangedByName = table.Column<string>(type: "nvarchar(100)", maxLength: 100, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TemplateVersions", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "ImportRows",
                columns: table => new
                {
                    ImportId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Number = table.Column<int>(type: "int", nullable: false),
                    Line = table.Column<int>(type: "int", nullable: false),
                    Email = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false),
                    Name = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false),
                    Roles = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false),
                    Status = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false),
                    Language = table.Column<string>(type: "nvarchar(300)", maxLength: 300, nullable: false),
                    Message = table.Column<string>(type: "nvarchar(2000)", maxLength: 2000, nullable: false),
                    Key = table.Column<string>(type: "nvarchar(258)", maxLength: 258, nullable: true),
                    Verdict = table.Column<int>(type: "int", nullable: false),
                    Code = table.Column<string>(type: "nvarchar(60)", maxLength: 60, nullable: true),
                    Field = table.Column<int>(type: "int", nullable: true),
                    Mended = table.Column<bool>(type: "bit", nullable: false),
                    State = table.Column<int>(type: "int", nullable: false),
                    TargetId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    TargetVersion = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: true),
                    RolesBefore = table.Column<int>(type: "int", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ImportRows", x => new { x.ImportId, x.Number });
                    table.ForeignKey(
                        name: "FK_ImportRows_Imports_ImportId",
                        column: x => x.ImportId,
                        principalTable: "Imports",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "ImportSources",
                columns: table => new
                {
                    ImportId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Content = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ImportSources", x => x.ImportId);
                    table.ForeignKey(
                        name: "FK_ImportSources_Imports_ImportId",
                        column: x => x.ImportId,
                        principalTable: "Imports",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Users_ContactKey",
                table: "Users",
                column: "ContactKey",
                unique: true,
                filter: "[ContactKey] IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_OutboxMessages_CreatedAt_Id",
                table: "OutboxMessages",
                columns: new[] { "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_OutboxMessages_Ended",
                table: "OutboxMessages",
                columns: new[] { "EndedDay", "Channel", "State" },
                filter: "\"EndedDay\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_OutboxMessages_State_CreatedAt_Id",
                table: "OutboxMessages",
                columns: new[] { "State", "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_Invitations_GroupId",
                table: "Invitations",
                column: "GroupId");

            migrationBuilder.CreateIndex(
                name: "IX_InvitationEvents_InvitationId_Kind",
                table: "InvitationEvents",
                columns: new[] { "InvitationId", "Kind" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_Action_At_Id",
                table: "AuditEntries",
                columns: new[] { "Action", "At", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_ActorId_At_Id",
                table: "AuditEntries",
                columns: new[] { "ActorId", "At", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_At_Id",
                table: "AuditEntries",
                columns: new[] { "At", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_ImportRows_ImportId_Key",
                table: "ImportRows",
                columns: new[] { "ImportId", "Key" });

            migrationBuilder.CreateIndex(
                name: "IX_Imports_ExpiresAt",
                table: "Imports",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_Imports_OwnerId_CreatedAt",
                table: "Imports",
                columns: new[] { "OwnerId", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_Imports_Phase_LeaseUntil",
                table: "Imports",
                columns: new[] { "Phase", "LeaseUntil" });

            migrationBuilder.CreateIndex(
                name: "IX_TemplateVersions_Kind_Channel_Language_Version",
                table: "TemplateVersions",
                columns: new[] { "Kind", "Channel", "Language", "Version" },
                unique: true);

            migrationBuilder.AddForeignKey(
                name: "FK_Invitations_Groups_GroupId",
                table: "Invitations",
                column: "GroupId",
                principalTable: "Groups",
                principalColumn: "Id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_Invitations_Groups_GroupId",
                table: "Invitations");

            migrationBuilder.DropTable(
                name: "ChannelSwitches");

            migrationBuilder.DropTable(
                name: "ImportRows");

            migrationBuilder.DropTable(
                name: "ImportSources");

            migrationBuilder.DropTable(
                name: "TemplateVersions");

            migrationBuilder.DropTable(
                name: "Imports");

            migrationBuilder.DropIndex(
                name: "IX_Users_ContactKey",
                table: "Users");

            migrationBuilder.DropIndex(
                name: "IX_OutboxMessages_CreatedAt_Id",
                table: "OutboxMessages");

            migrationBuilder.DropIndex(
                name: "IX_OutboxMessages_Ended",
                table: "OutboxMessages");

            migrationBuilder.DropIndex(
                name: "IX_OutboxMessages_State_CreatedAt_Id",
                table: "OutboxMessages");

            migrationBuilder.DropIndex(
                name: "IX_Invitations_GroupId",
                table: "Invitations");

            migrationBuilder.DropIndex(
                name: "IX_InvitationEvents_InvitationId_Kind",
                table: "InvitationEvents");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_Action_At_Id",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_ActorId_At_Id",
                table: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_AuditEntries_At_Id",
                table: "AuditEntries");

            migrationBuilder.DropColumn(
                name: "AcceptSeconds",
                table: "Invitations");

            migrationBuilder.DropColumn(
                name: "CreatedSlot",
                table: "Invitations");

            migrationBuilder.DropColumn(
                name: "ContactKey",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "EndedDay",
                table: "OutboxMessages");

            migrationBuilder.DropColumn(
                name: "FallbackChannel",
                table: "OutboxMessages");

            migrationBuilder.DropColumn(
                name: "FallbackRecipient",
                table: "OutboxMessages");

            migrationBuilder.DropColumn(
                name: "Channel",
                table: "OutboxAttempts");

            migrationBuilder.DropColumn(
                name: "FellBackTo",
                table: "OutboxAttempts");

            migrationBuilder.DropColumn(
                name: "FallbackChannel",
                table: "Invitations");

            migrationBuilder.DropColumn(
                name: "FallbackRecipient",
                table: "Invitations");

            migrationBuilder.DropColumn(
                name: "GroupId",
                table: "Invitations");

            migrationBuilder.DropColumn(
                name: "MessageId",
                table: "InvitationLinks");

            migrationBuilder.AlterColumn<string>(
                name: "OpenKey",
                table: "Invitations",
                type: "nvarchar(258)",
                maxLength: 258,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "nvarchar(294)",
                oldMaxLength: 294,
                oldNullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_InvitationEvents_InvitationId_At",
                table: "InvitationEvents",
                columns: new[] { "InvitationId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_At",
                table: "AuditEntries",
                column: "At");
        }
    }
}
