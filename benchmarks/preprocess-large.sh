#!/usr/bin/env bash
# A corpus larger than memory, with a small heap: tokenized in one go, then once more while being
# killed (-9) at random moments and resumed. Both must end in the same bytes.
# Usage: benchmarks/preprocess-large.sh CORPUS TOKENIZER_JSON
#   CORPUS          rows to repeat, .jsonl or .jsonl.zst
#   TOKENIZER_JSON  the vocabulary, for HFTokenizer
# Variables: SIZE_MB (3000), KILLS (10), HEAP (512m), WORKERS (all cores), SEED (1), TMPDIR.
# Exits 1 when the bytes differ.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 CORPUS TOKENIZER_JSON" >&2; exit 2; }
corpus=$(realpath "$1")
vocabulary=$(realpath "$2")
size_mb=${SIZE_MB:-3000}
kills=${KILLS:-10}
workers=${WORKERS:-$(nproc)}
RANDOM=${SEED:-1}
cd "$(dirname "$0")/.."
export NEOX_JAVA_OPTS="-Xmx${HEAP:-512m} ${NEOX_JAVA_OPTS:-}"
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2> /dev/null || true; rm -rf "$work"' EXIT

rows() { case $corpus in *.zst) zstd -dc "$corpus" ;; *) cat "$corpus" ;; esac; }

# Every repetition marks its rows with a number of its own, so that no two are equal.
copy_mb=$(($(rows | wc -c) / 1000000))
copies=$(((size_mb + copy_mb - 1) / copy_mb))
for ((copy = 1; copy <= copies; copy++)); do
  rows | sed -E "s/\"text\": ?\"/&$copy /"
done > "$work/corpus.jsonl"
printf 'corpus: %.0f MB, %d rows\n' "$(stat -c %s "$work/corpus.jsonl" | awk '{print $1 / 1e6}')" \
  "$(wc -l < "$work/corpus.jsonl")"

start() { # directory: sets pid
  dist/bin/neox-preprocess --input "$work/corpus.jsonl" --output-prefix "$1/out" --append-eod \
    --tokenizer-type HFTokenizer --vocab-file "$vocabulary" --workers "$workers" --resume \
    2>> "$1.log" &
  pid=$!
}

peak_kb=0
watch() { # directory, bytes: until the process ends or has written that much; notes its peak memory
  local kb written
  while kb=$(awk '/VmHWM/ {print $2}' "/proc/$pid/status" 2> /dev/null) && [ -n "$kb" ]; do
    [ "$kb" -le "$peak_kb" ] || peak_kb=$kb
    written=$(stat -c %s "$1/out.partial/out_text_document.bin" 2> /dev/null || echo 0)
    [ "$written" -lt "$2" ] || return 0
    sleep 0.05
  done
}

mkdir "$work/once" "$work/killed"
began=$(date +%s.%N)
start "$work/once"
watch "$work/once" 1000000000000
wait "$pid" || { cat "$work/once.log" >&2; exit 1; }
seconds=$(awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN {print b - a}')
grep wrote "$work/once.log"
printf 'in one go: %.0f s, peak memory %.0f MB (-Xmx%s, %d workers)\n' \
  "$seconds" "$((peak_kb / 1024))" "${HEAP:-512m}" "$workers"

peak_kb=0
tokens_bytes=$(stat -c %s "$work/once/out_text_document.bin")
for ((kill = 1; kill <= kills; kill++)); do
  # A moment of its own in each part of the work, wherever the run before has got to.
  moment=$(awk -v n="$kills" -v k="$kill" -v r="$RANDOM" -v b="$tokens_bytes" \
    'BEGIN {printf "%.0f", (k - 1 + r / 32768) / n * b}')
  start "$work/killed"
  watch "$work/killed" "$moment"
  kill -9 "$pid" 2> /dev/null || { echo "it ended before kill $kill" >&2; cat "$work/killed.log" >&2; exit 1; }
  wait "$pid" 2> /dev/null || true
  echo "killed at $((100 * moment / tokens_bytes)) %; left: $(ls -A "$work/killed" | tr '\n' ' ')"
done
start "$work/killed"
watch "$work/killed" 1000000000000
wait "$pid" || { cat "$work/killed.log" >&2; exit 1; }
pid=
grep -E '^(going on|wrote)' "$work/killed.log"
printf 'killed and resumed: peak memory %.0f MB\n' "$((peak_kb / 1024))"
(cd "$work/once" && sha256sum out_text_document.*) | tee "$work/sums"
(cd "$work/killed" && sha256sum --quiet -c "$work/sums") || { echo "DIFFERENT"; exit 1; }
echo "identical"
