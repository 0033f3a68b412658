#!/usr/bin/env bash
# Makes the tables of docs/benchmarks.md from the JSON in docs/benchmarks.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-benchmarks.sh    (changes docs/benchmarks.md)"
  exit 0
fi
cd "$(dirname "$0")/.."
./mvnw -q compile exec:java -Dexec.args="report docs/benchmarks" >target/report.md
awk '
  /<!-- report: begin -->/ { print; while ((getline line < "target/report.md") > 0) print line; inside = 1 }
  /<!-- report: end -->/ { inside = 0 }
  !inside { if ($0 !~ /report: begin/) print }
' docs/benchmarks.md >target/benchmarks.md
mv target/benchmarks.md docs/benchmarks.md
