#!/bin/sh
# Runs one step of the set-up:  step.sh "what it does" "what to do when it fails" command…
# Says nothing but its name while all is well; on failure, which step, why and what to do.
name=$1 hint=$2
shift 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
printf '→ %s\n' "$name" >&2
if "$@" >"$log" 2>&1; then
    exit 0
fi
status=$?
printf '\nThis step failed: %s\n\nThe end of what it printed:\n' "$name" >&2
tail -n 25 "$log" | sed 's/^/    /' >&2
printf '\nWhat to do: %s\n' "$hint" >&2
exit "$status"
