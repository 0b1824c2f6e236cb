#!/usr/bin/env bash
# Loads every recorded checkpoint of GPT-NeoX (any layout, ZeRO 0 to 3, bf16, fp16, step 0 and 20):
# every tensor, compared with its checksum; float32 masters, which must round to the weights beside
# them. Then writes each again in the files it had, and compares these with the recorded ones as
# torch.load(weights_only=True) reads them: names, keys, shapes, types, values, args.
# Prints a table; exits 1 when one fails. Needs `make dist`, or NEOX_CLASSPATH.
# Usage: benchmarks/checkpoints.sh GOLDEN_DIR [PYTHON]
#   GOLDEN_DIR  holds train/, par/train/ and variants/
#   PYTHON      that has torch
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 GOLDEN_DIR [PYTHON]" >&2; exit 2; }
golden=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$PWD
cd "$golden/par/train/MU_train" # its base_shapes_file is named from there
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "${NEOX_CLASSPATH:-$root/dist/lib/*}" \
  "$root/benchmarks/checkpoints/Checkpoints.java" "$golden" "$work"
cd "$root"
if [ $# -ge 2 ]; then
  "$2" benchmarks/checkpoints/loads.py "$work/written.txt"
fi
