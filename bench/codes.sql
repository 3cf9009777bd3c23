-- 20,000 students with a session each, a teacher with 100,000 codes, and one whose 80,000 codes are joined and looked at. Run after the portal has made its tables.
-- Code N is N in base 31, its least digit first. Student N has the token 'S' + N as 41 digits + 'A'; the teachers 'T' + 1 or 2 likewise.
-- Codes 1 to 60,000 are joined once each, code N by student N of 20,000 in subject N / 20,000; 60,001 to 80,000 are only looked at.
\set ON_ERROR_STOP on
SET synchronous_commit = off;
CREATE FUNCTION pg_temp.code(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT string_agg(substr('ABCDEFGHJKMNPQRSTUVWXYZ23456789', (1 + n / (31 ^ k)::bigint % 31)::int, 1), '' ORDER BY k) FROM generate_series(0, 7) k $$;
CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$ SELECT (kind || lpad(to_hex(n), 12, '0'))::uuid $$;
CREATE FUNCTION pg_temp.week(at timestamptz) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT floor(extract(epoch FROM at - timestamptz '1970-01-05 00:00:00+00') / 604800)::int $$;

CREATE TEMP TABLE person AS
SELECT n, pg_temp.id('00000000-0000-7000-9000-', n) AS id, 'Student ' || n AS name, 'student.' || n || '@example.org' AS email, 6 AS role, 'S' || lpad(n::text, 41, '0') || 'A' AS token FROM generate_series(1, 20000) n
UNION ALL
SELECT n, pg_temp.id('00000000-0000-7000-8000-', n + 1), 'Teacher ' || n, 'teacher.' || n || '@example.org', 5, 'T' || lpad(n::text, 41, '0') || 'A' FROM generate_series(1, 2) n;

INSERT INTO "Users" ("Id", "UserName", "NormalizedUserName", "Email", "NormalizedEmail", "DisplayName", "SearchText", "Status", "ActiveRole", "RoleBits", "Language", "TimeZone", "CreatedAt", "JoinedAt", "LastSignInAt",
    "EmailConfirmed", "SecurityStamp", "ConcurrencyStamp", "PhoneNumberConfirmed", "TwoFactorEnabled", "LockoutEnabled", "AccessFailedCount")
SELECT id, replace(id::text, '-', ''), replace(id::text, '-', ''), email, email, name, ' ' || lower(name) || ' ' || email, 1, role, 1 << (role - 1), 'en', 'UTC', now() - interval '1 year', now() - interval '1 year', now(),
       true, md5(id::text), md5(id::text), false, false, false, 0
FROM person;

INSERT INTO "Sessions" ("Id", "UserId", "Kind", "SecretHash", "CreatedAt", "ProvenAt", "LastSeenAt", "ExpiresAt", "EndsAt", "Remembered", "StartedAt", "Address", "Device")
SELECT pg_temp.id(CASE role WHEN 5 THEN '00000000-0000-7000-a000-' ELSE '00000000-0000-7000-b000-' END, n), id, 2, sha256(token::bytea), now(), now(), now(), now() + interval '12 hours', now() + interval '12 hours', false, now(), '192.0.2.7', 'Bench'
FROM person;

-- Codes of teacher 1: five years, 60 subjects, six in ten used, some expired, some closed.
CREATE TEMP TABLE code AS
SELECT n, pg_temp.id('00000000-0000-7000-8001-', n) AS id, at, 'Subject ' || n % 60 AS subject, n % 10 < 6 AS used, n % 50 = 7 AS closed, n % 10 = 8 AS dated
FROM (SELECT n, now() - interval '5 years' * (1 - n / 100000.0) - interval '1 hour' AS at FROM generate_series(1, 100000) n) g;
INSERT INTO "InviteCodes" ("Id", "Code", "Kind", "TeacherId", "Subject", "SubjectKey", "MaxUses", "Uses", "Phase", "ExpiresAt", "CreatedAt", "CreatedWeek", "FirstUsedAt", "FirstUseSeconds", "Version")
SELECT id, pg_temp.code(1000000 + n), 1, pg_temp.id('00000000-0000-7000-8000-', 2), subject, lower(subject), 1, CASE WHEN used THEN 1 ELSE 0 END, CASE WHEN used THEN 2 WHEN closed THEN 3 ELSE 1 END,
       CASE WHEN dated THEN at + interval '30 days' END, at, pg_temp.week(at), CASE WHEN used THEN at + interval '40 seconds' * (1 + n % 89) END, CASE WHEN used THEN 40 * (1 + n % 89) END, 1
FROM code;
INSERT INTO "Enrollments" ("Id", "StudentId", "TeacherId", "Subject", "SubjectKey", "GroupKey", "CodeId", "JoinedAt", "JoinedWeek", "Source")
SELECT DISTINCT ON (1 + n % 20000, subject) pg_temp.id('00000000-0000-7000-8002-', n), pg_temp.id('00000000-0000-7000-9000-', 1 + n % 20000), pg_temp.id('00000000-0000-7000-8000-', 2), subject, lower(subject),
       '00000000-0000-0000-0000-000000000000', id, at + interval '40 seconds' * (1 + n % 89), pg_temp.week(at + interval '40 seconds' * (1 + n % 89)), 1
FROM code WHERE used;

INSERT INTO "InviteCodes" ("Id", "Code", "Kind", "TeacherId", "Subject", "SubjectKey", "MaxUses", "Uses", "Phase", "CreatedAt", "CreatedWeek", "Version")
SELECT pg_temp.id('00000000-0000-7000-8003-', n), pg_temp.code(n), 1, pg_temp.id('00000000-0000-7000-8000-', 3), 'Course ' || (n - 1) / 20000, 'course ' || (n - 1) / 20000, 1, 0, 1, now() - interval '1 day', pg_temp.week(now() - interval '1 day'), 1
FROM generate_series(1, 80000) n;
