#!/bin/sh
# Compares neox-eval with recorded runs of lm-evaluation-harness 0.4.13 on the same model and data:
#   benchmarks/eval-golden.sh GOLDEN_DIR
# GOLDEN_DIR holds model/ (a Hugging Face directory), data/TASK/SPLIT.jsonl, and runs/shot0 and
# runs/shot3 with results.json and samples_TASK.jsonl. Needs `make dist`; exits 1 on any mismatch.
set -eu
if [ $# -ne 1 ] || [ ! -d "$1/runs/shot0" ]; then
  echo "usage: $0 GOLDEN_DIR (with model/, data/ and runs/shot0)" >&2
  exit 2
fi
golden=$1
home=$(cd "$(dirname "$0")/.." && pwd)
. "$home/packaging/find-jdk.sh"
neox_find_jdk
java=$neox_jdk/bin/java
tasks='arc_easy hellaswag lambada_openai piqa sciq'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for shots in 0 3; do
  echo "$shots examples:"
  "$home/dist/bin/neox-eval" -q --model "$golden/model" --data "$golden/data" \
    --tasks "$(echo "$tasks" | tr ' ' ,)" --num-fewshot "$shots" \
    --output-path "$work/shot$shots" --log-samples
  # shellcheck disable=SC2086
  "$java" -cp "$home/dist/lib/*" "$home/benchmarks/eval-golden/CompareRuns.java" \
    "$work/shot$shots" "$golden/runs/shot$shots" $tasks || status=1
done
exit $status
