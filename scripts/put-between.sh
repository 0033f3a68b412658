#!/usr/bin/env bash
# Puts standard input into a document, in place of what stands between its lines <!-- NAME: begin --> and <!-- NAME: end -->.
set -euo pipefail
if (($# != 2)) || [[ $1 == -* ]]; then
  echo 'usage: scripts/put-between.sh DOCUMENT NAME    (reads what to put there from standard input)'
  [[ "${1:-}" == -h || "${1:-}" == --help ]] && exit 0 || exit 2
fi
if ! grep -qF "<!-- $2: begin -->" "$1"; then
  echo "put-between: nothing to put it between: document=$1, name=$2" >&2
  exit 1
fi
new=$(mktemp)
trap 'rm -f "$new" "$new.text"' EXIT
cat >"$new.text"
sed -e "/<!-- $2: begin -->/,/<!-- $2: end -->/{//!d}" -e "/<!-- $2: begin -->/r $new.text" "$1" >"$new"
cat "$new" >"$1"
