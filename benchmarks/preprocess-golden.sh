#!/usr/bin/env bash
# Compares neox-preprocess with recorded outputs of GPT-NeoX's preprocess_data.py, byte by byte.
# Usage: benchmarks/preprocess-golden.sh GOLDEN_DIR TOKENIZER_DIR
#   GOLDEN_DIR     the recorded `preprocess` folder: inputs/, <case>/sha256.txt
#   TOKENIZER_DIR  20B_tokenizer.json, gpt2-vocab.json, gpt2-merges.txt
# Exits 1 when a file differs.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 GOLDEN_DIR TOKENIZER_DIR" >&2; exit 2; }
golden=$(cd "$1" && pwd)
tokenizers=$(cd "$2" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

char='--tokenizer-type CharLevelTokenizer'
gpt2="--tokenizer-type GPT2BPETokenizer --vocab-file $tokenizers/gpt2-vocab.json --merge-file $tokenizers/gpt2-merges.txt"
hf20b="--tokenizer-type HFTokenizer --vocab-file $tokenizers/20B_tokenizer.json"

differing=0
check() { # case, input, options
  local case=$1 input=$2
  shift 2
  mkdir "$work/$case"
  dist/bin/neox-preprocess -q --input "$golden/inputs/$input" --output-prefix "$work/$case/out" "$@"
  if (cd "$work/$case" && sha256sum --quiet -c "$golden/$case/sha256.txt"); then
    echo "identical: $case"
  else
    echo "DIFFERENT: $case"
    differing=1
  fi
}

# shellcheck disable=SC2086 # options are words
{
  check char_small_eod small.jsonl $char --append-eod
  check char_tricky_eod tricky.jsonl $char --append-eod
  check gpt2_small_eod small.jsonl $gpt2 --append-eod
  check gpt2_small_eod_w2 small.jsonl $gpt2 --append-eod --workers 2
  check gpt2_small_noeod small.jsonl $gpt2
  check gpt2_small_zst_eod small.jsonl.zst $gpt2 --append-eod
  check gpt2_tricky_eod tricky.jsonl $gpt2 --append-eod
  check hf20b_small_eod small.jsonl $hf20b --append-eod
  check hf20b_small_eod_w2 small.jsonl $hf20b --append-eod --workers 2
  check hf20b_small_zst_eod small.jsonl.zst $hf20b --append-eod
  check hf20b_tricky_eod tricky.jsonl $hf20b --append-eod
  check hf20b_tricky_noeod tricky.jsonl $hf20b
}
exit $differing
