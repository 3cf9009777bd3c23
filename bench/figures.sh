# The figures beside the rates. Sourced by bench/run, which has prepared the database "portal".

row() { printf '| %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" >>"$WORK/figures"; }

at_most() { awk -v v="$1" -v g="$2" 'BEGIN { print (v <= g ? "yes" : "no") }'; }

at_least() { awk -v v="$1" -v g="$2" 'BEGIN { print (v >= g ? "yes" : "no") }'; }

node_modules() {
  need node npm
  [ -d "$WORK/node/node_modules" ] || { mkdir -p "$WORK/node" && cp "$BENCH/package.json" "$WORK/node/" && (cd "$WORK/node" && npm install --no-audit --no-fund >npm.log 2>&1) || { cat "$WORK/node/npm.log" >&2; die "npm install failed"; }; }
  export NODE_MODULES=$WORK/node/node_modules
}

# From the start of the process to the first page that is answered, with the database filled and up to date. Median of five.
cold() {
  say "cold start …"
  local times="" t0 round
  portal_settings
  for round in 1 2 3 4 5; do
    t0=$(now_ms)
    (cd "$WORK/app" && exec dotnet InvitePortal.dll >"$WORK/portal.log" 2>&1) &
    PORTAL=$!
    PIDS+=("$PORTAL")
    until [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORTAL_PORT/sign-in")" = 200 ]; do
      kill -0 "$PORTAL" 2>/dev/null || die "the portal did not start"
      sleep 0.02
    done
    times="$times $(($(now_ms) - t0))"
    stop "$PORTAL"
  done
  say "  $times ms"
  local ms; ms=$(median_of "$times")
  row "cold start to the first answered page" "$(awk -v m="$ms" 'BEGIN { printf "%.2f s", m / 1000 }')" "3 s" "$(at_most "$ms" 3000)"
}

# One command with 10,000 addresses, through the API of the running portal, while its worker delivers to a local SMTP server.
batch_on() {
  local provider=$1 connection=$2 seconds result
  portal_settings "$provider" "$connection"
  smtp_settings
  start_portal
  if [ "$provider" = Sqlite ]; then tool admin "$EMAIL" "$PASSWORD" "$TOKEN"; fi
  # One small command first: what is measured is the work, not the compiler.
  curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"emails":["warm.'"$provider"'@example.org"],"role":"BUSINESS"}' "http://127.0.0.1:$PORTAL_PORT/api/invitations"
  sleep 2
  echo 10000 >&9
  awk 'BEGIN { printf "{\"role\":\"BUSINESS\",\"message\":\"See you on Monday.\",\"emails\":["; for (i = 1; i <= 10000; i++) printf "%s\"batch.%d@example.org\"", (i > 1 ? "," : ""), i; print "]}" }' >"$WORK/batch.json"
  seconds=$(curl -s -o "$WORK/batch.out" -w '%{time_total}' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d @"$WORK/batch.json" "http://127.0.0.1:$PORTAL_PORT/api/invitations")
  grep -q '"invited":10000' "$WORK/batch.out" || { head -c 300 "$WORK/batch.out" >&2; die "10,000 invitations were not stored"; }
  answers=$((answers + 1))
  for _ in $(seq 1200); do [ "$(wc -l <"$WORK/sink.out")" -gt "$answers" ] && break; sleep 0.1; done
  result=$(sed -n "$((answers + 1))p" "$WORK/sink.out")
  [ -n "$result" ] || die "10,000 messages did not arrive"
  say "  $provider: stored in $seconds s, delivered at $result/s"
  row "10,000 invitations stored in one command, $provider" "$(printf '%.1f s' "$seconds")" "5 s" "$(at_most "$seconds" 5)"
  row "their delivery over SMTP, $provider" "$result/s" "500/s" "$(at_least "$result" 500)"
  stop "$PORTAL"
  unset Smtp__Host Smtp__Port Smtp__From Smtp__StartTls
}

batch() {
  say "10,000 invitations …"
  local answers=0
  start_sink
  batch_on PostgreSql "$(connection portal)"
  batch_on Sqlite "Data Source=$WORK/portal.db"
  exec 9>&-
}

# Resident memory after a minute of mixed load: used when the rates were not run in the same command.
memory() {
  [ -z "${RSS_LOADED:-}" ] || return 0
  say "memory after load …"
  portal_settings
  start_portal
  one fetch portal 15; one list portal 15; one create portal 15
  local mb; mb=$(rss_mb "$PORTAL")
  row "resident memory after 45 s of load" "$mb MB" "300 MB" "$(at_most "$mb" 300)"
  stop "$PORTAL"
}

# Memory of open circuits on a page, from the difference between 100 and 400 of them.
circuits() { circuits_on "/users?tab=invites" "invitations page"; }

circuits_on() {
  say "circuits …"
  node_modules
  portal_settings
  dotnet build "$BENCH/Heap" -c Release -o "$WORK/heap" -v q -clp:NoSummary >"$WORK/build.log" 2>&1 || { tail -30 "$WORK/build.log" >&2; die "the heap hook does not build"; }
  export DOTNET_STARTUP_HOOKS=$WORK/heap/Heap.dll BENCH_HEAP_PORT=$HEAP_PORT
  start_portal
  unset DOTNET_STARTUP_HOOKS BENCH_HEAP_PORT
  local cookie
  cookie=$(node "$BENCH/session.mjs" "$PORTAL_URL" "$EMAIL" "$PASSWORD")
  node "$BENCH/circuits.mjs" --url "$PORTAL_URL$1" --steps 100,200,400 --par 4 --hold 3 --pid "$PORTAL" --mem "http://127.0.0.1:$HEAP_PORT/" \
    --header "Cookie: $cookie" --header "Origin: $PORTAL_URL" --json >"$WORK/circuits.json" || die "circuits failed"
  say "  $(cat "$WORK/circuits.json")"
  local heap rss p50
  read -r heap rss p50 failed < <(node -e 'const o = JSON.parse(require("fs").readFileSync(process.argv[1])); const [a, , b] = o.steps;
    console.log(((b.heap_mb - a.heap_mb) / (b.alive - a.alive)).toFixed(2), ((b.rss_after_gc - a.rss_after_gc) / (b.alive - a.alive)).toFixed(2), o.interactive_ms.p50, b.failed)' "$WORK/circuits.json")
  [ "$failed" = 0 ] || say "  !! $failed circuits did not open"
  row "live heap of each open circuit on the $2" "$heap MB" "1 MB" "$(at_most "$heap" 1)"
  row "resident memory of each, beside that" "$rss MB" "" ""
  stop "$PORTAL"
}

pages() {
  say "pages in Chromium …"
  node_modules
  portal_settings
  start_portal
  node "$BENCH/pages.mjs" "$PORTAL_URL" "$EMAIL" "$PASSWORD" 76000 >"$WORK/pages.json" || die "pages failed"
  say "  $(cat "$WORK/pages.json")"
  local first again first2 again2
  read -r first again first2 again2 < <(node -e 'const o = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(o.invitations.first, o.invitations.again, o.accept.first, o.accept.again)' "$WORK/pages.json")
  row "invitations page interactive, empty cache (again: $again ms)" "$first ms" "700 ms" "$(at_most "$first" 700)"
  row "accept page interactive, empty cache (again: $again2 ms)" "$first2 ms" "500 ms" "$(at_most "$first2" 500)"
  stop "$PORTAL"
}

figures() { for figure in $FIGURES; do "$figure"; done; }
