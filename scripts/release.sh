#!/usr/bin/env bash
# A release of what is committed, as docs/releasing.md has it: built in a clone, so that the working tree stays as it is.
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/release.sh [--dry-run] VERSION [MAVEN OPTION...]

Gives the commit at hand a version, such as 0.1.0, in its poms and documents; builds the library and the extensions with sources and
Javadoc, signs and deploys them; commits and tags that, and begins the next version. Pushes nothing. With GNU's tools.

  --dry-run              deploys to target/repository, and keeps no commit and no tag

Maven options that a release needs; a dry run takes those of a signature and of the poms:
  -Drelease.url=         where to, the address of a Maven repository
  -Drelease.repository=  the server in Maven's settings that has its credentials
  -Dgpg.keyname=         whose key signs; MAVEN_GPG_PASSPHRASE in the environment opens it. Unsigned: -Dgpg.skip
  -Drelease.home=        where the project lives, for the published poms
  -h                     this text
USAGE
}

fail() { echo "release: $*" >&2; exit 1; }

dry=false
case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  --dry-run) dry=true; shift ;;
esac
(($# > 0)) || { usage >&2; exit 2; }
readonly version=$1 dry
shift

cd "$(dirname "$0")/.."
readonly root=$PWD snapshot=$version-SNAPSHOT
[[ $version =~ ^([0-9]+)\.([0-9]+)\.[0-9]+$ ]] || fail "a version is three numbers: version=$version"
readonly next=${BASH_REMATCH[1]}.$((BASH_REMATCH[2] + 1)).0
released=false
if $dry && grep -q "^  <version>$version</version>" pom.xml; then
  released=true # at a tag: as it is
else
  grep -q "^  <version>$snapshot</version>" pom.xml || fail "the pom has another version: version=$version"
  grep -q "^## $version (unreleased)\$" CHANGELOG.md || fail "CHANGELOG.md has no section of it, unreleased: version=$version"
fi
changes=$(git status --porcelain)
if $dry; then
  [[ -z $changes ]] || echo "release: changes that are not committed are not in it: $(head -3 <<<"$changes")" >&2
else
  [[ -z $changes ]] || fail "there are changes that are not committed: $(head -3 <<<"$changes")"
  git symbolic-ref -q HEAD >/dev/null || fail 'HEAD is no branch'
  ! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || fail "there is such a tag: v$version"
  for option in -Drelease.url= -Drelease.home= -Dgpg.; do
    [[ $* == *"$option"* ]] || fail "an option is missing (--help): $option"
  done
  git config user.name >/dev/null && git config user.email >/dev/null || fail 'git has no user.name and user.email for the commits'
fi

work=$(mktemp -d)
deploying=false
at_exit() {
  if $deploying; then
    echo "release: not finished. Look at what was deployed; the commits and the tag are in $work/tree" >&2
  else
    rm -rf "$work"
  fi
}
trap at_exit EXIT
their_repository=$(./mvnw -B -q org.apache.maven.plugins:maven-help-plugin:3.5.2:evaluate \
  -Dexpression=settings.localRepository -DforceStdout) || fail "$their_repository"
readonly start=$(git rev-parse HEAD)
git clone -q . "$work/tree"
cd "$work/tree"

# A version of ours in each pom.
set_version() { git ls-files -z '*pom.xml' | xargs -0 sed -i "s:>$1<:>$2<:"; }

# In the dependency blocks of documents.
set_version_of_documents() {
  git ls-files -z '*.md' | xargs -0 sed -i "/<artifactId>logitops/{n;s:<version>.*</version>:<version>$1</version>:}"
}

if ! $released; then
  set_version "$snapshot" "$version"
  sed -i "s/^## $version (unreleased)\$/## $version ($(date -u +%F))/" CHANGELOG.md
  set_version_of_documents "$version"
  ! git grep -nF "$snapshot" -- '*pom.xml' README.md || fail "not all of it is the version's: $snapshot"
fi

if ! $dry; then
  for key in user.name user.email; do
    git config "$key" "$(git -C "$root" config "$key")"
  done
  git commit -qam "Release $version"
  git tag -a "v$version" -m "LogitOps $version"
fi

# What is installed on the way does not reach the local repository of whoever runs this.
maven=(./mvnw -B -ntp -q -Prelease -Dmaven.test.skip -DdeployAtEnd=true
  -Dmaven.repo.local="$work/m2" -Dmaven.repo.local.tail="$their_repository" "$@")
if $dry; then
  rm -rf "$root/target/repository"
  maven+=(-Drelease.url="file://$root/target/repository") # the last one counts
else # nothing is deployed before all of it is built and signed
  "${maven[@]}" install
  "${maven[@]}" -f extensions install
  [[ $(git -C "$root" rev-parse HEAD) == "$start" ]] || fail "somebody committed meanwhile: $start"
  deploying=true
fi
"${maven[@]}" deploy
"${maven[@]}" -f extensions deploy
if $dry; then
  echo "release: $version is in target/repository"
  exit
fi

git checkout -q "$start" -- '*pom.xml'
set_version "$snapshot" "$next-SNAPSHOT"
set_version_of_documents "$next-SNAPSHOT"
sed -i "s:<api.baseline/>:<api.baseline>$version</api.baseline>:
  s:<api.baseline>.*</api.baseline>:<api.baseline>$version</api.baseline>:
  s:<japicmp.skip>true<:<japicmp.skip>false<:" pom.xml extensions/pom.xml
sed -i "s/^# Changelog\$/&\n\n## $next (unreleased)/" CHANGELOG.md
git commit -qam "Begin $next"
cd "$root"
git fetch -q "$work/tree" HEAD "refs/tags/v$version:refs/tags/v$version"
git merge -q --ff-only FETCH_HEAD
deploying=false
echo "release: $version is deployed and tagged; now: git push origin HEAD v$version"
