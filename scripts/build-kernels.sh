#!/usr/bin/env bash
# Compiles kernels/*.cu to PTX, checks that every GPU generation assembles it without spills, and writes what is shipped:
# the PTX, its manifest and the index in kernels/README.md. The same sources give the same bytes in every directory.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/build-kernels.sh [--check | --lines MODULE ARCH]

Needs nvcc and ptxas on the PATH. Writes src/main/resources/io/github/logitops/ptx, the index of kernels/README.md, and the
PTX of src/test/cuda beside the tests' resources.

  --check               builds into a temporary folder and fails if what is committed differs; writes nothing
  --lines MODULE ARCH   prints the PTX of one module, as in softmax_fwd 90, with line information; writes nothing
  -h                    this text
USAGE
}

check=false
lines=()
case "$#${1:-}" in
  0) ;;
  1--check) check=true ;;
  3--lines) lines=("$2" "$3") ;;
  1-h | 1--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
export LC_ALL=C

readonly committed=src/main/resources/io/github/logitops/ptx
readonly committed_bugs=src/test/resources/io/github/logitops/emulator/seeded_bugs.sm_80.ptx
readonly flags=(-std=c++17 -O3 -fmad=false -Werror all-warnings)

# What an architecture's PTX is read by: the lowest PTX version that has its .target, and the GPUs it is assembled for here.
declare -Ar ptx_version=([75]=6.3 [80]=7.0 [90]=7.8)
declare -Ar assembled_for=([75]=75 [80]='80 86 89' [90]=90)

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT
mkdir "$work/ptx" "$work/log"

# Everything in PTX that speaks of the machine or the compiler stands in comments; nvcc's own .version would shut out
# drivers that are older than the compiler.
normalize() {
  sed -e '/^[[:space:]]*\/\//d' -e '/^[[:space:]]*$/d' -e "s/^\.version .*/.version ${ptx_version[$1]}/"
}

# with_lines SOURCE ARCH: PTX that says where each instruction is from, by the file's name without its folder.
with_lines() {
  nvcc --ptx -arch="compute_$2" "${flags[@]}" -lineinfo "$1" -o "$work/lines"
  normalize "$2" <"$work/lines" | sed -E -e '/^[[:space:]]*\.section/,/^[[:space:]]*\}/d' \
    -e 's/function_name [^,]*, //' -e 's|(\.file[[:space:]]+[0-9]+ ").*/|\1|'
}

# build MODULE ARCH
build() {
  local name=$1.sm_$2 ptx=$work/ptx/$1.sm_$2.ptx
  nvcc --ptx -arch="compute_$2" "${flags[@]}" "kernels/$1.cu" -o "$work/$name.raw"
  normalize "$2" <"$work/$name.raw" >"$ptx"
  if grep -nE '^[[:space:]]*\.(file|loc)|^\.func|[[:space:]]call|_INTERNAL_' "$ptx"; then
    echo "build-kernels: $name: line information, calls and names with a hash of the path do not belong into it" >&2
    return 1
  fi
  local gpu
  for gpu in ${assembled_for[$2]}; do
    ptxas -v -arch="sm_$gpu" "$ptx" -o "$work/$name.cubin" 2>"$work/log/$1.sm_$gpu"
    if grep -E '[1-9][0-9]* bytes (spill|stack)' "$work/log/$1.sm_$gpu"; then
      echo "build-kernels: $name: spills on sm_$gpu; run ptxas -v to see which entry" >&2
      return 1
    fi
  done
}

sha256() { sha256sum "$1" | cut -d' ' -f1; }

# java.util.Properties, sorted by key.
manifest() {
  {
    echo "nvcc.version=$(nvcc --version | sed -n 's/.*release .*, V\([0-9.]*\).*/\1/p')"
    echo "nvcc.flags=${flags[*]}"
    local file
    for file in kernels/*.cu kernels/include/*.cuh; do
      echo "source.$file=$(sha256 "$file")"
    done
    for file in "$work"/ptx/*.ptx; do
      echo "ptx.$(basename "$file")=$(sha256 "$file")"
    done
  } | sort
}

# The index: which public method runs which entry, and where that is written.
index() {
  echo '| method | entry | file | tier |'
  echo '|---|---|---|---|'
  local file entry module method tier
  for file in "$work"/ptx/*.sm_90.ptx; do
    module=$(basename "$file" .sm_90.ptx)
    case "$module" in
      softmax_fwd) method=Softmax.forward ;;
      softmax_bwd) method='Softmax.backward, MaskedSoftmax.backward' ;;
      masked_softmax_fwd) method=MaskedSoftmax.forward ;;
      log_softmax_fwd) method=LogSoftmax.forward ;;
      log_softmax_bwd) method=LogSoftmax.backward ;;
      log_sum_exp_fwd) method=LogSumExp.forward ;;
      log_sum_exp_bwd) method=LogSumExp.backward ;;
      selected_log_prob_fwd) method=SelectedLogProb.forward ;;
      selected_log_prob_bwd) method=SelectedLogProb.backward ;;
      entropy_fwd) method=Entropy.forward ;;
      entropy_bwd) method=Entropy.backward ;;
      distillation_fwd) method=Distillation.forward ;;
      distillation_fused) method=Distillation.forwardBackward ;;
      cross_entropy_fwd) method='CrossEntropy.forward, CrossEntropyShard.forwardPartials' ;;
      cross_entropy_bwd) method='CrossEntropy.backward, CrossEntropyShard.backward' ;;
      cross_entropy_fused) method=CrossEntropy.forwardBackward ;;
      cross_entropy_combine) method=CrossEntropyShard.combine ;;
      label_stats) method='before CrossEntropy, SelectedLogProb, Distillation' ;;
      loss_reduce) method='after CrossEntropy, Distillation' ;;
      ceilings) method='Ceilings.*, for logitops bench' ;;
      *) echo "build-kernels: which method runs $module? Say so in index()" >&2; return 1 ;;
    esac
    for entry in $(sed -n 's/^\.visible \.entry \([a-z0-9_]*\)(.*/\1/p' "$file" | sort); do
      tier=$(grep -oE '_(rows|cols)_' <<<"$entry" | tr -d _ || true)
      echo "| $method | $entry | [$module.cu]($module.cu) | ${tier:--} |"
    done
  done
}

if ((${#lines[@]})); then
  with_lines "kernels/${lines[0]}.cu" "${lines[1]}"
  exit
fi

echo "compiling with $(nvcc --version | grep release)" >&2
running=0
for source in kernels/*.cu; do
  for arch in "${!ptx_version[@]}"; do
    if ((running == $(nproc))); then
      wait -n
      running=$((running - 1))
    fi
    build "$(basename "$source" .cu)" "$arch" &
    running=$((running + 1))
  done
done
for ((; running > 0; running--)); do wait -n; done

with_lines src/test/cuda/seeded_bugs.cu 80 >"$work/bugs.ptx"
manifest >"$work/ptx/manifest.properties"
index >"$work/index.md"
sed -e '/<!-- index: begin -->/,/<!-- index: end -->/{//!d}' -e "/<!-- index: begin -->/r $work/index.md" \
  kernels/README.md >"$work/README.md"

if $check; then
  { diff -r "$work/ptx" "$committed" && diff "$work/README.md" kernels/README.md \
    && diff "$work/bugs.ptx" "$committed_bugs"; } >"$work/diff" || {
    head -c 2000 "$work/diff" >&2
    echo "build-kernels: what is committed is not what kernels/ gives: run scripts/build-kernels.sh" >&2
    exit 1
  }
  echo "build-kernels: what is committed is what kernels/ gives" >&2
else
  rm -rf "$committed"
  mkdir -p "$committed"
  cp "$work"/ptx/* "$committed"
  cat "$work/README.md" >kernels/README.md
  mkdir -p "$(dirname "$committed_bugs")"
  cp "$work/bugs.ptx" "$committed_bugs"
  echo "$(cat "$committed"/*.sm_90.ptx | grep -c '\.entry') entries, $(du -bck "$committed"/*.ptx | tail -1 | cut -f1) kB of PTX" >&2
fi
