#!/usr/bin/env bash
# How fast is tokenizing, end to end, in the same run beside HuggingFace's tokenizers driven from
# Python and, where it can be run, GPT-NeoX's own tool? From a compressed corpus to tokens on disk;
# processes start and end inside the figures. MB are of JSON lines after decompression; "cpu" divides
# by processor time of all threads and processes, which other programs on the machine disturb little,
# "wall" by elapsed time. The peer in Python does less than GPT-NeoX's tool (no index, no log) and
# reads a corpus that is decompressed already; nothing of its time is starting. TIMES repeats each
# corpus for neox-preprocess; GPT-NeoX's tool, which starts for seconds, is compared with 1 only.
# Needs `make dist`, zstd, and a Python with tokenizers and numpy.
# Usage: PYTHON=/path/to/python benchmarks/preprocess-speed.sh DATA_DIR [TIMES…]
#   CORPORA    which: english, code, multilingual, and all for the three in one run (default)
#   TOKENIZERS which: gpt2, 20B (default: both)
#   RUNS       how often neox-preprocess runs, of which the median counts (default: 5); peers run once
#   WORKERS    how many (default: 1 2)
#   NEOX_TOOL  a command that runs tools/datasets/preprocess_data.py of GPT-NeoX with --append-eod on
#              the arguments TOKENIZER WORKERS OUTPUT_PREFIX INPUT[,INPUT…]; its output is compared
#   DATA_DIR   {english,code,multilingual}.jsonl.zst, 20B_tokenizer.json, gpt2-{vocab.json,merges.txt}
#   TIMES      default: 1 20
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: PYTHON=… $0 DATA_DIR [TIMES…]" >&2; exit 2; }
: "${PYTHON:?set PYTHON to an interpreter with tokenizers and numpy}"
data=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- 1 20
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

files() { # corpus
  case $1 in
    all) echo "english code multilingual" ;;
    *) echo "$1" ;;
  esac
}

inputs() { # directory, corpus
  local list=
  for name in $(files "$2"); do
    list=$list,$1/$name.jsonl.zst
  done
  echo "${list#,}"
}

neox() { # tokenizer, corpus, workers
  local options
  case $1 in
    gpt2) options="GPT2BPETokenizer --vocab-file $data/gpt2-vocab.json --merge-file $data/gpt2-merges.txt" ;;
    20B) options="HFTokenizer --vocab-file $data/20B_tokenizer.json" ;;
  esac
  # shellcheck disable=SC2086 # options are words
  dist/bin/neox-preprocess -q --overwrite --input "$(inputs "$work" "$2")" \
    --output-prefix "$work/out" --append-eod --workers "$3" --tokenizer-type $options
}

python() { # tokenizer, corpus, workers
  local vocabulary
  case $1 in
    gpt2) vocabulary=$data/gpt2-vocab.json:$data/gpt2-merges.txt ;;
    20B) vocabulary=$data/20B_tokenizer.json ;;
  esac
  TOKENIZERS_PARALLELISM=false "$PYTHON" benchmarks/preprocess-speed/tokenize.py \
    "$vocabulary" "$work/$2.jsonl" "$work/peer.bin" "$3"
}

original() { # tokenizer, corpus, workers
  $NEOX_TOOL "$1" "$3" "$work/original" "$(inputs "$data" "$2")"
}

# Runs a command; prints processor seconds (user and system) and wall seconds.
measure() {
  local TIMEFORMAT='%U %S %R'
  { time "$@" > "$work/log" 2>&1; } 2> "$work/time" || { cat "$work/log" >&2; exit 1; }
  awk '{print $1 + $2, $3}' "$work/time"
}

# The same, RUNS times over; prints the run of median wall time.
median() {
  for _ in $(seq "${RUNS:-5}"); do measure "$@"; done | sort -n -k 2 | awk '{a[NR] = $0} END {print a[int((NR + 1) / 2)]}'
}

# Prints speeds of ours and a peer and their ratios.
row() { # name of the peer, its seconds, our seconds, corpus, tokenizer, workers, times, bytes
  echo "$3 $2" | awk -v peer="$1" -v c="$4" -v t="$5" -v w="$6" -v n="$7" -v mb="$8" '{
    mb /= 1e6
    printf "%-13s %-9s %7d %6d %-8s %9.1f %9.2f %6.1f %10.1f %10.2f %6.1f\n", c, t, w, n, peer,
      mb * n / $1, mb / $3, (mb * n / $1) / (mb / $3), mb * n / $2, mb / $4, (mb * n / $2) / (mb / $4)}'
}

printf '%-13s %-9s %7s %6s %-8s %9s %9s %6s %10s %10s %6s\n' corpus tokenizer workers times peer \
  'cpu: neox' peer ratio 'wall: neox' peer ratio
for corpus in ${CORPORA:-english code multilingual all}; do
  for name in $(files "$corpus"); do
    zstd -qdc "$data/$name.jsonl.zst"
  done > "$work/$corpus.jsonl"
  bytes=$(stat -c %s "$work/$corpus.jsonl")
  for tokenizer in ${TOKENIZERS:-gpt2 20B}; do
    for workers in ${WORKERS:-1 2}; do
      peer=$(measure python "$tokenizer" "$corpus" "$workers")
      [ -z "${NEOX_TOOL:-}" ] || tool=$(measure original "$tokenizer" "$corpus" "$workers")
      for times in "$@"; do
        for name in $(files "$corpus"); do
          for _ in $(seq "$times"); do cat "$data/$name.jsonl.zst"; done > "$work/$name.jsonl.zst"
        done
        own=$(median neox "$tokenizer" "$corpus" "$workers")
        row Python "$peer" "$own" "$corpus" "$tokenizer" "$workers" "$times" "$bytes"
        if [ -n "${NEOX_TOOL:-}" ] && [ "$times" = 1 ]; then
          row GPT-NeoX "$tool" "$own" "$corpus" "$tokenizer" "$workers" "$times" "$bytes"
          cmp "$work/out_text_document.bin" "$work/original_text_document.bin"
          cmp "$work/out_text_document.idx" "$work/original_text_document.idx"
        fi
      done
    done
  done
done
