#!/usr/bin/env bash
# How fast does neox-generate decode, beside transformers' generate and beside what memory allows?
# Makes models of random weights of Pythia's shapes and continues prompts of 16 tokens greedily, one
# and eight at a time, with THREADS threads (default: one per core). Prints, for each precision:
# milliseconds per step (a token for each prompt), the share of the read bandwidth that was measured
# in the same run (all weights but the embedding are read once per step), and with PYTHON set the
# same of transformers; then the peak of memory, all and what is no mapped file, and the time to the
# first token of a model in the page cache. A step is the difference between longer and shorter
# runs, so that starting up does not count; the best of REPEATS (default 3), as others may compute on
# the machine.
# Needs `make dist` and GNU time; for transformers a PYTHON with torch and transformers.
# Runs differ by LONG - 16 tokens (default: 256). OPENBLAS_* of the environment is left out.
# Usage: [PYTHON=/path/to/python] [THREADS=N] [REPEATS=N] [LONG=N] benchmarks/generate-speed.sh [MODEL…]
#   MODEL: 70m, 160m, 410m, 1b (default: 70m 410m)
set -euo pipefail
cd "$(dirname "$0")/.."
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
threads=${THREADS:-$(nproc)}
repeats=${REPEATS:-3}
prompt_tokens=16
short=16
long=${LONG:-272}

. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

java() { "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -cp 'dist/lib/*' "$@"; }

# make_model DIRECTORY LAYERS HIDDEN HEADS TYPE
make_model() {
  java benchmarks/generate-speed/MakeModel.java "$@"
  cp "$work/tokenizer.json" "$1/"
}

dist/bin/neox-prepare sample -q -d "$work/sample" --megabytes 1
cp "$work/sample/tokenizer.json" "$work/"

# One prompt per line, eight times the same.
prompts() {
  for _ in $(seq "$1"); do echo 'a b c d e f g h i j k l m n o p'; done > "$work/prompts"
}

# ours MODEL PRECISION QUANTIZE BATCH TOKENS: wall seconds of a whole run
ours() {
  local TIMEFORMAT=%R
  prompts "$4"
  { time dist/bin/neox-generate -q --model "$work/$1" --precision "$2" --quantize "$3" \
    --threads "$threads" -i "$work/prompts" --batch-size "$4" --maximum-tokens "$5" \
    -o "$work/out" --overwrite 2> "$work/err"; } 2>&1 || { cat "$work/err" >&2; exit 1; }
}

# ours_step MODEL PRECISION QUANTIZE BATCH: seconds per step
ours_step() {
  for _ in $(seq "$repeats"); do
    echo "$(ours "$@" $short) $(ours "$@" $long)"
  done | awk -v n=$((long - short)) '
    NR == 1 || $1 < a {a = $1} NR == 1 || $2 < b {b = $2} END {printf "%.6f\n", (b - a) / n}'
}

# theirs MODEL DTYPE BATCH: seconds per step
theirs() {
  [ -n "${PYTHON:-}" ] || { echo nan; return; }
  "$PYTHON" benchmarks/generate-speed/hf_generate.py "$work/$1" "$2" "$3" $prompt_tokens $short $long \
    "$threads" 2> "$work/err" | tail -1 || { cat "$work/err" >&2; exit 1; }
}

# memory COMMAND…: peak of resident memory, and of that which is no mapped file, in MB
memory() {
  "$@" > /dev/null 2>&1 &
  local pid=$! peak=0 own=0 now
  while [ -r "/proc/$pid/status" ] && kill -0 "$pid" 2> /dev/null; do
    now=$(awk '$1 == "VmHWM:" {h = $2} $1 == "RssAnon:" {a = $2} END {print h + 0, a + 0}' \
      "/proc/$pid/status" 2> /dev/null) || break
    [ "${now% *}" -gt "$peak" ] && peak=${now% *}
    [ "${now#* }" -gt "$own" ] && own=${now#* }
    sleep 0.02
  done
  wait "$pid" || true
  echo "$((peak / 1024)) $((own / 1024))"
}

# row MODEL WEIGHTS NAME DIRECTORY PRECISION QUANTIZE BYTES DTYPE
row() {
  local batch mine other
  for batch in 1 8; do
    mine=$(ours_step "$4" "$5" "$6" $batch)
    other=$(theirs "$4" "$8" $batch)
    awk -v m="$1" -v name="$3" -v b=$batch -v t="$mine" -v o="$other" -v w="$2" -v bytes="$7" \
      -v bw="$bandwidth" 'BEGIN {
        gb = w * bytes / t / 1e9
        printf "%-5s %-9s %5d %9.2f %7.1f %8.0f %% %13.2f %7.2f\n", m, name, b, t * 1e3, gb,
          100 * gb / bw, o * 1e3, o / t }'
  done
}

echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $threads threads;" \
  "$("$neox_jdk/bin/java" -version 2>&1 | head -1)"
echo "flags: $(grep -m1 '^flags' /proc/cpuinfo | tr ' ' '\n' | grep -E '^(avx|fma|amx)' | tr '\n' ' ')"
[ $# -gt 0 ] || set -- 70m 410m
for model in "$@"; do
  case $model in
    70m) shape=(6 512 8) ;;
    160m) shape=(12 768 12) ;;
    410m) shape=(24 1024 16) ;;
    1b) shape=(16 2048 8) ;;
    *) echo "generate-speed: no model $model; choose 70m, 160m, 410m or 1b" >&2; exit 2 ;;
  esac
  weights=$((12 * shape[0] * shape[1] * shape[1] + 50304 * shape[1]))
  make_model "$work/fp32" "${shape[@]}" fp32
  make_model "$work/bf16" "${shape[@]}" bf16
  bandwidth=$(java --add-modules jdk.incubator.vector benchmarks/generate-speed/ReadBandwidth.java \
    "$threads" 2> /dev/null)
  echo "read bandwidth: $bandwidth GB/s"
  printf '%-5s %-9s %5s %9s %7s %10s %13s %7s\n' model precision batch 'ms/step' GB/s 'of memory' \
    'transformers' times
  row "$model" $weights fp32 fp32 fp32 none 4 float32
  row "$model" $weights bf16 bf16 bfloat16 none 2 bfloat16
  row "$model" $weights int8 fp32 fp32 int8 1 float32
  prompts 1
  for form in 'fp32 fp32 none float32' 'bf16 bfloat16 none bfloat16' 'fp32 fp32 int8 float32'; do
    read -r name precision quantize dtype <<< "$form"
    mine=$(memory dist/bin/neox-generate -q --model "$work/$name" --precision "$precision" --quantize \
      "$quantize" --threads "$threads" -i "$work/prompts" --maximum-tokens $long -o "$work/out" --overwrite)
    other='nan nan'
    [ -z "${PYTHON:-}" ] || other=$(memory "$PYTHON" benchmarks/generate-speed/hf_generate.py \
      "$work/$name" "$dtype" 1 $prompt_tokens $short $long "$threads")
    echo "$model $name $quantize: peak MB (of these no file): neox $mine, transformers $other;" \
      "first token after $(for _ in 1 2 3; do ours "$name" "$precision" "$quantize" 1 1; done | sort -g | head -1) s"
  done
  rm -rf "$work/fp32" "$work/bf16"
done
