#!/usr/bin/env bash
# How fast is neox-eval, beside a batched scorer of transformers in Python, on questions of four
# choices: arc_easy without examples and a subject of MMLU with five? The model has Pythia-70m's
# shape and random weights, in float32. Prints requests per second of wall and of processor time (the
# second is what other programs on the machine disturb little), peak resident memory, and ratios.
# neox-eval's seconds are those of a run over all questions less those of a run over one, the
# scorer's what it needs for tokenizing and scoring; memory is that of the whole processes.
# Needs `make dist` and GNU time; with PYTHON one that has torch and transformers.
# Usage: benchmarks/eval-speed.sh [PYTHON [QUESTIONS]]     QUESTIONS of arc_easy; a quarter of MMLU
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-${PYTHON:-}}
questions=${2:-200}
dist=${DIST:-dist}
. packaging/find-jdk.sh
neox_find_jdk
# A kind of processor that is forced upon OpenBLAS would be forced upon one side alone.
unset OPENBLAS_CORETYPE

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$neox_jdk/bin/java" benchmarks/eval-speed/MakeModel.java "$work" "$questions"
"$dist/bin/neox-preprocess" train-tokenizer --input "$work/corpus.jsonl" --vocab-size 2000 \
  --output "$work/model/tokenizer.json" 2> "$work/err" || { cat "$work/err" >&2; exit 1; }
echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, load$(
  uptime | sed 's/.*average//')"

# evaluate TASK LIMIT SHOTS OPTION...: wall and processor seconds, and peak MB
evaluate() {
  local task=$1 limit=$2 shots=$3
  shift 3
  /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$dist/bin/neox-eval" --model "$work/model" \
    --tasks "$task" --data "$work/data" --offline --limit "$limit" --num_fewshot "$shots" \
    --bootstrap_iters 0 "$@" > "$work/out" 2> "$work/err" || { cat "$work/err" >&2; exit 1; }
  awk '{print $1, $2 + $3, $4 / 1024}' "$work/time"
}

printf '%-26s %9s %9s %9s\n' '' 'req/s' 'req/cpu-s' 'peak MB'
# race TASK QUESTIONS SHOTS BATCH
race() {
  local ours one theirs
  one=$(evaluate "$1" 1 "$3")
  rm -rf "$work/saved"
  ours=$(evaluate "$1" "$2" "$3" --log_samples --output_path "$work/saved")
  echo "$one $ours" | awk -v n=$((4 * $2 - 4)) -v name="$1, $3 shots: neox" '{
    printf "%-26s %9.1f %9.1f %9.0f\n", name, n / ($4 - $1), n / ($5 - $2), $6}'
  [ -n "$python" ] || return 0
  theirs=$("$python" benchmarks/eval-speed/score.py "$work/model" \
    "$(find "$work/saved" -name 'samples_*.jsonl')" "$4" 2> "$work/err") ||
    { cat "$work/err" >&2; exit 1; }
  echo "$one $ours $theirs" | awk -v n=$((4 * $2 - 4)) -v b="$4" '{
    printf "%-26s %9.1f %9.1f %9.0f\n", "  transformers, batch " b, $9 / $7, $9 / $8, $10
    printf "%-26s %9.2f %9.2f %9.2f   scores differ by %s at most\n", "  ratio",
      n / ($4 - $1) / ($9 / $7), n / ($5 - $2) / ($9 / $8), $6 / $10, $11}'
}
race arc_easy "$questions" 0 16
race mmlu_anatomy $((questions / 4)) 5 8
