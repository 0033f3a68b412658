#!/usr/bin/env bash
# Runs `logitops check` and puts its table into docs/numerics.md.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-numerics.sh    (takes some minutes; changes docs/numerics.md)"
  exit 0
fi
cd "$(dirname "$0")/.."
output=$(./mvnw -q compile exec:java -Dexec.args="check --backend=CPU --seed=1")
table=$(grep '^|' <<<"$output")
awk -v table="$table" '
  /<!-- check: begin -->/ { print; print table; inside = 1 }
  /<!-- check: end -->/ { inside = 0 }
  !inside { if ($0 !~ /check: begin/) print }
' docs/numerics.md > target/numerics.md
mv target/numerics.md docs/numerics.md
tail -n 1 <<<"$output"
