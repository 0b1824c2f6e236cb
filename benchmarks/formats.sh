#!/usr/bin/env bash
# Converts recorded checkpoints to GGUF, computes with the files as llama.cpp does, and compares greedy
# tokens and logits with transformers'; converts a checkpoint of torch.distributed.checkpoint in
# torchtitan's manner, and compares logits.
# Usage: benchmarks/formats.sh GOLDEN_DIR PYTHON   (with train/; torch and transformers). Needs `make dist`.
set -euo pipefail
[ $# -eq 2 ] && [ -d "$1/train" ] || { echo "usage: $0 GOLDEN_DIR PYTHON" >&2; exit 2; }
golden=$(cd "$1" && pwd)
python=$2
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
titan=neox-convert-hf/src/test/resources/golden/torchtitan/make.py
status=0
convert() { dist/bin/neox-convert-hf -q --no_save_tokenizer "$@"; }
for name in A_pythia C_llama D_mp2; do
  checkpoint=$golden/train/$name/checkpoints/global_step20
  convert --input_dir "$checkpoint" --output_dir "$work/$name" --precision fp32
  for type in f32 f16 bf16 q8_0; do
    convert --input_dir "$checkpoint" --output_dir "$work/$name-$type" --format gguf --outtype $type
    "$python" benchmarks/formats/gguf_forward.py "$work/$name-$type"/*.gguf "$work/$name" || status=1
  done
done
"$python" "$titan" save "$work/titan"
convert --input_dir "$work/titan/dcp" --config_file "$work/titan/config.yml" --output_dir "$work/titan-hf"
"$python" "$titan" compare "$work/titan" "$work/titan-hf" || status=1
exit $status
