using System.Security.Cryptography;
using System.Text;
using Npgsql;
using NpgsqlTypes;

/// <summary>The floor's statements, over the portal's own tables.</summary>
internal static class Sql
{
    public static readonly Guid Admin = new("00000000-0000-7000-8000-000000000001");

    public const string Find = """
        SELECT i."Id", l."Id", i."PersonId", i."State", i."Email", i."ExpiresAt", u."DisplayName", i."Message", i."Role", i."Language", p."Status", l."ReplacedAt", l."Origin"
        FROM "InvitationLinks" l JOIN "Invitations" i ON i."Id" = l."InvitationId"
        LEFT JOIN "Users" p ON p."Id" = i."PersonId" LEFT JOIN "Users" u ON u."Id" = i."InvitedById"
        WHERE l."TokenHash" = $1
        """;

    public const string List = """
        SELECT i."Id", i."Email", i."Role", i."Channel", i."State", m."State", m."DueAt", m."Reason", m."SentAt", i."ExpiresAt", u."DisplayName", i."CreatedAt", i."Version"
        FROM (SELECT * FROM "Invitations" ORDER BY "CreatedAt" DESC, "Id" DESC LIMIT 25) i
        LEFT JOIN "OutboxMessages" m ON m."Id" = i."LastMessageId" LEFT JOIN "Users" u ON u."Id" = i."InvitedById"
        ORDER BY i."CreatedAt" DESC, i."Id" DESC
        """;

    public const string People = """
        SELECT "Id", "DisplayName", "Email", "Status", "ActiveRole", "RoleBits", "CreatedAt", "JoinedAt", "LastSignInAt", "ConcurrencyStamp" FROM "Users" 
        """;

    public const string PeopleOrder = """ ORDER BY "SearchText", "Id" LIMIT 25""";

    public static readonly Guid Teacher = new("00000000-0000-7000-8000-000000000002");

    public const string Codes = """
        SELECT c."Id", c."Code", c."Kind", c."Subject", c."Phase", c."MaxUses", c."Uses", c."ExpiresAt", c."CreatedAt", c."FirstUsedAt",
            (SELECT u."DisplayName" FROM "Enrollments" e JOIN "Users" u ON u."Id" = e."StudentId" WHERE e."CodeId" = c."Id" ORDER BY e."JoinedAt" LIMIT 1)
        FROM "InviteCodes" c WHERE c."TeacherId" = $1 ORDER BY c."CreatedAt" DESC, c."Id" DESC LIMIT 25
        """;

    public const string Preview = """
        SELECT c."Code", t."DisplayName", c."Subject", c."MaxUses" - c."Uses" FROM "InviteCodes" c JOIN "Users" t ON t."Id" = c."TeacherId" LEFT JOIN "Groups" g ON g."Id" = c."GroupId"
        WHERE c."Code" = $1 AND c."Phase" = 1 AND (c."ExpiresAt" IS NULL OR c."ExpiresAt" > now()) AND t."Status" = 1
        """;

    public const string TakeUse = """
        UPDATE "InviteCodes" SET "Uses" = "Uses" + 1, "Phase" = CASE WHEN "Uses" + 1 >= "MaxUses" THEN 2 ELSE 1 END, "FirstUsedAt" = coalesce("FirstUsedAt", $2),
            "FirstUseSeconds" = coalesce("FirstUseSeconds", extract(epoch FROM $2 - "CreatedAt")::int)
        WHERE "Code" = $1 AND "Phase" = 1 AND ("ExpiresAt" IS NULL OR "ExpiresAt" > $2) AND ("MaxUses" IS NULL OR "Uses" < "MaxUses") RETURNING "Id", "TeacherId", "Subject", "SubjectKey"
        """;

    public const string Enrol = """
        INSERT INTO "Enrollments" ("Id", "StudentId", "TeacherId", "Subject", "SubjectKey", "GroupKey", "CodeId", "JoinedAt", "JoinedWeek", "Source")
        VALUES ($1, $2, $3, $4, $5, '00000000-0000-0000-0000-000000000000', $6, $7, 0, 1)
        """;

    public const string Known = """
        SELECT 1 FROM "Users" WHERE "NormalizedEmail" = $1 UNION ALL SELECT 1 FROM "Invitations" WHERE "OpenKey" = $2 LIMIT 1
        """;

    public const string InsertPerson = """
        INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "DisplayName", "SearchText", "Status", "ActiveRole", "RoleBits", "Language", "TimeZone", "CreatedAt",
            "EmailConfirmed", "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount")
        VALUES ($1, $2, $2, $3, $3, $3, ' ' || $3 || ' ' || $3, 6, 4, 8, 'en', 'UTC', $4, false, $2, $2, false, false, false, 0)
        """;

    public const string InsertInvitation = """
        INSERT INTO "Invitations" ("Id", "Email", "NormalizedEmail", "Role", "Channel", "Language", "State", "OpenKey", "PersonId", "InvitedById", "BatchId", "CreatedAt",
            "SendAt", "LifetimeMinutes", "ExpiresAt", "RemindersOn", "ReminderDueAt", "Resends", "LastMessageId", "Version")
        VALUES ($1, $2, $2, 4, 1, 'en', 1, $3, $4, $5, $6, $7, $7, 10080, $8, true, $9, 0, $10, 1)
        """;

    public const string InsertLink = """
        INSERT INTO "InvitationLinks" ("Id", "InvitationId", "TokenHash", "Origin", "CreatedAt") VALUES ($1, $2, $3, 1, $4)
        """;

    public const string InsertMessage = """
        INSERT INTO "OutboxMessages" ("Id", "Channel", "Kind", "Priority", "Recipient", "RecipientKey", "SubjectId", "Language", "Body", "State", "CreatedAt", "DueAt",
            "ExpiresAt", "Attempts", "PossibleDuplicate")
        VALUES ($1, 1, $2, $3, $4, $4, $5, 'en', $6, 1, $7, $7, $8, 0, false)
        """;

    public const string CountTry = """
        UPDATE "UserTokens" SET "Attempts" = "Attempts" + 1
        WHERE "UserId" = $1 AND "LoginProvider" = 'OneTimeCode' AND "Name" = 'accept-invitation' AND "Flow" = $2 AND "Attempts" < 5 AND "ExpiresAt" > now() RETURNING "Value"
        """;

    public const string UseCode = """
        DELETE FROM "UserTokens" WHERE "UserId" = $1 AND "LoginProvider" = 'OneTimeCode' AND "Name" = 'accept-invitation' AND "Value" = $2
        """;

    public const string Win = """
        UPDATE "Invitations" SET "State" = 2, "ClosedAt" = $3, "AcceptedById" = $2, "OpenKey" = NULL, "ReminderDueAt" = NULL, "Version" = "Version" + 1
        WHERE "Id" = $1 AND "State" = 1 AND "ExpiresAt" > $3
        """;

    public const string Activate = """
        UPDATE "Users" SET "Status" = 1, "DisplayName" = $2, "SearchText" = ' ' || lower($2) || ' ' || "NormalizedEmail", "ActiveRole" = 4, "RoleBits" = 8, "EmailConfirmed" = true, "JoinedAt" = $3, "LastSignInAt" = $3 WHERE "Id" = $1 AND "Status" = 6
        """;

    public const string InsertSession = """
        INSERT INTO "Sessions" ("Id", "UserId", "Kind", "SecretHash", "RefreshHash", "CreatedAt", "ProvenAt", "LastSeenAt", "ExpiresAt", "EndsAt", "RefreshExpiresAt", "Remembered", "StartedAt", "Address")
        VALUES ($1, $2, 2, $3, $4, $5, $5, $5, $6, $7, $7, false, $5, '127.0.0.1')
        """;

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    public static void Add(this NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            var parameter = value is DBNull ? new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Unknown } : new NpgsqlParameter { Value = value };
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }
}
