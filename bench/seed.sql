-- 100,000 people and 100,000 invitations, with what a portal in use holds beside them. Run after the portal has made its tables.
-- Invitations 1 to 80,000 are pending (77,000 of them alive), the others closed. Token of invitation N: 'T' + N as 41 digits + 'A'.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
CREATE FUNCTION pg_temp.uuid7(at timestamptz, salt text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
  $$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(salt), 1, 3) || '8' || substr(md5(salt), 4, 15))::uuid $$;

CREATE TEMP TABLE person AS
SELECT n, pg_temp.uuid7(at, 'person' || n) AS id, at, n <= 20000 AS member,
       (ARRAY['Anna','Boris','Clara','Daniel','Elena','Farid','Galina','Hugo','Irina','Jonas','Katja','Leonid','Maria','Nikolai','Olga','Pavel'])[1 + n % 16] || ' ' ||
       (ARRAY['Adler','Belov','Conti','Dubois','Egorova','Fischer','Golubev','Hansen','Ivanova','Jansen','Kozlov','Lehmann','Moroz'])[1 + n / 16 % 13] || ' ' || n AS name,
       (ARRAY['anna','boris','clara','daniel','elena','farid','galina','hugo'])[1 + n % 8] || '.' || n || '@' || (ARRAY['example.org','example.com','school.example','office.example'])[1 + n / 8 % 4] AS email
FROM (SELECT n, CASE WHEN n <= 20000 THEN now() - interval '360 days' * (1 - n / 20000.0) - interval '26 days'
                     ELSE now() - interval '25 days' * (1 - (n - 20000) / 80000.0) - interval '1 hour' END AS at FROM generate_series(1, 100000) n) g;

INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "DisplayName", "SearchText", "Status", "ActiveRole", "RoleBits", "Language", "TimeZone", "CreatedAt", "JoinedAt", "LastSignInAt",
    "EmailConfirmed", "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount")
SELECT id, replace(id::text, '-', ''), replace(id::text, '-', ''), email, email, CASE WHEN member THEN name ELSE email END, ' ' || lower(CASE WHEN member THEN name ELSE email END) || ' ' || email,
       CASE WHEN member THEN 1 ELSE 6 END, CASE WHEN n <= 20 THEN 2 ELSE 4 END, CASE WHEN n <= 20 THEN 2 ELSE 8 END, CASE WHEN n % 3 = 0 THEN 'ru' ELSE 'en' END, 'Europe/Berlin', at,
       CASE WHEN member THEN at END, CASE WHEN member THEN at + interval '3 days' END, member, md5('stamp' || n), md5('stamp' || n), false, false, false, 0
FROM person;

INSERT INTO "Sessions" ("Id", "UserId", "Kind", "SecretHash", "CreatedAt", "ProvenAt", "LastSeenAt", "ExpiresAt", "EndsAt", "Remembered", "StartedAt", "Address", "Device")
SELECT pg_temp.uuid7(now() - interval '2 days', 'session' || n), id, 1, sha256(('session' || n)::bytea), now() - interval '2 days', now() - interval '2 days', now() - interval '1 hour', now() + interval '20 days',
       now() + interval '28 days', true, now() - interval '2 days', '192.0.2.' || n % 250, 'Firefox on Windows'
FROM person WHERE n <= 10000;

CREATE TEMP TABLE invited AS
SELECT n, pg_temp.uuid7(at, 'invitation' || n) AS id, pg_temp.uuid7(at, 'message' || n) AS message, pg_temp.uuid7(at, 'link' || n) AS link, at,
       CASE WHEN n <= 80000 THEN 20000 + n WHEN n <= 92000 THEN n - 80000 END AS person, 1 + n % 20 AS inviter, CASE WHEN n > 77000 AND n <= 80000 THEN 10080 ELSE 43200 END AS life,
       CASE WHEN n <= 80000 THEN 1 WHEN n <= 92000 THEN 2 WHEN n <= 96000 THEN 3 ELSE 4 END AS state
FROM (SELECT n, CASE WHEN n <= 77000 THEN now() - interval '25 days' * (1 - n / 77000.0) - interval '1 hour'
                     WHEN n <= 80000 THEN now() - interval '20 days' - interval '1 minute' * (n - 77000)
                     ELSE now() - interval '26 days' - interval '360 days' * (n - 80000) / 20000 END AS at FROM generate_series(1, 100000) n) g;

INSERT INTO "Invitations" ("Id", "Email", "NormalizedEmail", "Role", "Message", "Channel", "Language", "State", "OpenKey", "PersonId", "InvitedById", "BatchId", "CreatedAt", "SendAt", "LifetimeMinutes",
    "ExpiresAt", "RemindersOn", "ReminderDueAt", "Resends", "LastMessageId", "ClosedAt", "AcceptedById", "Version")
SELECT i.id, coalesce(p.email, 'gone.' || i.n || '@example.net'), coalesce(p.email, 'gone.' || i.n || '@example.net'), 4,
       CASE WHEN i.n % 5 = 0 THEN 'We start on Monday at nine. Have a look around before, and write to me if something is missing. See you there.' END,
       1, CASE WHEN i.n % 3 = 0 THEN 'ru' ELSE 'en' END, i.state, CASE WHEN i.n <= 77000 THEN p.email || '|4' END, CASE WHEN i.n <= 92000 THEN p.id END, u.id,
       pg_temp.uuid7(i.at, 'batch' || i.n / 25), i.at, i.at, i.life, i.at + interval '1 minute' * i.life, i.n <= 77000,
       CASE WHEN i.n <= 77000 THEN i.at + interval '1 minute' * i.life - interval '1 day' END, 0, i.message,
       CASE WHEN i.state > 1 THEN i.at + interval '1 day' END, CASE WHEN i.state = 2 THEN p.id END, CASE WHEN i.state = 1 THEN 1 ELSE 2 END
FROM invited i LEFT JOIN person p ON p.n = i.person JOIN person u ON u.n = i.inviter;

INSERT INTO "InvitationLinks" ("Id", "InvitationId", "TokenHash", "Origin", "CreatedAt")
SELECT link, id, sha256(('T' || lpad(n::text, 41, '0') || 'A')::bytea), 1, at FROM invited;

INSERT INTO "InvitationEvents" ("Id", "InvitationId", "Kind", "At", "Count")
SELECT pg_temp.uuid7(at + interval '5 minutes', 'event' || n), id, CASE WHEN n % 2 = 0 THEN 1 ELSE 2 END, at + interval '5 minutes', 1 + n % 3 FROM invited WHERE n % 2 = 0;

INSERT INTO "OutboxMessages" ("Id", "Channel", "Kind", "Priority", "Recipient", "RecipientKey", "SubjectId", "Language", "State", "CreatedAt", "DueAt", "ExpiresAt", "Attempts", "SentAt", "PossibleDuplicate")
SELECT m.message, 1, 'invitation', 2, i."Email", i."Email", i."Id", i."Language", CASE WHEN m.n % 50 = 0 THEN 5 ELSE 3 END, i."CreatedAt", i."CreatedAt", i."ExpiresAt", 1,
       CASE WHEN m.n % 50 > 0 THEN i."CreatedAt" + interval '2 seconds' END, false
FROM invited m JOIN "Invitations" i ON i."Id" = m.id;
UPDATE "OutboxMessages" SET "Reason" = '550 5.1.1 No such user' WHERE "State" = 5;

INSERT INTO "AuditEntries" ("Id", "At", "ActorId", "ActorName", "Address", "Action", "SubjectId", "After")
SELECT pg_temp.uuid7(i.at, 'audit' || i.n), i.at, u.id, u.name, '192.0.2.7', 'invitation.created', i.id, '{"email":"someone@example.org","role":"BUSINESS"}' FROM invited i JOIN person u ON u.n = i.inviter;
