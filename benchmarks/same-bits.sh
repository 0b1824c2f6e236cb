#!/usr/bin/env bash
# Trains the same runs with two builds of neox-train and compares them bit by bit: every loss, rate
# and gradient norm, and every file of weights and optimizer state. For refactorings that must change
# nothing.
#
#   benchmarks/same-bits.sh OLD_DIST NEW_DIST GOLDEN_DIR
#
# OLD_DIST, NEW_DIST: directories that `make dist` has made. GOLDEN_DIR: recorded runs of GPT-NeoX,
# with train/A_pythia, train/B_gpt3 and train/_data. Fp32, one thread, 50 steps each; the demo's run
# is stopped by SIGTERM on the way and continued.
set -euo pipefail

old=$1 new=$2 golden=$(cd "$3" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1

# name, dist, arguments: one run in a directory of its own
run() {
  local name=$1 dist=$2
  shift 2
  "$dist/bin/neox-train" "$@" --set "save=$work/$name/save" --set "log_dir=$work/$name/log" \
    --set "tensorboard_dir=$work/$name/tb" > "$work/$name.out" 2> "$work/$name.err"
}

demo() {
  local name=$1 dist=$2
  run "$name" "$dist" "$here/configs/demo.yml" --set "vocab_file=$work/data/tokenizer.json" \
    --set "data_path=$work/data/sample_text_document" --set "load=$work/$name/save" \
    --set pipe_parallel_size=1 --set train_iters=50 --set eval_interval=20 --set checkpoint_factor=20
}

demo_interrupted() {
  local name=$1 dist=$2 pid code=0
  demo "$name" "$dist" &
  pid=$!
  for _ in $(seq 600); do
    if grep -q 'iteration  *10/' "$work/$name.out" 2> /dev/null; then break; fi
    sleep 0.05
  done
  pkill -TERM -f "save=$work/$name/save" || true
  wait "$pid" || code=$?
  stopped=$(sed 's/global_step//' "$work/$name/save/latest")
  echo "  $name: asked to stop, exit code $code after step $stopped"
  demo "$name" "$dist"
}

recorded() {
  local name=$1 dist=$2 run=$3
  run "$name" "$dist" "$golden/train/$run/config.yml" \
    --set "data_path=$work/corpus/corpus1_text_document" \
    --set "load=$golden/train/$run/checkpoints/global_step0" --set finetune=true \
    --set train_iters=50 --set lr_decay_iters=50
}

# what was computed, without the times that it took
values() { grep -oE '"(step|train/[a-z_]*|validation/[a-z_]*|test/[a-z_]*|gradient_norms/[^"]*)":[^,}]*' "$1/log/metrics.jsonl"; }

# `args` in the rank's file may name more than an older build did; weights and optimizer decide
# of the checkpoints that both runs have: one more was saved when a run was asked to stop. Of the
# optimizer's file without its header, in which a newer build may say more.
sums() {
  (
    cd "$1/save"
    find . -name 'layer_*' | grep -v "global_step$stopped/" | sort | xargs sha256sum
    for file in $(find . -name 'neox_optimizer*' | grep -v "global_step$stopped/" | sort); do
      header=$(od -An -tu8 -N8 "$file")
      echo "$(tail -c +$((header + 9)) "$file" | sha256sum) $file"
    done
  )
}

compare() {
  local name=$1
  if cmp -s <(values "$work/old-$name") <(values "$work/new-$name") &&
    cmp -s <(sums "$work/old-$name") <(sums "$work/new-$name"); then
    echo "$name: same bits ($(values "$work/new-$name" | wc -l) numbers, $(sums "$work/new-$name" | wc -l) files)"
  else
    echo "$name: DIFFERENT"
    diff <(values "$work/old-$name") <(values "$work/new-$name") | cut -c 1-120 | head -n 4 || true
    diff <(sums "$work/old-$name") <(sums "$work/new-$name") | cut -c 1-120 | head -n 4 || true
    failed=1
  fi
}

failed=0 stopped=none
"$old/bin/neox-prepare" sample -d "$work/data" > /dev/null 2>&1
mkdir -p "$work/corpus"
cp "$golden"/train/_data/corpus1_text_document.{bin,idx} "$work/corpus/"
for run in A_pythia B_gpt3; do
  recorded "old-$run" "$old" "$run"
  recorded "new-$run" "$new" "$run"
  compare "$run"
done
demo old-demo "$old"
demo new-demo "$new"
compare demo
cp -r "$work/old-demo" "$work/old-demo-interrupted"
demo_interrupted new-demo-interrupted "$new"
compare demo-interrupted
exit $failed
