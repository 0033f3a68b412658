#!/usr/bin/env bash
# Runs `logitops check` and puts its tables into docs/numerics.md: bounds, accuracy, and both of the kernels in the
# emulator.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-numerics.sh [check|accuracy|emulated-bounds|emulated-accuracy]...    (all: half an hour; changes docs/numerics.md)"
  exit 0
fi
cd "$(dirname "$0")/.."

measure() {
  case $1 in
    check) ./mvnw -q compile exec:java -Dexec.args="check --full --backend=CPU --seed=1" ;;
    accuracy) ./mvnw -q compile exec:java -Dexec.args="check --accuracy --full --backend=CPU --seed=1" ;;
    emulated-bounds)
      ./mvnw -q test-compile exec:java -Dexec.classpathScope=test -Dexec.args= \
        -Dexec.mainClass=io.github.logitops.cli.check.EmulatedBounds
      ;;
    emulated-accuracy)
      ./mvnw -q test-compile exec:java -Dexec.classpathScope=test -Dexec.args= \
        -Dexec.mainClass=io.github.logitops.cli.check.EmulatedAccuracy
      ;;
    *)
      echo "update-numerics: no such table: name=$1" >&2
      exit 2
      ;;
  esac
}

(($# > 0)) || set -- check accuracy emulated-bounds emulated-accuracy
for table in "$@"; do
  output=$(measure "$table") || {
    status=$?
    tail -n 5 <<<"$output" >&2
    exit $status
  }
  grep '^|' <<<"$output" | scripts/put-between.sh docs/numerics.md "$table"
  echo "$table: $(tail -n 1 <<<"$output")"
done
