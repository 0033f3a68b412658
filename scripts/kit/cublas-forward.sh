#!/usr/bin/env bash
# For experiments on a host with CUDA 13 alone: builds a libcublas.so.12 that hands every call to libcublas.so.13, because
# JCublas2 12.6 asks for the old name and its symbol version. Whether calls still mean the same is for the experiment to find
# out: nothing that ships uses this.
set -euo pipefail
if (($# != 2)) || [[ "$1" == -* ]]; then
  echo "usage: cublas-forward.sh SYMBOLS FOLDER    (a file with a name on each line; needs gcc; writes FOLDER/libcublas.so.12)" >&2
  exit 2
fi
command -v gcc >/dev/null || { echo 'cublas-forward: no gcc here' >&2; exit 3; }
symbols=$(grep -E '^cublas\w+$' "$1")
mkdir -p "$2"
{
  echo '#include <dlfcn.h>'
  echo 'static int missing(void) { return 1; } /* CUBLAS_STATUS_NOT_INITIALIZED */'
  for name in $symbols; do
    echo "static void *to_$name __attribute__((used)) = missing;"
    echo "__asm__(\".globl $name\\n.type $name,@function\\n$name: jmp *to_$name(%rip)\\n\");"
  done
  echo '__attribute__((constructor)) static void load(void) {'
  echo '  void *library = dlopen("libcublas.so.13", RTLD_NOW | RTLD_GLOBAL);'
  echo '  void *found;'
  echo '  if (!library) return;'
  for name in $symbols; do echo "  if ((found = dlsym(library, \"$name\"))) to_$name = found;"; done
  echo '}'
} >"$2/forward.c"
echo 'libcublas.so.12 { global: cublas*; local: *; };' >"$2/forward.map"
gcc -shared -fPIC -O1 -Wl,-soname,libcublas.so.12 -Wl,--version-script="$2/forward.map" -o "$2/libcublas.so.12" \
  "$2/forward.c" -ldl
echo "cublas-forward: $2/libcublas.so.12, $(wc -w <<<"$symbols") functions"
