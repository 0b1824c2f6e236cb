#!/usr/bin/env bash
# Is DeepSpeed's optimizer state read as it is? For every recorded checkpoint that has some (no ZeRO,
# ZeRO 1 and 3, fp16, bf16, pipeline stages, tensor-parallel ranks), prints
#   torch   the largest relative difference of a sum over a tensor from what torch reads, put
#           together in Python (with PYTHON alone): 1e-9 is the order of adding
#   replay  the largest difference of a number from that of our own 20 steps from the recorded first
#           weights, relative to the largest number of its tensor (of what is kept of gradients)
# and, for A_pythia, how far its steps 11 to 20 are from the recorded ones when they continue from
# its step 10. Exits 1 above 1e-7, 1e-4 and 1e-5.
# Needs `make dist`, or NEOX_CLASSPATH.
# Usage: benchmarks/deepspeed-resume.sh GOLDEN_DIR [PYTHON]
#   GOLDEN_DIR  holds train/ and par/train/ with their _data
#   PYTHON      that has torch
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 GOLDEN_DIR [PYTHON]" >&2; exit 2; }
golden=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "${NEOX_CLASSPATH:-dist/lib/*}" \
  benchmarks/deepspeed/DeepSpeedResume.java "$golden" "$work" "${@:2}"
