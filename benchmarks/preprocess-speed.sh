#!/usr/bin/env bash
# How fast is tokenizing, end to end, beside HuggingFace's tokenizers driven from Python, in the
# same run? From a compressed corpus to tokens on disk; processes start and end inside the figures.
# MB are of JSON lines after decompression; "cpu" divides by processor time of all threads and
# processes, which other programs on the machine disturb little, "wall" by elapsed time. Python
# reads a corpus that is decompressed already. TIMES repeats each corpus for neox-preprocess, whose
# first second goes into starting and compiling; 1 shows that, more shows its speed on real corpora.
# Needs `make dist`, zstd, and a Python with tokenizers and numpy.
# Usage: PYTHON=/path/to/python benchmarks/preprocess-speed.sh DATA_DIR [TIMES…]
#   CORPORA   which of the three (default: all)
#   DATA_DIR  {english,code,multilingual}.jsonl.zst, 20B_tokenizer.json, gpt2-{vocab.json,merges.txt}
#   TIMES     default: 1 20
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: PYTHON=… $0 DATA_DIR [TIMES…]" >&2; exit 2; }
: "${PYTHON:?set PYTHON to an interpreter with tokenizers and numpy}"
data=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- 1 20
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

neox() { # tokenizer, corpus, workers
  local options
  case $1 in
    gpt2) options="GPT2BPETokenizer --vocab-file $data/gpt2-vocab.json --merge-file $data/gpt2-merges.txt" ;;
    20B) options="HFTokenizer --vocab-file $data/20B_tokenizer.json" ;;
  esac
  # shellcheck disable=SC2086 # options are words
  dist/bin/neox-preprocess -q --overwrite --input "$work/$2.jsonl.zst" --output-prefix "$work/out" \
    --append-eod --workers "$3" --tokenizer-type $options
}

python() { # tokenizer, corpus, workers
  local files
  case $1 in
    gpt2) files=$data/gpt2-vocab.json:$data/gpt2-merges.txt ;;
    20B) files=$data/20B_tokenizer.json ;;
  esac
  TOKENIZERS_PARALLELISM=false \
    "$PYTHON" benchmarks/preprocess-speed/tokenize.py "$files" "$work/$2.jsonl" "$work/peer.bin" "$3"
}

# Runs a command; prints processor seconds (user and system) and wall seconds.
measure() {
  local TIMEFORMAT='%U %S %R'
  { time "$@" > "$work/log" 2>&1; } 2> "$work/time" || { cat "$work/log" >&2; exit 1; }
  awk '{print $1 + $2, $3}' "$work/time"
}

printf '%-13s %-9s %7s %6s %9s %9s %6s %10s %10s %6s\n' corpus tokenizer workers times \
  'cpu: neox' python ratio 'wall: neox' python ratio
for corpus in ${CORPORA:-english code multilingual}; do
  zstd -qdc "$data/$corpus.jsonl.zst" > "$work/$corpus.jsonl"
  bytes=$(stat -c %s "$work/$corpus.jsonl")
  for tokenizer in gpt2 20B; do
    for workers in 1 2; do
      peer=$(measure python $tokenizer $corpus $workers)
      for times in "$@"; do
        for _ in $(seq "$times"); do cat "$data/$corpus.jsonl.zst"; done > "$work/$corpus.jsonl.zst"
        own=$(measure neox $tokenizer $corpus $workers)
        echo "$own $peer" | awk -v name="$corpus $tokenizer $workers $times" -v mb="$bytes" -v n="$times" '{
          mb /= 1e6; split(name, k, " ")
          printf "%-13s %-9s %7d %6d %9.1f %9.2f %6.1f %10.1f %10.2f %6.1f\n", k[1], k[2], k[3], n,
            mb * n / $1, mb / $3, (mb * n / $1) / (mb / $3), mb * n / $2, mb / $4, (mb * n / $2) / (mb / $4)}'
      done
    done
  done
done
