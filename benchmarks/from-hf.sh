#!/usr/bin/env bash
# Brings models and adapters that transformers made into NeoX at several layouts and back again, and
# lets transformers compare: tensors must be equal to the last bit, logits of adapters, which it adds
# by hand, within 1e-4, and neox-generate must go on as it does.
# Usage: benchmarks/from-hf.sh PYTHON   (with torch, transformers and safetensors). Needs `make dist`.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: $0 PYTHON" >&2; exit 2; }
python=$1
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
judge() { "$python" benchmarks/from-hf/judge.py "$@" 2>>"$work/log"; }
convert() { dist/bin/neox-convert-hf -q "$@"; }
judge make "$work"
for model in pythia sequential llama grouped mistral; do
  for layout in '1 0' '1 1' '2 0' '2 2'; do
    read -r tp pp <<<"$layout"
    neox=$work/neox-$model-$tp-$pp
    back=$work/back-$model-$tp-$pp
    convert --from-hf --input-dir "$work/$model" --output-dir "$neox" --tp "$tp" --pp "$pp"
    convert --input-dir "$neox" --output-dir "$back"
    printf '%s, tp %s, pp %s: ' "$model" "$tp" "$pp"
    judge same "$work/$model" "$back" || status=1
  done
  dist/bin/neox-generate -q --model "$work/neox-$model-2-2" --prompt 'Once upon' --max-tokens 40 \
    >"$work/sample"
  printf '%s, from the checkpoint: ' "$model"
  judge greedy "$work/$model" "$work/sample" || status=1
  adapters=$work/$model-adapter
  convert --from-hf --input-dir "$adapters" --output-dir "$work/lora-$model" --tp 2 --pp 1
  convert --input-dir "$work/lora-$model" --output-dir "$work/merged-$model" --no-save-tokenizer
  printf '%s, adapters in: ' "$model"
  judge adapted "$work/$model" "$adapters" "$work/merged-$model" || status=1
  convert --input-dir "$work/lora-$model" --output-dir "$work/peft-$model" --format peft
  printf '%s, adapters in and out: ' "$model"
  judge adapted "$work/$model" "$work/peft-$model" "$work/merged-$model" || status=1
done
exit $status
