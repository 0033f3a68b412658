#!/usr/bin/env bash
# What would be published, as far as that can be tried without a key and a server: built twice, in two folders, to the same bytes;
# complete; and used by two projects of others, on the class path and on the module path.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/check-release.sh

Builds the jars of the release profile twice and compares them, deploys them into target/repository, installs them into the local
repository, and builds and runs src/test/consumers against them.

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
readonly build=(./mvnw -B -ntp -q -Prelease -Dgpg.skip -DskipTests)

fail() { echo "check-release: $*" >&2; exit 1; }

version_of_pom() { sed -n '0,/<version>/s:.*<version>\(.*\)</version>.*:\1:p' pom.xml; }

jars() { (cd "$1" && sha256sum logitops-*.jar); }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rm -rf target/*.jar target/repository
"${build[@]}" deploy
git ls-files -z | xargs -0 cp --parents -t "$work"
(cd "$work" && "${build[@]}" package)
diff <(jars target) <(jars "$work/target") || fail 'two builds of the same sources differ'
(($(jars target | wc -l) == 4)) || fail "not a jar each of classes, tools, sources and Javadoc: $(jars target)"

for jar in target/logitops-*.jar; do
  listed=$(jar --list --file "$jar")
  [[ $jar == *-javadoc.jar || $listed == *META-INF/LICENSE* && $listed == *META-INF/NOTICE* ]] || fail "no licence in it: $jar"
done
without_source=$(comm -23 \
  <(jar --list --file "target/logitops-$(version_of_pom).jar" | grep -v '\$' | sed -n 's/\.class$/.java/p' | sort) \
  <(jar --list --file target/logitops-*-sources.jar | sort))
[[ -z $without_source ]] || fail "classes without sources: $without_source"
[[ $(jar --list --file target/logitops-*-cli.jar) == *META-INF/THIRD-PARTY-LICENSES.txt* ]] || fail 'no licences of others'
java -jar target/logitops-*-cli.jar info >"$work/info"
grep -q "^logitops  $(version_of_pom)\$" "$work/info" || fail "the command line does not run: $(cat "$work/info")"

"${build[@]}" install
./mvnw -B -ntp -q -f src/test/consumers/pom.xml -Dlogitops.version="$(version_of_pom)" clean process-classes
echo 'check-release: two builds give the same four jars, and both consumers run'
