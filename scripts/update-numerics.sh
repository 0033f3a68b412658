#!/usr/bin/env bash
# Runs `logitops check` and puts its table into docs/numerics.md.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-numerics.sh    (takes some minutes; changes docs/numerics.md)"
  exit 0
fi
cd "$(dirname "$0")/.."
output=$(./mvnw -q compile exec:java -Dexec.args="check --backend=CPU --seed=1")
grep '^|' <<<"$output" | scripts/put-between.sh docs/numerics.md check
tail -n 1 <<<"$output"
