#!/usr/bin/env bash
# Does the real TensorBoard read what a run writes: names, steps, values, histograms, texts, the
# table of hyperparameters, and a run that went back to a checkpoint?
#
#   benchmarks/tensorboard.sh PYTHON      a Python with tensorboard; needs `make dist`
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:?usage: benchmarks/tensorboard.sh PYTHON}
PATH=$PWD/dist/bin:$PATH
reader=$PWD/benchmarks/tensorboard/read.py
config=$PWD/configs/demo.yml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

neox-prepare sample -q -d demo/data
train() {
  neox-train -q "$config" --set lr_decay_iters=20 \
    --set checkpoint_factor=8 --set keep_last_n_checkpoints=null --set eval_interval=10 \
    --set eval_iters=1 --set log_interval=5 --set save=run --set load=run --set log_dir=run \
    --set tensorboard_dir=events --set log_grad_norm=true --set log_grad_pct_zeros=true \
    --set log_param_norm=true --set log_optimizer_states=true --set histogram_interval=10 "$@"
}
train --set train_iters=12
train --set train_iters=20 --iteration 8
"$python" "$reader" events run/metrics.jsonl
