#!/usr/bin/env bash
# Does a run go on with any layout? Trains 10 steps on every (pipe, tensor, data) with a product of
# at most 4 and every stage of ZeRO, saves, and continues each checkpoint on three other layouts for
# 10 more, in the styles of Pythia and GPT-3 (tied embedding), in fp32; ranks are threads of one
# process. Prints the largest relative difference of a loss from that of one rank that was never
# interrupted, for each pair. Exits 1 when one is above 1e-5.
# Needs `make dist`, or NEOX_CLASSPATH. Usage: benchmarks/reshard.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
classpath=${NEOX_CLASSPATH:-dist/lib/*}
mkdir "$work/classes" "$work/runs"
"$neox_jdk/bin/javac" -proc:none -d "$work/classes" -cp "$classpath" benchmarks/layouts/ReshardTable.java \
  neox-train/src/test/java/neox/train/{LayoutMatrix,Records}.java
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/classes:$classpath" \
  neox.train.ReshardTable "$work/runs"
