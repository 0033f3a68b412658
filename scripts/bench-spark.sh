#!/usr/bin/env bash
# Seconds an evaluation of softmax regression takes on Spark, beside Spark's own LogisticRegression (docs/scaling.md).
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: scripts/bench-spark.sh [ROUNDS [CLASSES [WORKERS]]]

ROUNDS    how often all take turns (default: 3)
CLASSES   numbers of classes, with commas between them (default: 10,100,1000)
WORKERS   executors in processes of their own, with a core each; 0 for two cores of one process (default: 0)

BLAS=libopenblas.so.0 has both take that library instead of netlib's Java with the Vector API. LogitOps must have been installed:
./mvnw install.
USAGE
}

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
esac
(($# <= 3)) || { usage >&2; exit 2; }

cd "$(dirname "$0")/.."
export SPARK_LOCAL_IP=127.0.0.1 SPARK_HOME=$PWD/extensions/spark/target/spark-home SPARK_SCALA_VERSION=2.13
exec ./mvnw -B -ntp -q -f extensions/spark/pom.xml test-compile exec:exec -Dblas="${BLAS:-none}" -Dexec.arguments="$*"
