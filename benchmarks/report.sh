#!/usr/bin/env bash
# What does the report of a run of 2,000 steps weigh, how long does it take, and how does it look?
# Trains a tiny network with validation sets, tasks, sampled text, a stop and a restart on the way,
# makes its report (twice: the bytes must be equal), and has Chromium take pictures of it.
# Needs `make dist` and chromium. Usage: benchmarks/report.sh [FOLDER_FOR_PICTURES], with NEOX_BIN for
# the tools of another place.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tools=${NEOX_BIN:-$root/dist/bin}
pictures=$(realpath -m "${1:-pictures}")
export OMP_NUM_THREADS=1 # so small a network only waits for a second thread
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$pictures"

train() {
  "$tools/neox-train" "$root/configs/demo.yml" --set hidden_size=64 --set num_layers=2 \
    --set seq_length=64 --set max_position_embeddings=64 --set train_micro_batch_size_per_gpu=4 \
    --set train_iters=2000 --set eval_interval=200 --set checkpoint_factor=500 --set log_interval=1 \
    --set eval_tasks='[lambada_openai,sciq]' --set eval_task_data=demo/data/eval \
    --set eval_task_limit=40 --set peak_theoretical_tflops=0.1 --set skip_step_sigma_factor=8 \
    --set skip_step_rolling_interval_length=64 \
    --set validation_sets='{again: demo/data/sample_text_document}' \
    --set sample_prompts='["The fox lives in", "Rosa saw a"]' --set maximum_tokens=32 "$@"
}

cd "$work"
"$tools/neox-prepare" sample -d demo/data 2> /dev/null
records="--set save=small --set load=small --set log_dir=runs/small"
# shellcheck disable=SC2086 # options are words
{
  train $records --set exit_interval=1200 > /dev/null || [ $? -eq 75 ]
  train $records --iteration 1000 > /dev/null
}
train --set save=fast --set load=fast --set log_dir=runs/fast --set train_iters=600 \
  --set optimizer.params.lr=0.006 > /dev/null

time "$tools/neox-train" report runs/small -o report.html
"$tools/neox-train" report runs/small -o again.html 2> /dev/null
cmp report.html again.html && echo "the same bytes twice"
"$tools/neox-train" report runs/small runs/fast -o compared.html
bytes=$(wc -c < report.html)
[ "$bytes" -le 1000000 ] || { echo "report.html has $bytes bytes, more than 1 MB" >&2; exit 1; }

shoot() { # NAME WIDTH HEIGHT PAGE [FLAG…]
  local name=$1 width=$2 height=$3 page=$4
  shift 4
  timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync --hide-scrollbars \
    --user-data-dir="$work/profile" --window-size="$width,$height" "$@" "file://$work/$page" 2> "$name.log"
}
# No window is as narrow as a phone, so that a frame is.
echo '<!DOCTYPE html><body style="margin:0"><iframe src="report.html" style="border:0" width=390 height=1400></iframe>' > narrow.html
shoot light 1280 1500 report.html --screenshot="$pictures/report-light.png"
shoot dark 1280 1500 compared.html --screenshot="$pictures/report-dark.png" \
  --blink-settings=preferredColorScheme=0
shoot narrow 390 1400 narrow.html --screenshot="$pictures/report-narrow.png"
shoot print 1280 1500 report.html --print-to-pdf="$pictures/report.pdf" --no-pdf-header-footer
ls -l "$pictures"
