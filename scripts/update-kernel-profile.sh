#!/usr/bin/env bash
# Counts in the emulator what every kernel does to memory and puts the tables into docs/kernels-tour.md.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-kernel-profile.sh    (takes about a minute; changes docs/kernels-tour.md)"
  exit 0
fi
cd "$(dirname "$0")/.."
table() { # DOCUMENT_MARK ARGUMENTS
  ./mvnw -q test-compile exec:java -Dexec.classpathScope=test -Dexec.args="$2" \
    -Dexec.mainClass=io.github.logitops.support.ProfileTable | grep '^|' | scripts/put-between.sh docs/kernels-tour.md "$1"
}
table profile ''
table vocabulary vocabulary
