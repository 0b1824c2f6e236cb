#!/usr/bin/env bash
# Are losses the same on every layout? Trains 20 steps on every (pipe, tensor, data) with a product
# of at most 4, with ZeRO 0 to 3, in the styles of Pythia (also with sequence_parallel), GPT-3,
# LLaMA and LLaMA with grouped queries, in fp32; ranks are threads of one process. Prints a table
# (the one of docs/layouts.md) of the largest relative difference of a loss from that of one rank.
# What the configuration refuses is listed as refused, with its reason. Exits 1 when a loss differs
# by more than 1e-5.
# Needs `make dist`, or NEOX_CLASSPATH. Usage: benchmarks/layouts.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
classpath=${NEOX_CLASSPATH:-dist/lib/*}
mkdir "$work/classes" "$work/runs"
"$neox_jdk/bin/javac" -proc:none -d "$work/classes" -cp "$classpath" benchmarks/layouts/LayoutTable.java \
  neox-train/src/test/java/neox/train/{LayoutMatrix,Records}.java
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/classes:$classpath" \
  neox.train.LayoutTable "$work/runs"
