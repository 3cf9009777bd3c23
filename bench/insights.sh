# Figures of 100,000 invitations, and an audit log of a million entries, in a cluster of their own. Sourced by bench/run.

insights() {
  build
  start_postgres
  sql postgres -c "CREATE DATABASE portal"
  portal_settings
  say "filling: 100,000 people, 100,000 invitations, 1,000,000 entries of the audit log …"
  (cd "$WORK/app" && ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development dotnet InvitePortal.dll demo --users 100000 --invitations 100000 >"$WORK/fill.log" 2>&1) || { tail -5 "$WORK/fill.log" >&2; die "the demo command failed"; }
  tool admin "$EMAIL" "$PASSWORD" "$TOKEN"
  # Reminders: every third invitation has a second message.
  sql portal -c "INSERT INTO \"OutboxMessages\" SELECT (m).* FROM (SELECT m #= hstore('Id', gen_random_uuid()::text) AS m FROM \"OutboxMessages\" m WHERE abs(hashtext(m.\"Id\"::text)) % 3 = 0) r" 2>/dev/null \
    || sql portal -c "CREATE EXTENSION hstore" -c "INSERT INTO \"OutboxMessages\" SELECT (m).* FROM (SELECT m #= hstore('Id', gen_random_uuid()::text) AS m FROM \"OutboxMessages\" m WHERE abs(hashtext(m.\"Id\"::text)) % 3 = 0) r"
  sql portal <<'SQL'
INSERT INTO "AuditEntries" ("Id", "At", "ActorId", "ActorName", "Address", "Action", "SubjectId", "Before", "After")
SELECT gen_random_uuid(), now() - n * interval '2 minutes',
       people[1 + n % 60], 'Somebody', '192.0.2.1',
       CASE WHEN n % 250000 = 7 THEN 'portal.set_up' WHEN n % 10 < 4 THEN 'invitation.created' WHEN n % 10 < 7 THEN 'account.signed_in' WHEN n % 10 = 7 THEN 'user.edited' WHEN n % 10 = 8 THEN 'code.joined' ELSE 'invitation.accepted' END,
       people[1 + n % 5000], '{"name":"Anna"}', '{"name":"Anna Maria","roles":["TEACHER"]}'
FROM generate_series(1, 1000000) n, (SELECT array_agg("Id") AS people FROM (SELECT "Id" FROM "Users" ORDER BY md5("Id"::text) LIMIT 5000) u) p;
SQL
  sql portal -c "VACUUM (ANALYZE)"
  say "measuring …"
  tool insights
  stop_postgres
  PG=""
}
