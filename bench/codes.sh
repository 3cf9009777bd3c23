# Codes: looking at them, joining, and the page of a teacher who has 100,000. Sourced by bench/run, after figures.sh.

TEACHER_TOKEN=T$(printf '%041d' 1)A
JOINABLE=60000

codes_filled() {
  sql postgres -c "CREATE DATABASE portal"
  portal_settings
  say "making the tables …"
  start_portal
  stop "$PORTAL"
  say "filling them: 20,000 students, 180,000 codes …"
  sql portal -f "$BENCH/codes.sql"
  sql portal -c "VACUUM (ANALYZE)"
  sql postgres -c "CREATE DATABASE floor TEMPLATE portal"
}

code_rates() {
  portal_settings
  start_portal
  start_floor
  printf '| work | portal/s | floor/s | ratio | goal | met | ratio of processor time | median answer |\n|---|---|---|---|---|---|---|---|\n' >"$WORK/rates"
  rate preview "look at a code" ""
  rate join "join by a code" ""
  rate codes "100,000 codes: first page with total" ""
  row "resident memory after that load" "$(rss_mb "$PORTAL") MB" "300 MB" "$(at_most "$(rss_mb "$PORTAL")" 300)"
  stop "$FLOOR"
  stop "$PORTAL"
}

# Every view of the page, one at a time through the service, with totals counted anew.
code_pages() {
  portal_settings
  say "the page of a teacher with 100,000 codes …"
  tool code-pages >"$WORK/code-pages" || { tail -5 "$WORK/code-pages" >&2; die "the pages could not be timed"; }
  while IFS='|' read -r name median slowest goal; do
    row "$name, of 100,000 codes: median, slowest of nine" "$median ms, $slowest ms" "${goal:+$goal ms}" "$([ -z "$goal" ] || at_most "$median" "$goal")"
  done <"$WORK/code-pages"
}

codes() {
  build
  start_postgres
  codes_filled
  code_rates
  code_pages
  echo
  cat "$WORK/rates"
  echo
  printf '| figure | measured | goal | met |\n|---|---|---|---|\n'; cat "$WORK/figures"
}
