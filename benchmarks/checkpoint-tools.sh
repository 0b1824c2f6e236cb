#!/usr/bin/env bash
# What the tools on checkpoints make of every recorded one, judged by torch: layouts there and back,
# averages, slim weights, norms and digests.
# Usage: benchmarks/checkpoint-tools.sh GOLDEN_DIR PYTHON   (with train/ and par/, and a Python with
# torch). Needs `make dist`.
set -euo pipefail
[ $# -eq 2 ] && [ -d "$1/train" ] || { echo "usage: $0 GOLDEN_DIR PYTHON" >&2; exit 2; }
golden=$(cd "$1" && pwd)
python=$2
cd "$(dirname "$0")/.."
tool=dist/bin/neox-convert-hf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
same=0
failed=0
count() { # what, then a command
  local what=$1
  shift
  if "$@"; then
    same=$((same + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $what"
  fi
}
for checkpoint in "$golden"/train/*/checkpoints/global_step20 "$golden"/par/train/*/checkpoints/global_step20; do
  [ -d "$checkpoint/configs" ] || continue
  name=$(basename "$(dirname "$(dirname "$checkpoint")")")
  rm -rf "$work/split" "$work/merged" "$work/slim"
  if ! $tool -q split "$checkpoint" --tp 2 --pp 2 --output-dir "$work/split" 2>"$work/refused"; then
    echo "$name: refused: $(cat "$work/refused")"
    continue
  fi
  $tool -q merge "$work/split" --output-dir "$work/merged"
  count "$name: layouts" $tool -q diff "$checkpoint" "$work/merged"
  count "$name: torch loads it" "$python" benchmarks/checkpoint-tools/judge.py loads "$work/split/global_step20"
  $tool inspect "$work/merged" --json >"$work/inspected"
  count "$name: norms and digests" "$python" benchmarks/checkpoint-tools/judge.py inspected \
    "$work/merged/global_step20" "$work/inspected"
  if $tool -q prune "$checkpoint" --output-dir "$work/slim" 2>"$work/refused"; then
    count "$name: slim weights" $tool -q diff "$checkpoint" "$work/slim"
    count "$name: torch loads them" "$python" benchmarks/checkpoint-tools/judge.py loads "$work/slim/global_step20"
  else
    echo "$name: $(cut -c 1-160 "$work/refused" | head -1)"
  fi
done
run=$golden/train/A_pythia/checkpoints
for method in uniform linear ema; do
  rm -rf "$work/average"
  $tool -q average "$run" --last 3 --method $method --output-dir "$work/average"
  count "average: $method" "$python" benchmarks/checkpoint-tools/judge.py average $method \
    "$work/average/global_step20" "$run/global_step0" "$run/global_step10" "$run/global_step20"
done
echo "$same as torch has it, $failed not"
[ $failed -eq 0 ]
