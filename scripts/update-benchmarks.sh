#!/usr/bin/env bash
# Makes the tables of docs/benchmarks.md from the JSON in docs/benchmarks.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-benchmarks.sh    (changes docs/benchmarks.md)"
  exit 0
fi
cd "$(dirname "$0")/.."
./mvnw -q compile exec:java -Dexec.args="report docs/benchmarks" | scripts/put-between.sh docs/benchmarks.md report
