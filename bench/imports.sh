# Imports of 10,000 rows. Sourced by bench/run, after figures.sh. Each database is new, made by the portal itself.

imports_on() {
  local provider=$1 connection=$2 what seconds memory
  portal_settings "$provider" "$connection"
  export Limits__InvitationsPerTargetPerDay=1000
  start_portal
  stop "$PORTAL"
  tool admin "$EMAIL" "$PASSWORD" "$TOKEN"
  say "imports on $provider …"
  tool imports >"$WORK/imports" || die "the imports could not be timed"
  while IFS='|' read -r what seconds memory; do
    row "10,000 rows of $what, $provider" "$seconds s, $memory MB more" "100 MB" "$(at_most "$memory" 100)"
  done <"$WORK/imports"
}

imports() {
  build
  start_postgres
  sql postgres -c "CREATE DATABASE portal"
  imports_on PostgreSql "$(connection portal)"
  imports_on Sqlite "Data Source=$WORK/imports.db"
  printf '| figure | measured | goal | met |\n|---|---|---|---|\n'
  cat "$WORK/figures"
}
