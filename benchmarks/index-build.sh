#!/usr/bin/env bash
# How fast is the order of samples built, beside the same work in C on arrays in memory? Makes the
# index of a corpus that is not there (a sparse .bin) and the order of SAMPLES samples of 2048
# tokens, compares the arrays, and prints times and peak memory.
# Needs `make dist`, a C compiler, 30 bytes of disk and of memory per sample.
# Usage: benchmarks/index-build.sh [SAMPLES]      (default 200000000)
set -euo pipefail
cd "$(dirname "$0")/.."
samples=${1:-200000000}
documents=$((samples / 10))

. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap 'rm -rf "$work"' EXIT
lib=${NEOX_LIB:-dist/lib/*}

echo "ours: $samples samples, $documents documents of about 1000 tokens"
"$neox_jdk/bin/java" -Xmx256m -cp "$lib" benchmarks/index-build/BuildIndex.java \
  "$work" "$samples" "$documents"
echo "C, in memory:"
cc -O2 -o "$work/reference" benchmarks/index-build/reference.c
"$work/reference" "$samples" "$documents" "$work"/.neox-cache/*_{doc,sample,shuffle}_idx.npy
