# The table of people at its size. Sourced by bench/run, after figures.sh. For each size a cluster of its own, filled by the portal's own demo command.

declare -A USER_PATHS FLOOR_PATHS

wanted() { case " $USER_WORKS " in *" $1 "*) return 0 ;; *) return 1 ;; esac; }

fill() {
  local people=$1 t0
  sql postgres -c "CREATE DATABASE portal"
  portal_settings
  say "filling: $people people …"
  t0=$(now_ms)
  (cd "$WORK/app" && ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development /usr/bin/env dotnet InvitePortal.dll demo --users "$people" --invitations $((people / 10)) >"$WORK/fill.log" 2>&1) || { tail -5 "$WORK/fill.log" >&2; die "the demo command failed"; }
  row "demo --users $people --invitations $((people / 10)), PostgreSQL" "$((($(now_ms) - t0) / 1000)) s" "600 s" "$(at_most $(($(now_ms) - t0)) 600000)"
  tool admin "$EMAIL" "$PASSWORD" "$TOKEN"
  sql postgres -c "CREATE DATABASE floor TEMPLATE portal"
}

user_rate() { USER_PATHS[user-$1]=$3 FLOOR_PATHS[user-$1]=$4; rate "user-$1" "$2" "$5"; }

user_rates() {
  local page list="/api/users?pageSize=25" far="" cursor
  portal_settings
  start_portal
  start_floor
  printf '| work | portal/s | floor/s | ratio | goal | met | ratio of processor time | median answer |\n|---|---|---|---|---|---|---|---|\n' >"$WORK/rates"
  user_rate first "people, first page with total" "$list" /users 0.15
  for page in 20 35 50 65 80 95; do
    cursor=$(curl -s -H "Authorization: Bearer $TOKEN" "http://127.0.0.1:$PORTAL_PORT$list&page=$((PEOPLE_NOW / 2500 * page))" | grep -o '"next":"[^"]*"' | cut -d'"' -f4)
    [ -n "$cursor" ] || die "the list of people gives no cursor"
    far="$far $list&cursor=$cursor"
  done
  user_rate far "people, far page with total, by cursor" "$far" /users/far 0.15
  user_rate number "people, page by number from the middle" "$list&page=$((PEOPLE_NOW / 50))" /users/far ""
  # Filters against the bare first page of everybody.
  user_rate active "filter: active" "$list&status=ACTIVE" /users ""
  user_rate banned "filter: banned" "$list&status=BANNED" /users ""
  user_rate invited "filter: suspended or invited" "$list&status=SUSPENDED&status=INVITED" /users ""
  user_rate students "filter: students" "$list&role=STUDENT" /users ""
  user_rate staff "filter: staff" "$list&role=STAFF" /users ""
  user_rate both "filter: pending parents or teachers, by last sign-in" "$list&status=PENDING&role=PARENT&role=TEACHER&sort=-lastSignInAt" /users ""
  user_rate rare "search: rare (konstantinov1)" "$list&search=konstantinov1" "/users/search?q=konstantinov1" 0.3
  user_rate common "search: common (anna)" "$list&search=anna" "/users/search?q=anna" 0.3
  user_rate part "search: in a sixth of all (.com)" "$list&search=.com" "/users/search?q=.com" 0.3
  row "resident memory after that load, $PEOPLE_NOW people" "$(rss_mb "$PORTAL") MB" "300 MB" "$(at_most "$(rss_mb "$PORTAL")" 300)"
  stop "$FLOOR"
  stop "$PORTAL"
  echo; echo "$PEOPLE_NOW people"; echo; cat "$WORK/rates"
}

# Every kind of page, one at a time through the service, each with a new total. Rows of the tool's own table go to the output.
user_pages() {
  portal_settings
  say "every kind of page …"
  tool users 25 >"$WORK/user-pages" || die "the pages could not be timed"
  echo; echo "$PEOPLE_NOW people"; cat "$WORK/user-pages"
  local median p95
  read -r median p95 < <(awk '$1 == "all" && $2 + 0 > 0 { print $3, $4 }' "$WORK/user-pages")
  row "any page with a total counted anew, $PEOPLE_NOW people, median" "$median ms" "100 ms" "$(at_most "$median" 100)"
  row "the same, 95th percentile" "$p95 ms" "300 ms" "$(at_most "$p95" 300)"
}

peak_mb() { awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

user_bulk() {
  local seconds before
  say "10,000 people changed in one command …"
  portal_settings
  start_portal
  sql portal -c "SELECT '{\"selection\":{\"users\":[' || string_agg('{\"id\":\"' || \"Id\" || '\"}', ',') || ']},\"action\":\"SET_STATUS\",\"status\":\"INACTIVE\"}' FROM (SELECT \"Id\" FROM \"Users\" WHERE \"Status\" = 1 AND \"RoleBits\" > 2 ORDER BY md5(\"Id\"::text) LIMIT 10000) u" >"$WORK/bulk.json"
  curl -s -o /dev/null -H "Authorization: Bearer $TOKEN" "http://127.0.0.1:$PORTAL_PORT/api/users?pageSize=25"
  before=$(rss_mb "$PORTAL")
  seconds=$(curl -s -o "$WORK/bulk.out" -w '%{time_total}' -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d @"$WORK/bulk.json" "http://127.0.0.1:$PORTAL_PORT/api/users/bulk-update")
  grep -q '"done":10000' "$WORK/bulk.out" || { head -c 300 "$WORK/bulk.out" >&2; die "10,000 were not changed"; }
  row "10,000 people changed in one command, of $PEOPLE_NOW" "$(printf '%.1f s' "$seconds")" "" ""
  row "memory: before, and at most" "$before MB, $(peak_mb "$PORTAL") MB" "" ""
  stop "$PORTAL"
}

user_export() {
  local seconds before lines cookie query=""
  say "export …"
  node_modules
  portal_settings
  start_portal
  cookie=$(node "$BENCH/session.mjs" "$PORTAL_URL" "$EMAIL" "$PASSWORD")
  [ "$PEOPLE_NOW" -le 100000 ] || query="?role=TEACHER"
  before=$(rss_mb "$PORTAL")
  seconds=$(curl -s -o "$WORK/export.csv" -w '%{time_total}' -H "Cookie: $cookie" "$PORTAL_URL/users/export$query")
  lines=$(wc -l <"$WORK/export.csv")
  [ "$lines" -gt 10000 ] || { head -c 300 "$WORK/export.csv" >&2; die "the export has $lines lines"; }
  row "export of $lines people, of $PEOPLE_NOW" "$(printf '%.1f s' "$seconds")" "" ""
  row "memory: before, and at most" "$before MB, $(peak_mb "$PORTAL") MB" "" ""
  stop "$PORTAL"
}

user_chromium() {
  say "the users page in Chromium …"
  node_modules
  portal_settings
  start_portal
  node "$BENCH/users.mjs" "$PORTAL_URL" "$EMAIL" "$PASSWORD" >"$WORK/users.json" || die "the page failed"
  say "  $(cat "$WORK/users.json")"
  local first again next filter search sort
  read -r first again next filter search sort < <(node -e 'const o = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(o.first, o.again, o.next, o.filter, o.search, o.sort)' "$WORK/users.json")
  row "users page interactive, empty cache, $PEOPLE_NOW people (again: $again ms)" "$first ms" "700 ms" "$(at_most "$first" 700)"
  row "next page painted after the click" "$next ms" "150 ms" "$(at_most "$next" 150)"
  row "filter painted after the click" "$filter ms" "150 ms" "$(at_most "$filter" 150)"
  row "another order painted after the click" "$sort ms" "150 ms" "$(at_most "$sort" 150)"
  stop "$PORTAL"
}

users() {
  build
  for PEOPLE_NOW in $PEOPLE; do
    start_postgres
    fill "$PEOPLE_NOW"
    if wanted rates; then user_rates; fi
    if wanted pages; then user_pages; fi
    if wanted circuits; then circuits_on "/users?tab=users" "users page, $PEOPLE_NOW people"; fi
    if wanted chromium; then user_chromium; fi
    if wanted export; then user_export; fi
    if wanted bulk; then user_bulk; fi
    stop_postgres
  done
  PG=""
  echo
  printf '| figure | measured | goal | met |\n|---|---|---|---|\n'; cat "$WORK/figures"
}
