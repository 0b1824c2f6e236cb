#!/usr/bin/env bash
# Converts recorded NeoX checkpoints and compares tensors, logits and greedy text with what the
# original's converter and transformers made of them.
# Usage: benchmarks/convert-golden.sh GOLDEN_DIR   (with train/ and hf/). Needs `make dist`.
set -euo pipefail
[ $# -eq 1 ] && [ -d "$1/hf" ] || { echo "usage: $0 GOLDEN_DIR" >&2; exit 2; }
golden=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
compare() { # name under hf/, checkpoint
  echo "$1:"
  dist/bin/neox-convert-hf -q --input_dir "$golden/train/$2" --output_dir "$work/$1"
  "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp 'dist/lib/*' \
    benchmarks/convert-golden/CompareModels.java "$work/$1" "$golden/hf" "$1" || status=1
}
compare A_pythia A_pythia/checkpoints/global_step20
compare A_pythia_step0 A_pythia/checkpoints/global_step0
compare A0_nopipe A0_pythia_nopipe/checkpoints/global_step20
compare D_mp2 D_mp2/checkpoints/global_step20
compare C_llama C_llama/checkpoints/global_step20
echo 'B_gpt3 must be refused:'
if dist/bin/neox-convert-hf --input_dir "$golden/train/B_gpt3/checkpoints/global_step20" --output_dir "$work/B"; then
  status=1
fi
[ ! -e "$work/B" ] || status=1
exit $status
