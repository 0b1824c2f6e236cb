#!/usr/bin/env bash
# How fast is a vocabulary trained, beside HuggingFace's BpeTrainer, and are both the same? Needs
# `make dist`, zstd and a Python with `tokenizers`; both use one thread, in turns.
# Usage: PYTHON=... benchmarks/train-tokenizer.sh DATA [VOCAB_SIZE...]
#   DATA        has english.jsonl.zst and multilingual.jsonl.zst
#   VOCAB_SIZE  8000 and 32000 if left out
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: PYTHON=... $0 DATA [VOCAB_SIZE...]" >&2; exit 2; }
data=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- 8000 32000
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
classes=${CLASSES:-dist/lib/*}
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$neox_jdk/bin/javac" -d "$work" -cp "$classes" benchmarks/tokenizers/{TrainTokenizer,Corpus}.java
for corpus in english multilingual; do
  for size in "$@"; do
    "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -Xmx3g -cp "$work:$classes" \
      TrainTokenizer "$data" "$corpus" "$size" "$work/ours.json" 3
    RAYON_NUM_THREADS=1 "$python" benchmarks/tokenizers/train.py \
      "$data" "$corpus" "$size" "$work/theirs.json"
    "$python" benchmarks/tokenizers/same_model.py "$work/ours.json" "$work/theirs.json"
  done
done
