#!/usr/bin/env bash
# Counts in the emulator what every kernel does to memory and puts the table into docs/kernels-tour.md.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: scripts/update-kernel-profile.sh    (takes about a minute; changes docs/kernels-tour.md)"
  exit 0
fi
cd "$(dirname "$0")/.."
./mvnw -q test-compile exec:java -Dexec.classpathScope=test -Dexec.args= \
  -Dexec.mainClass=io.github.logitops.support.ProfileTable | grep '^|' | scripts/put-between.sh docs/kernels-tour.md profile
