#!/bin/sh
# Compares neox-eval with recorded runs of lm-evaluation-harness 0.4.13 on the same model and data:
#   benchmarks/eval-golden.sh GOLDEN_DIR
# GOLDEN_DIR holds model/ (a Hugging Face directory), data/TASK/SPLIT.jsonl, and runs/shot0 and
# runs/shot3 with results.json and samples_TASK.jsonl. What those runs have not (groups, gsm8k,
# squadv2, other tasks with examples) is recorded in the tests of shared/evaluation. Needs
# `make dist`; exits 1 on any mismatch.
set -eu
if [ $# -ne 1 ] || [ ! -d "$1/runs/shot0" ]; then
  echo "usage: $0 GOLDEN_DIR (with model/, data/ and runs/shot0)" >&2
  exit 2
fi
golden=$(cd "$1" && pwd)
home=$(cd "$(dirname "$0")/.." && pwd)
. "$home/packaging/find-jdk.sh"
neox_find_jdk
java=$neox_jdk/bin/java
recorded=$home/shared/evaluation/src/test/resources/golden/eval
compare=$home/benchmarks/eval-golden/CompareRuns.java
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A task's data are below its name; some data sets are of several tasks.
mkdir "$work/data"
ln -s "$golden"/data/* "$work/data"
for pair in anli_r1:anli anli_r2:anli anli_r3:anli headqa_en:headqa \
  truthfulqa_mc1:truthfulqa truthfulqa_mc2:truthfulqa; do
  ln -s "$golden/data/${pair#*:}" "$work/data/${pair%:*}"
done

status=0
run() { # NAME RECORDED_RUN [OPTION…]
  name=$1
  against=$2
  shift 2
  echo "$name:"
  tasks=$("$java" -cp "$home/dist/lib/*" "$compare" tasks "$against")
  "$home/dist/bin/neox-eval" -q --model "$golden/model" --data "$work/data" --offline \
    --tasks "$tasks" --output-path "$work/$name" --log-samples "$@" >"$work/$name.txt"
  "$java" -cp "$home/dist/lib/*" "$compare" runs "$work/$name" "$against" || status=1
}

run shot0 "$golden/runs/shot0"
run shot3 "$golden/runs/shot3" --num-fewshot 3 --gen_kwargs max_gen_toks=32
run extra0 "$recorded/extra0"
run extra3 "$recorded/extra3" --num-fewshot 3 --gen_kwargs max_gen_toks=32
exit $status
