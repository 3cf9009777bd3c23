# Parts of bench/run: servers that are started here and stopped here, and arithmetic.

BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$BENCH")
PORTAL_PORT=${PORTAL_PORT:-5390} FLOOR_PORT=${FLOOR_PORT:-5391} SINK_PORT=${SINK_PORT:-5392} HEAP_PORT=${HEAP_PORT:-5393}
PORTAL_URL=http://localhost:$PORTAL_PORT
TOKEN=benchBenchBenchBenchBenchBenchBenchBenchBen
EMAIL=bench@example.org PASSWORD=quiet-harbour-lamp-42
PIDS=()

say() { printf '%s\n' "$*" >&2; }

die() { say "bench: $*"; exit 1; }

need() { for tool in "$@"; do command -v "$tool" >/dev/null || die "$tool is missing"; done; }

# ---- PostgreSQL: a cluster of its own, on a Unix socket in its own folder ----

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgres() {
  PG_BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
  [ -x "$PG_BIN/initdb" ] || die "PostgreSQL is missing (apt-get install postgresql)"
  PG=$(mktemp -d /tmp/portal-bench-pg.XXXXXX)
  [ "$(id -u)" != 0 ] || chown postgres "$PG"
  (cd "$PG" && as_postgres "$PG_BIN/initdb" -D "$PG/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >"$PG.log" 2>&1) || { cat "$PG.log" >&2; die "initdb failed"; }
  # Everything is on disk as usual but for synchronous_commit: nobody waits for the disk at a commit, portal and floor alike. Otherwise the disk would be measured.
  local settings="-c listen_addresses= -k $PG -c shared_buffers=512MB -c max_connections=300 -c max_wal_size=4GB -c synchronous_commit=off -c timezone=UTC"
  [ -z "${PROFILE:-}" ] || settings="$settings -c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.track=all"
  (cd "$PG" && as_postgres "$PG_BIN/pg_ctl" -D "$PG/data" -l "$PG/server.log" -w -o "$settings" start >/dev/null) || { cat "$PG/server.log" >&2; die "PostgreSQL did not start"; }
}

stop_postgres() {
  [ -n "${PG:-}" ] || return 0
  (cd / && as_postgres "$PG_BIN/pg_ctl" -D "$PG/data" -m immediate stop >/dev/null 2>&1)
  rm -rf "$PG" "$PG.log"
}

sql() { local database=$1; shift; psql -h "$PG" -U postgres -d "$database" -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }

connection() { echo "Host=$PG;Database=$1;Username=postgres;Maximum Pool Size=100"; }

# ---- Processes ----

# Whether this is still the process that was started here: numbers are used again.
ours() { [ "$(awk '{ sub(/.*\) /, ""); print $2 }' "/proc/$1/stat" 2>/dev/null)" = $$ ]; }

stop() {
  local pid=$1
  ours "$pid" || return 0
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do ours "$pid" || return 0; sleep 0.1; done
  ours "$pid" && kill -9 "$pid" 2>/dev/null || true
}

cleanup() {
  for pid in "${PIDS[@]}"; do stop "$pid"; done
  stop_postgres
  [ -z "${WORK:-}" ] || rm -rf "$WORK"
}

# Settings of the portal for the process that follows. Limits are raised as an operator would raise them for a load test; nothing else differs from production.
portal_settings() {
  export ASPNETCORE_ENVIRONMENT=Production ASPNETCORE_URLS=http://127.0.0.1:$PORTAL_PORT DOTNET_ENVIRONMENT=Production DOTNET_CLI_TELEMETRY_OPTOUT=1
  export Portal__PublicUrl=$PORTAL_URL Logging__LogLevel__Default=Warning
  export Limits__TokenRequestsPerSecond=1000000 Limits__AnonymousRequestsPerSecond=1000000 Limits__AnonymousBurst=1000000 Limits__AdminSendsPerDay=100000000
  export Limits__CircuitsPerAddress=5000 Limits__CircuitsPerPerson=5000 Limits__PasswordSignInsPerAddressPerMinute=1000
  export Database__Provider=${1:-PostgreSql}
  export ConnectionStrings__Portal=${2:-$(connection portal)}
}

# with_smtp: what the worker sends goes to the sink. Without, messages wait in the outbox.
smtp_settings() { export Smtp__Host=127.0.0.1 Smtp__Port=$SINK_PORT Smtp__From=portal@example.org Smtp__StartTls=false; }

await_url() {
  local url=$1 pid=$2
  for _ in $(seq 600); do
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$url")" = 200 ] && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

start_portal() {
  (cd "$WORK/app" && exec dotnet InvitePortal.dll >"$WORK/portal.log" 2>&1) &
  PORTAL=$!
  PIDS+=("$PORTAL")
  await_url "http://127.0.0.1:$PORTAL_PORT/health/ready" "$PORTAL" || { tail -30 "$WORK/portal.log" >&2; die "the portal did not start"; }
}

start_floor() {
  (cd "$WORK/floor" && FLOOR_DATABASE=$(connection floor) ASPNETCORE_ENVIRONMENT=Production ASPNETCORE_URLS=http://127.0.0.1:$FLOOR_PORT exec dotnet Floor.dll >"$WORK/floor.log" 2>&1) &
  FLOOR=$!
  PIDS+=("$FLOOR")
  await_url "http://127.0.0.1:$FLOOR_PORT/invitations" "$FLOOR" || { tail -30 "$WORK/floor.log" >&2; die "the floor did not start"; }
}

start_sink() {
  mkfifo "$WORK/sink.in" 2>/dev/null || true
  (exec "$WORK/tool/BenchTool" sink "$SINK_PORT" <"$WORK/sink.in" >"$WORK/sink.out" 2>&1) &
  SINK=$!
  PIDS+=("$SINK")
  exec 9>"$WORK/sink.in"
  for _ in $(seq 100); do grep -q ready "$WORK/sink.out" 2>/dev/null && return 0; sleep 0.1; done
  die "the SMTP sink did not start"
}

tool() { "$WORK/tool/BenchTool" "$@"; }

build() {
  say "building …"
  dotnet publish "$ROOT/InvitePortal" -c Release -o "$WORK/app" -v q -clp:NoSummary >"$WORK/build.log" 2>&1 || { tail -30 "$WORK/build.log" >&2; die "the portal does not build"; }
  dotnet publish "$BENCH/Floor" -c Release -o "$WORK/floor" -v q -clp:NoSummary >"$WORK/build.log" 2>&1 || { tail -30 "$WORK/build.log" >&2; die "the floor does not build"; }
  dotnet build "$BENCH/Tool" -c Release -o "$WORK/tool" -v q -clp:NoSummary >"$WORK/build.log" 2>&1 || { tail -30 "$WORK/build.log" >&2; die "the tool does not build"; }
}

# ---- Arithmetic ----

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

rss_mb() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# Processor time in milliseconds: of one process, and of all of PostgreSQL.
cpu_of() { awk '{ sub(/.*\) /, ""); print ($12 + $13) * 10 }' "/proc/$1/stat" 2>/dev/null || echo 0; }

cpu_of_postgres() { local pid sum=0; for pid in $(pgrep -P "$(head -1 "$PG/data/postmaster.pid")"); do sum=$((sum + $(cpu_of "$pid"))); done; echo "$sum"; }

now_ms() { date +%s%3N; }
