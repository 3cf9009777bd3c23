#!/usr/bin/env bash
# Installs what the tests need and this machine lacks, builds, runs every test.
# The last line is "N passed, N failed" (", N skipped" follows where tests were skipped); the exit code is 0 only when nothing failed.
# More arguments go to `dotnet test`, such as: ./test.sh --filter FullyQualifiedName~Invitations
set -uo pipefail
cd "$(dirname "$0")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DEBIAN_FRONTEND=noninteractive
configuration=${CONFIGURATION:-Debug}

has_chromium() { [ -x /usr/bin/chromium ] || command -v chromium >/dev/null; }
has_postgres() { ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

install_missing() {
    local wanted=() as_root=()
    has_chromium || wanted+=(chromium fonts-liberation)
    has_postgres || wanted+=(postgresql)
    [ ${#wanted[@]} -eq 0 ] && return

    if ! command -v apt-get >/dev/null; then
        echo "Missing: ${wanted[*]}. There is no apt-get here; install them by hand. Tests that need them are skipped."
        return
    fi
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "Missing: ${wanted[*]}. I may not install them (neither root nor sudo without a password). Tests that need them are skipped."
            echo "To have them: sudo apt-get update && sudo apt-get install ${wanted[*]}"
            return
        fi
        as_root=(sudo -n --preserve-env=DEBIAN_FRONTEND)
    fi

    echo "Installing ${wanted[*]} ..."
    local log
    log=$(mktemp)
    if "${as_root[@]}" apt-get update -q >"$log" 2>&1 && "${as_root[@]}" apt-get install -qy --no-install-recommends "${wanted[@]}" >>"$log" 2>&1; then
        echo "Installed."
    else
        tail -n 5 "$log"
        echo "Not all of ${wanted[*]} could be installed. Tests that need them are skipped."
    fi
    rm -f "$log"
}

finish() { # passed failed skipped
    if [ "$3" -gt 0 ]; then echo "$1 passed, $2 failed, $3 skipped"; else echo "$1 passed, $2 failed"; fi
    [ "$2" -eq 0 ] && [ "$1" -gt 0 ]
    exit $?
}

if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK 10 is missing: https://dotnet.microsoft.com/download"
    finish 0 1 0
fi

install_missing

if ! dotnet build InvitePortal.sln -c "$configuration" --nologo -v quiet; then
    echo "The build failed."
    finish 0 1 0
fi

results=TestResults
rm -rf "$results" && mkdir -p "$results"
dotnet test InvitePortal.Tests --no-build -c "$configuration" --nologo --results-directory "$results" --logger "trx;LogFileName=tests.trx" "$@"
code=$?

counters=$(grep -o '<Counters [^>]*' "$results/tests.trx" 2>/dev/null | head -n 1)
if [ -z "$counters" ]; then
    echo "The run ended with code $code before it could report."
    finish 0 1 0
fi
count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
passed=$(count passed)
failed=$(count failed)
skipped=$(($(count total) - $(count executed)))
if [ "$skipped" -gt 0 ]; then
    echo "Skipped, because this machine lacks something:"
    grep -A 40 'outcome="NotExecuted"' "$results/tests.trx" | sed -n 's:.*<Message>\(.*\)</Message>.*:  \1:p' | sort | uniq -c
fi
# A crash of the host, or a run that stopped early, is a failure even when every finished test passed.
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "The run ended with code $code."
    failed=1
fi
finish "$passed" "$failed" "$skipped"
