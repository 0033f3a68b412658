#!/usr/bin/env bash
# Breaks the kernels on purpose, one mistake at a time, and runs the emulated tests on what comes out: does any test notice?
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/mutate-kernels.sh [PATTERN]

Makes each mistake of scripts/mutants.tsv whose line matches PATTERN (a regular expression; all by default), compiles the
kernels and runs the emulated tests until one fails. Writes target/mutants.md, a table of what became of each;
without a PATTERN also docs/mutants.md. Needs nvcc. Takes about 25 seconds a mistake on 2 cores, and minutes for one that survives.
USAGE
}

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
esac
pattern=${1:-.}

cd "$(dirname "$0")/.."
readonly tests='**/contract/*Test,Emulated*Test,KernelTrafficTest,!CpuBlocksTest,!CrossEntropySlopesTest'
readonly flags=$(sed -n 's/^nvcc\.flags=//p' src/main/resources/io/github/logitops/ptx/manifest.properties)
readonly split=$PWD/scripts/split-ptx.awk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./mvnw -q test-compile

# compile FOLDER FILE: the PTX of those of FOLDER/kernels that the mistake in FILE changes.
compile() {
  mkdir -p "$1/ptx"
  local source arch own
  for source in kernels/*.cu; do
    # shellcheck disable=SC2086 # several flags
    if [[ $2 == include/* || $source == "kernels/$2" ]]; then
      for arch in 75 80 90; do
        own=''
        [[ $arch != 90 ]] || own=-DLOGITOPS_CLUSTERS
        (cd "$1" && nvcc --ptx -arch="compute_$arch" $flags $own "$source" -o "$(basename "$source").$arch" \
          && awk -v folder=ptx -v arch="$arch" -f "$split" "$(basename "$source").$arch" >/dev/null) &
        if (($(jobs -rp | wc -l) >= $(nproc))); then wait -n; fi
      done
    fi
  done
  wait
}

# run_tests [ARGUMENT]...: the emulated tests, until one fails.
run_tests() {
  ./mvnw -o -B surefire:test -Dtest="$tests" -Dlogitops.rigs=emulated -Dsurefire.skipAfterFailureCount=1 "$@" >"$work/log" 2>&1
}

# verdict LOG: the first test that failed and what it said.
verdict() {
  local test said
  test=$(grep -oE 'io\.github\.logitops\.[A-Za-z0-9.]+Test\.[A-Za-z0-9]+' "$1" | head -1 | sed 's/.*\.\([A-Za-z0-9]*\.[A-Za-z0-9]*\)$/\1/' || true)
  said=$(grep -oE 'emulator: [^:=]*(race: [a-z ]*)?' "$1" | head -1 | sed 's/, kernel.*//' || true)
  echo "killed by $test | ${said:-wrong values}"
}

if ! run_tests; then # a test that fails anyway would kill every mutant
  echo "mutate-kernels: the tests fail without a mistake: $(verdict "$work/log")" >&2
  exit 1
fi

{
  echo '| mistake | file | outcome | found as |'
  echo '|---|---|---|---|'
  while IFS=$'\t' read -r name file substitution; do
    rm -rf "$work/mutant"
    mkdir -p "$work/mutant"
    cp -r kernels "$work/mutant"
    perl -0pi -e "$substitution" "$work/mutant/kernels/$file"
    if cmp -s "kernels/$file" "$work/mutant/kernels/$file"; then
      echo "mutate-kernels: the substitution finds nothing: $name" >&2
      exit 1
    fi
    outcome='does not compile | nvcc'
    if compile "$work/mutant" "$file" 2>"$work/log" && [[ ! -s "$work/log" ]]; then
      if run_tests -Dlogitops.mutant="$work/mutant/ptx"; then
        outcome='SURVIVED | nothing'
      else
        outcome=$(verdict "$work/log")
      fi
    fi
    echo "| $name | \`$file\` | $outcome |"
    echo "$name: $outcome" >&2
  done < <(grep -v '^#' scripts/mutants.tsv | grep -E -- "$pattern")
} >target/mutants.md
[[ $pattern != . ]] || scripts/put-between.sh docs/mutants.md mutants <target/mutants.md
