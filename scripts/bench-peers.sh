#!/usr/bin/env bash
# Measures the CPU mode beside peers on the same cores: `logitops bench --peers` with PyTorch and ND4J on the class path.
set -euo pipefail
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
  echo "usage: [JAVA_HOME=...] [FLAGS=...] [LIBRARY=...] scripts/bench-peers.sh [OPTION OF bench]..."
  echo "FLAGS are for the virtual machine; LIBRARY is a jar of LogitOps in place of this one, such as an earlier build."
  exit 0
fi
cd "$(dirname "$0")/.."
build=target/nd4j # of both profiles
./mvnw -q -Ppytorch,nd4j test-compile org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
  -Dmdep.outputFile="$build/classpath.txt"
services=src/pytorch/resources:src/nd4j/resources
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
# shellcheck disable=SC2086 # FLAGS are several words
DJL_CACHE_DIR=$build/djl OPT_OUT_TRACKING=true exec "$java" ${FLAGS:-} -Dai.djl.offline=true \
  -cp "$services:$build/test-classes:${LIBRARY:-$build/classes}:$(<"$build/classpath.txt")" \
  io.github.logitops.cli.Main bench --backend=cpu --peers "$@"
