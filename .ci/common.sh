# What .ci/run and .ci/sanitize share. To be sourced from a script that runs in the package's folder.

failures=()
passed=0
failed=0

section() { printf '\n=== %s\n' "$*"; }

fail() {
  printf 'FAILED: %s\n' "$*"
  failures+=("$*")
}

# step SECONDS LOG COMMAND…: runs a command with a time limit, its output kept in LOG and shown. Returns its status.
#
# The output goes through a file that `tail` follows for as long as the marker process lives, not through a pipe: a pipe
# is at its end only when the last grandchild has ended, and one of those may be what hangs.
step() {
  local limit=$1 log=$2
  shift 2
  section "$*"
  : >"$log"
  sleep infinity &
  local marker=$!
  tail -n +1 -f -s 0.2 --pid="$marker" "$log" &
  local follower=$! start=$SECONDS
  # An interrupt first: on it, swift ends the processes that it has started.
  timeout --signal=INT --kill-after=20 "$limit" "$@" </dev/null >>"$log" 2>&1
  local status=$?
  { kill "$marker"; wait "$marker" "$follower"; } 2>/dev/null
  [ "$status" -ne 124 ] && [ "$status" -ne 137 ] || printf 'ended after its limit of %s s\n' "$limit"
  printf -- '--- %s s, status %s\n' "$((SECONDS - start))" "$status"
  return "$status"
}

# count_tests LOG: adds the tests that Swift Testing names in a log to the totals.
count_tests() {
  local lines summary
  lines=$(grep -aE '^. +Test .* (passed|failed) after ' "$1" | grep -avE '^. +Test (run with|case )' || true)
  passed=$((passed + $(grep -acE ' passed after ' <<<"$lines" || true)))
  failed=$((failed + $(grep -acE ' failed after ' <<<"$lines" || true)))
  summary=$(grep -aE 'Test run with [0-9]+ tests?' "$1" | tail -n 1)
  summaries+="$2: ${summary:-no summary: the test run did not end}"$'\n'
  [ -n "$summary" ]
}
summaries=''

# tests NAME SECONDS LOG COMMAND…: a step that is a test run.
tests() {
  local name=$1 limit=$2 log=$3
  shift 3
  local counted=$failed
  step "$limit" "$log" "$@" || fail "$name"
  count_tests "$log" "$name" || fail "$name: no summary"
  # A test that is named as failed is a failure even if the runner's status did not say so.
  [ "$failed" -eq "$counted" ] || fail "$name: $((failed - counted)) tests"
}

# conclude: the summaries and the closing line; the script's status.
conclude() {
  section 'Summary'
  printf '%s' "$summaries"
  local failure
  for failure in "${failures[@]}"; do printf 'FAILED: %s\n' "$failure"; done
  # What failed outside of the tests counts as one each, so that the line never looks better than the run.
  [ "${#failures[@]}" -eq 0 ] || [ "$failed" -gt 0 ] || failed=${#failures[@]}
  printf '%s passed, %s failed\n' "$passed" "$failed"
  [ "${#failures[@]}" -eq 0 ]
}
