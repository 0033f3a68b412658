#!/usr/bin/env bash
# Compiles kernels/*.cu to PTX, checks that every GPU generation assembles it without spills, and writes what is shipped: the
# PTX, a file for each entry, and its manifest. The same sources give the same bytes in every directory.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/build-kernels.sh [--check | --only SOURCE | --lines SOURCE ARCH]

Needs nvcc, ptxas and a JDK on the PATH. Writes src/main/resources/io/github/logitops/ptx, the PTX of src/tools/cuda beside the
tools' resources, and that of src/test/cuda beside the tests'.

  --check               compiles into a temporary folder and fails if what is committed differs; assembles what clusters have
  --only SOURCE         compiles one source, as in softmax_fwd, in seconds: writes its entries and what the manifest says of
                        it, and leaves all others; where include/ has changed they need a build of all
  --lines SOURCE ARCH   prints the PTX of one source, as in softmax_fwd 80, with line information; writes nothing
  -h                    this text

A source is not compiled again if nothing that its PTX depends on has changed since target/kernels was written.
USAGE
}

check=false
only=''
lines=()
case "$#${1:-}" in
  0) ;;
  1--check) check=true ;;
  2--only) only=$2 ;;
  3--lines) lines=("$2" "$3") ;;
  1-h | 1--help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
export LC_ALL=C

readonly committed=src/main/resources/io/github/logitops/ptx
readonly committed_tools=src/tools/resources/io/github/logitops/cli/bench
readonly committed_bugs=src/test/resources/io/github/logitops/emulator
readonly flags=(-std=c++17 -O3 -fmad=false -Werror all-warnings)

# The architectures that kernels have something of their own for, oldest first, and the lowest PTX version that has what they use
# of each. What an entry does not have for sm_80, it has for sm_75.
readonly architectures=(75 80 90)
declare -Ar ptx_version=([75]=6.3 [80]=7.0 [90]=8.1) # 7.8 has sm_90, 8.1 st.async

# What there is for sm_90 alone, and nothing else is compiled for it: rows that clusters of blocks share.
readonly clusters=(-DLOGITOPS_CLUSTERS)

# The GPUs that everything is assembled for here.
readonly gpus=(75 80 86 89 90)

# More shared memory than this for its own variables, and the host would plan for too much beside them.
geometry() { sed -n "s/^constexpr int $1 = \([0-9]*\);.*/\1/p" kernels/include/geometry.cuh; }
own_shared=$(geometry kOwnSharedBytes)
cluster_shared=$(geometry kClusterSharedBytes)
readonly own_shared cluster_shared

work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$work"' EXIT
mkdir "$work/ptx" "$work/of-tools" "$work/classes"

# A virtual machine that ends within a second is done sooner without its best compiler and collector.
readonly short_lived=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC)

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

# newest GPU ENTRY...: of each entry the newest PTX that the GPU can run, if there is any.
newest() {
  local gpu=$1 arch entry ptx
  for entry in "${@:2}"; do
    ptx=''
    for arch in "${architectures[@]}"; do
      if ((arch <= gpu)) && [[ -e $work/ptx/$entry.sm_$arch.ptx ]]; then
        ptx=$work/ptx/$entry.sm_$arch.ptx
      fi
    done
    [[ -z $ptx ]] || echo "$ptx"
  done
}

# assemble SOURCE GPU ENTRY...: all entries by one process, which takes less time to start than one for each.
assemble() {
  local name=$1.on_$2 files
  mapfile -t files < <(newest "$2" "${@:3}")
  ptxas -v -arch="sm_$2" "${files[@]}" -o "$work/$name.cubin" 2>"$work/$name.log" || {
    echo "build-kernels: $name: $(grep -v '^ptxas info' "$work/$name.log" | head -n 2)" >&2
    return 1
  }
  awk -v name="$name" -v files="${#files[@]}" -v own="$own_shared" -v cluster="$cluster_shared" '
    function fail(what) {
      print "build-kernels: " name ": " entry ": " what
      failed = 1
    }
    /Compiling entry function/ {
      split($0, quoted, "\047")
      entry = quoted[2]
      entries++
    }
    /[1-9][0-9]* bytes (spill|stack)/ { fail("spills; run ptxas -v on it:" $0) }
    match($0, /[0-9]+ bytes smem/) {
      bytes = substr($0, RSTART, RLENGTH) + 0
      most = entry ~ /_cluster_held_/ ? cluster : own
      if (bytes > most) {
        fail("its own variables take more shared memory than geometry.cuh says: bytes=" bytes ", most=" most)
      }
    }
    END {
      if (entries != files) fail("of " files " entries ptxas tells of " entries + 0)
      exit failed
    }' "$work/$name.log" >&2
}

# What belongs to no op is not in kernels/.
source_of() {
  if [[ -e src/tools/cuda/$1.cu ]]; then echo "src/tools/cuda/$1.cu"; else echo "kernels/$1.cu"; fi
}

# compile SOURCE ARCH: writes a file for each entry, and their names.
compile() {
  local name=$1.sm_$2 own=() files source
  source=$(source_of "$1")
  [[ $2 != 90 ]] || own=("${clusters[@]}")
  nvcc --ptx -arch="compute_$2" "${flags[@]}" "${own[@]}" -Ikernels "$source" -o "$work/$name.raw"
  normalize "$2" <"$work/$name.raw" >"$work/$name.all"
  if grep -nE '^[[:space:]]*\.(file|loc)|^\.func|[[:space:]]call|_INTERNAL_|_param_[1-9]' "$work/$name.all"; then
    echo "build-kernels: $name: line information, calls, names with a hash of the path and second parameters do not belong into it" >&2
    return 1
  fi
  awk -v folder="$work/ptx" -v arch="$2" -f scripts/split-ptx.awk "$work/$name.all" >"$work/$name.entries"
  if grep -vE "^$1(_|$)" "$work/$name.entries"; then
    echo "build-kernels: $name: the name of an entry begins with that of its source" >&2
    return 1
  fi
  mapfile -t files < <(sed "s|.*|$work/ptx/&.sm_$2.ptx|" "$work/$name.entries")
  java "${short_lived[@]}" -cp "$work/classes" ReuseRegisters "${files[@]}"
}

sha256() { sha256sum "$1" | cut -d' ' -f1; }

# inputs SOURCE: all that its PTX, and what the assembler says of it, depend on.
inputs() {
  cat "$work/tools"
  sha256sum "$(source_of "$1")" kernels/include/*.cuh scripts/build-kernels.sh scripts/split-ptx.awk scripts/ReuseRegisters.java
}

# build SOURCE: from what an earlier build of the same inputs left in target/, if there is one.
build() {
  local built=target/kernels/$1
  if cmp -s <(inputs "$1") "$built/inputs"; then
    cp "$built"/*.ptx "$work/ptx"
    cp "$built/entries" "$work/$1.entries"
  else
    build_anew "$1"
    keep "$1"
  fi
  assemble_all "$1"
}

# build_anew SOURCE
build_anew() {
  local entry
  compile "$1" 75
  compile "$1" 80
  while read -r entry; do
    if cmp -s <(tail -n +3 "$work/ptx/$entry.sm_75.ptx") <(tail -n +3 "$work/ptx/$entry.sm_80.ptx"); then
      rm "$work/ptx/$entry.sm_80.ptx"
    fi
  done <"$work/$1.sm_80.entries"
  if grep -q 'LOGITOPS_CLUSTER_' "$(source_of "$1")"; then
    compile "$1" 90
  fi
  cat "$work/$1".sm_*.entries | sort -u >"$work/$1.entries"
}

# keep SOURCE: in target/, for the next build.
keep() {
  local built=target/kernels/$1 entry
  rm -rf "$built"
  mkdir -p "$built"
  while read -r entry; do
    cp "$work/ptx/$entry".sm_*.ptx "$built"
  done <"$work/$1.entries"
  cp "$work/$1.entries" "$built/entries"
  inputs "$1" >"$built/inputs" # last: what is not complete has none
}

# assemble_all SOURCE: unless an earlier build did. A check leaves all but clusters to NvPtxCompilerTest.
assemble_all() {
  local built=target/kernels/$1 which=all of='' on=("${gpus[@]}") gpu entries
  if $check; then
    which=clusters of=_cluster_ on=(90)
  fi
  [[ ! -e $built/assembled.all && ! -e $built/assembled.$which ]] || return 0
  mapfile -t entries < <(grep -e "$of" "$work/$1.entries")
  if ((${#entries[@]})); then
    for gpu in "${on[@]}"; do
      assemble "$1" "$gpu" "${entries[@]}"
    done
  fi
  touch "$built/assembled.$which"
}

# java.util.Properties, sorted by key.
manifest() {
  {
    echo "nvcc.version=$(nvcc --version | sed -n 's/.*release .*, V\([0-9.]*\).*/\1/p')"
    echo "nvcc.flags=${flags[*]}"
    sed -nE 's/^constexpr int k([A-Za-z0-9]+) = ([0-9]+);.*/geometry.\1=\2/p' kernels/include/geometry.cuh
    local file
    for file in kernels/*.cu kernels/include/*.cuh; do
      echo "source.$file=$(sha256 "$file")"
    done
    for file in "$work"/ptx/*.ptx; do
      echo "ptx.$(basename "$file")=$(sha256 "$file")"
    done
  } | sort
}

# What is committed of one source is taken out, and what was built put in.
replace() {
  if [[ $(source_of "$1") != kernels/* ]]; then
    rm -f "$committed_tools/$1"_*.ptx
    cp "$work"/ptx/*.ptx "$committed_tools"
    return
  fi
  local own="^(source\.kernels/$1\.cu|ptx\.$1(_[a-z0-9_]*)?\.sm_[0-9]+\.ptx)="
  manifest >"$work/built"
  if ! cmp -s <(grep '^nvcc' "$work/built") <(grep '^nvcc' "$committed/manifest.properties"); then
    echo "build-kernels: another nvcc than the manifest's: build all, without --only" >&2
    return 1
  fi
  { grep -vE "$own" "$committed/manifest.properties" && grep -E "$own" "$work/built"; } | sort >"$work/manifest"
  rm -f "$committed/$1".sm_*.ptx "$committed/$1"_*.ptx
  cp "$work"/ptx/*.ptx "$committed"
  cp "$work/manifest" "$committed/manifest.properties"
  echo "$1: $(wc -l <"$work/$1.entries") entries" >&2
}

if ((${#lines[@]})); then
  with_lines "kernels/${lines[0]}.cu" "${lines[1]}"
  exit
fi

{ nvcc --version && ptxas --version && java --version; } >"$work/tools"
javac -J-XX:TieredStopAtLevel=1 -d "$work/classes" scripts/ReuseRegisters.java

if [[ -n $only ]]; then
  if [[ ! -e $(source_of "$only") ]]; then
    echo "build-kernels: no such source: kernels/$only.cu or src/tools/cuda/$only.cu" >&2
    exit 2
  fi
  build "$only"
  replace "$only"
  exit
fi

echo "compiling with $(nvcc --version | grep release)" >&2
running=0
for source in kernels/*.cu src/tools/cuda/*.cu; do
  if ((running == $(nproc))); then
    wait -n
    running=$((running - 1))
  fi
  build "$(basename "$source" .cu)" &
  running=$((running + 1))
done
for ((; running > 0; running--)); do wait -n; done

mkdir "$work/bugs"
with_lines src/test/cuda/seeded_bugs.cu 80 >"$work/bugs/seeded_bugs.sm_80.ptx"
with_lines src/test/cuda/seeded_cluster_bugs.cu 90 >"$work/bugs/seeded_cluster_bugs.sm_90.ptx"
for source in src/tools/cuda/*.cu; do
  mv "$work/ptx/$(basename "$source" .cu)"_*.ptx "$work/of-tools"
done
manifest >"$work/ptx/manifest.properties"

if $check; then
  { diff -r "$work/ptx" "$committed" && diff -r "$work/of-tools" "$committed_tools" && diff -r "$work/bugs" "$committed_bugs"; } >"$work/diff" || {
    head -c 2000 "$work/diff" >&2
    echo "build-kernels: what is committed is not what kernels/ gives: run scripts/build-kernels.sh" >&2
    exit 1
  }
  echo "build-kernels: what is committed is what kernels/ gives" >&2
else
  rm -rf "$committed"
  mkdir -p "$committed"
  cp "$work"/ptx/* "$committed"
  rm -f "$committed_tools"/*.ptx
  cp "$work"/of-tools/* "$committed_tools"
  rm -rf "$committed_bugs"
  mkdir -p "$committed_bugs"
  cp "$work"/bugs/* "$committed_bugs"
  echo "$(find "$committed" -name '*.sm_75.ptx' | wc -l) entries, $(du -bck "$committed"/*.ptx | tail -1 | cut -f1) kB of PTX" >&2
fi
