#!/usr/bin/env bash
# What does it cost a step that its records are kept: the clock of its parts, the numbers in
# metrics.jsonl and in TensorBoard's events, memory, a gauge of OpenTelemetry, and an operator of a
# profile?
#
#   benchmarks/records.sh        needs `make dist`
set -euo pipefail
cd "$(dirname "$0")/.."
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
lib=${NEOX_LIB:-dist/lib/*}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
OMP_WAIT_POLICY=PASSIVE "$java" --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp "$lib" benchmarks/records/RecordCost.java "$work"
