#!/usr/bin/env bash
# What it costs to start a tool: processor time of `--help`, beside the same runtime when it prints
# its version, and processor and wall time of a run of one step of the demo's network, on one rank and
# on two. The smallest of five runs each. Decisions 0006 and 0046 say what it is made of.
# Needs `make dist`. Usage: [DIST=dist] benchmarks/start.sh
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$(cd "${DIST:-dist}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "CPU-SECONDS WALL-SECONDS" (user + system) of one command, each the smallest of five runs.
seconds() {
  local TIMEFORMAT='%U %S %R'
  for _ in 1 2 3 4 5; do
    { time "$@" > "$work/printed" 2>&1; } 2>&1 || { cat "$work/printed" >&2; exit 1; }
  done | awk '
    NR == 1 || $1 + $2 < cpu {cpu = $1 + $2}
    NR == 1 || $3 < wall {wall = $3}
    END {print cpu, wall}'
}
cpu_seconds() { seconds "$@" | cut -d' ' -f1; }

echo "java --version: $(cpu_seconds "$dist/lib/runtime/bin/java" -XX:+UseSerialGC --version) s of CPU"
for name in prepare preprocess train generate eval convert-hf upload; do
  echo "neox-$name --help: $(cpu_seconds "$dist/bin/neox-$name" --help) s of CPU"
done

"$dist/bin/neox-prepare" sample -q -d "$work" --megabytes 1
one_step() { # options
  rm -rf "$work/run"
  "$dist/bin/neox-train" -q "$@" configs/demo.yml --set train_iters=1 --set eval_iters=0 \
    --set "vocab_file=$work/tokenizer.json" --set "data_path=$work/sample_text_document" \
    --set "save=$work/run" --set load= --set "log_dir=$work/run" --set tensorboard_dir= --set 'sample_prompts=[]'
}
export OMP_NUM_THREADS=1
for ranks in 1 2; do
  read -r cpu wall <<< "$(seconds one_step --num-gpus "$ranks")"
  echo "neox-train, one step of the demo's network and its checkpoint, ranks: $ranks: $cpu s of CPU, $wall s"
done
