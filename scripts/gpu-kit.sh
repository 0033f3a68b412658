#!/usr/bin/env bash
# Builds the GPU kit: one file that shows on a GPU host without a network, a JDK or Maven whether every kernel is right there
# and how fast it is. docs/gpu-kit.md says what is in it and how it is used.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/gpu-kit.sh

Builds target/gpu-kit (unpacked) and target/gpu-kit.tar.gz. Needs a JDK with jlink for Linux on x86-64; what it
compiles with is the project's own build. The runtime in the kit comes from the first of these that has jlink:
LOGITOPS_KIT_JDK, a Temurin 25 in /usr/lib/jvm (whose runtime needs no more than GLIBC 2.17), JAVA_HOME, the java
on the PATH.

  -h        this text
USAGE
}

case "${1:-}" in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."

readonly plugin=org.apache.maven.plugins:maven-dependency-plugin:3.11.0
readonly most_bytes=50000000
# java.naming and java.xml: logback; jdk.unsupported: gson; jdk.zipfs: JUnit, to look into jars.
readonly modules=java.base,java.logging,java.management,java.naming,java.xml,jdk.management,jdk.unsupported,jdk.zipfs
readonly kit=target/gpu-kit

fail() { echo "gpu-kit: $*" >&2; exit 1; }

jdk() {
  local candidate on_path
  on_path=$(command -v java || true)
  for candidate in "${LOGITOPS_KIT_JDK:-}" /usr/lib/jvm/temurin-25* "${JAVA_HOME:-}" \
    "${on_path:+$(dirname "$(dirname "$(readlink -f "$on_path")")")}"; do
    if [[ -n "$candidate" && -x "$candidate/bin/jlink" ]]; then
      echo "$candidate"
      return
    fi
  done
  fail 'no JDK with jlink: set LOGITOPS_KIT_JDK'
}

version() {
  local commit
  commit=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
  if [[ "$commit" != unknown && -n "$(git status --porcelain 2>/dev/null)" ]]; then
    commit+=-dirty
  fi
  echo "$commit"
}

version_of_pom() { sed -n '0,/<version>/s:.*<version>\(.*\)</version>.*:\1:p' pom.xml; }

# --compress=0: the archive compresses better than jlink does. JDKs before 21 spell it 0, later ones zip-0.
link_runtime() {
  local home=$1 level=0
  "$home/bin/jlink" --help | grep -q 'zip-' && level=zip-0
  "$home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress "$level" \
    --output "$kit/runtime"
}

[[ "$(uname -sm)" == 'Linux x86_64' ]] || fail "the kit's runtime is linked here and is for Linux on x86-64: this is $(uname -sm)"
home=$(jdk)
rm -rf "$kit" "$kit.tar.gz"
mkdir -p "$kit/lib" "$kit/test"

./mvnw -B -ntp -q -DskipTests package
./mvnw -B -ntp -q "$plugin:copy-dependencies" -DincludeScope=runtime -DoutputDirectory="$kit/lib" \
  -DexcludeArtifactIds=xchart,error_prone_annotations # charts are drawn where there are fonts
junit=$(sed -n 's:.*<junit.version>\(.*\)</junit.version>.*:\1:p' pom.xml)
./mvnw -B -ntp -q "$plugin:copy" -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit" \
  -DoutputDirectory="$kit/test"
cp "target/logitops-$(version_of_pom).jar" "$kit/lib"
"$home/bin/jar" --create --file "$kit/lib/logitops-tools.jar" -C target/tools-classes .
"$home/bin/jar" --create --file "$kit/test/logitops-tests.jar" -C target/test-classes .
link_runtime "$home"

cp scripts/kit/* docs/gpu-kit.md LICENSE NOTICE src/tools/resources/META-INF/THIRD-PARTY-LICENSES.txt "$kit"
cp -r scripts/peers "$kit/peers"
version >"$kit/VERSION"
tar --sort=name --owner=0 --group=0 --numeric-owner -C target -cf - gpu-kit | gzip -9n >"$kit.tar.gz"

bytes=$(stat -c %s "$kit.tar.gz")
((bytes < most_bytes)) || fail "too large for one upload: bytes=$bytes, most=$most_bytes"
echo "gpu-kit: $kit.tar.gz, bytes=$bytes, commit=$(cat "$kit/VERSION"), runtime of $("$home/bin/java" --version | head -1)"
