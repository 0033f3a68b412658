#!/usr/bin/env bash
# What a release would publish, as far as that can be tried without a server: made twice to the same bytes; complete; signed, by a key
# of the moment; and used by projects of others, which know nothing but the folder that it is in.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/check-release.sh

Makes two dry runs of scripts/release.sh of what is committed and compares them. Then, from target/repository, builds and runs
src/test/consumers and examples; and asks japicmp for what it should allow and refuse.

  -h        this text
USAGE
}

case "${1:-}" in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
PATH=${JAVA_HOME:+$JAVA_HOME/bin:}$PATH # the JDK that Maven takes
readonly repository=target/repository

fail() { echo "check-release: $*" >&2; exit 1; }

said() { echo "check-release: $*"; }

work=$(mktemp -d)
trap 'GNUPGHOME=$work/keys gpgconf --kill all 2>/dev/null || true; rm -rf "$work"' EXIT
snapshot=$(sed -n '0,/<version>/s:.*<version>\(.*\)</version>.*:\1:p' pom.xml)
readonly version=${snapshot%-SNAPSHOT}
their_repository=$(./mvnw -B -q org.apache.maven.plugins:maven-help-plugin:3.5.2:evaluate \
  -Dexpression=settings.localRepository -DforceStdout) || fail "$their_repository"
[[ ! -e $their_repository/io/github/logitops/logitops/$version ]] || fail "installed by hand: $their_repository has $version"
# A local repository of its own, in which nothing of ours was installed by anybody.
readonly isolated=(-Dmaven.repo.local="$work/m2" -Dmaven.repo.local.tail="$their_repository")

# Twice to the same bytes.
readonly home=https://example.org/logitops
scripts/release.sh --dry-run "$version" -Dgpg.skip -Drelease.home="$home" -Drelease.url="file://$work/elsewhere"
[[ ! -e $work/elsewhere ]] || fail 'a dry run deploys elsewhere'
mv "$repository" "$work/first"
signature=(-Dgpg.skip)
if command -v gpg >/dev/null; then
  export GNUPGHOME=$work/keys
  mkdir -m 700 "$GNUPGHOME"
  gpg -q --batch --passphrase '' --quick-generate-key 'A dry run' default sign never 2>"$work/gpg" || fail "gpg: $(cat "$work/gpg")"
  signature=(-Dgpg.keyname='A dry run')
fi
scripts/release.sh --dry-run "$version" -Drelease.home="$home" "${signature[@]}"
published() { (cd "$1" && find . -name '*.jar' -o -name '*.pom' | sort | xargs sha256sum); }
diff <(published "$work/first") <(published "$repository") || fail 'two builds of the same sources differ'
said "$(published "$repository" | wc -l) files, the same in two builds"

# Complete, module by module.
of() { echo "$repository/io/github/logitops/$1/$version/$1-$version$2"; }
names=()
for module in . extensions/*/; do
  [[ -f $module/pom.xml ]] || continue
  name=$(grep -m 1 -oP '<artifactId>\Klogitops(?!-extensions)[^<]*' "$module/pom.xml")
  names+=("$name")
  [[ $(grep -c "<url>$home</url>" "$(of "$name" .pom)") == 2 && $(<"$(of "$name" .pom)") != *'${'* ]] || fail "a pom of another home: $name"
  for file in .pom .jar -sources.jar -javadoc.jar; do
    [[ -f $(of "$name" "$file") && -f $(of "$name" "$file").sha1 ]] || fail "not there: $(of "$name" "$file")"
  done
  for jar in "$(of "$name" '')"*.jar; do
    listed=$(jar --list --file "$jar")
    [[ $jar == *-javadoc.jar || $listed == *META-INF/LICENSE* && $listed == *META-INF/NOTICE* ]] || fail "no licence in it: $jar"
  done
  missing=$(comm -23 \
    <(cd "$module" && git ls-files src/{main,vector}/{java,scala} | sed 's:^src/[a-z]*/[a-z]*/::' | sort) \
    <(jar --list --file "$(of "$name" -sources.jar)" | sort))
  [[ -z $missing ]] || fail "not in the jar of sources: $missing"
done
diff <(printf '%s\n' "${names[@]}" | sort) <(ls "$repository/io/github/logitops") || fail 'other modules than these'
cli=$(of logitops -cli.jar)
[[ $(jar --list --file "$cli") == *META-INF/THIRD-PARTY-LICENSES.txt* ]] || fail 'no licences of others'
java -jar "$cli" info >"$work/info"
grep -q "^logitops  $version\$" "$work/info" || fail "the command line does not run: $(cat "$work/info")"
if [[ -n ${GNUPGHOME:-} ]]; then
  while read -r file; do
    gpg -q --batch --verify "$file.asc" "$file" 2>"$work/gpg" || fail "not signed: $file: $(cat "$work/gpg")"
  done < <(find "$repository" -name '*.jar' -o -name '*.pom')
  said 'each file is signed'
else
  said 'not signed: there is no gpg'
fi

# Used by others.
readonly from_there=("-Dlogitops.repository=file://$PWD/$repository" -Dlogitops.version="$version")
./mvnw -B -ntp -q -f src/test/consumers/pom.xml "${isolated[@]}" "${from_there[@]}" clean process-classes
./mvnw -B -ntp -q -f examples "${isolated[@]}" "${from_there[@]}" clean verify
said "both consumers and the examples run with $version"

# Compared: with the same, and with one that has a class more.
[[ -f target/logitops-$snapshot.jar ]] || ./mvnw -B -ntp -q -Dmaven.test.skip package
mkdir "$work/gone"
echo 'package io.github.logitops; public final class Gone {}' >"$work/gone/Gone.java"
javac -d "$work/gone" "$work/gone/Gone.java"
cp "$(of logitops .jar)" "$work/more.jar"
jar --update --file "$work/more.jar" -C "$work/gone" io
compare() {
  ./mvnw -B -ntp -q "${isolated[@]}" install:install-file -Dfile="$1" -DpomFile="$(of logitops .pom)" -Dversion="$2"
  ./mvnw -B -ntp -q "${isolated[@]}" -Djapicmp.skip=false -Dapi.baseline="$2" japicmp:cmp@api
}
compare "$(of logitops .jar)" "$version" || fail 'japicmp refuses what is the same'
if compare "$work/more.jar" 0.0.1 >"$work/japicmp" 2>&1; then
  fail 'japicmp allows that a class is gone'
fi
grep -q 'io.github.logitops.Gone' "$work/japicmp" || fail "japicmp: $(cat "$work/japicmp")"
if ./mvnw -B -ntp -q "${isolated[@]}" -Djapicmp.skip=false -Dapi.baseline=0.0.2 japicmp:cmp@api >"$work/japicmp" 2>&1; then
  fail 'japicmp compares with nothing'
fi
said 'japicmp allows what is the same, refuses that a class is gone, and wants something to compare with'
