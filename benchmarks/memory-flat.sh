#!/usr/bin/env bash
# Is the memory of a training run flat? Trains 500 steps of a small network, with evaluation and
# checkpoints on the way, and prints the process's memory every 50 steps: resident (native and heap
# together; the heap's pages are touched at the start, so that growth is native) and live heap (after
# a collection). Fails when either grows by more than 5 % between step 50 and the end.
# Needs `make dist`. Usage: benchmarks/memory-flat.sh [extra options for neox-train]
set -euo pipefail
cd "$(dirname "$0")/.."
steps=500
interval=50
limit_percent=5

. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
train=
trap '[ -z "$train" ] || kill "$train" 2> /dev/null || true; rm -rf "$work"' EXIT

for i in $(seq 4000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | dist/bin/neox-preprocess --input - --output-prefix "$work/data" \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null

cat > "$work/config.yml" << EOF
num_layers: 4
hidden_size: 128
num_attention_heads: 4
seq_length: 128
max_position_embeddings: 128
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
gradient_clipping: 1.0
train_micro_batch_size_per_gpu: 4
gradient_accumulation_steps: 2
train_iters: $steps
lr_decay_iters: $steps
eval_interval: 100
eval_iters: 2
checkpoint_factor: 100
keep_last_n_checkpoints: 1
log_interval: $interval
split: 90,5,5
tokenizer_type: CharLevelTokenizer
data_path: $work/data_text_document
save: $work/checkpoints
tensorboard_dir: $work/tensorboard
EOF

NEOX_JAVA_OPTS='-Xms256m -Xmx256m -XX:+AlwaysPreTouch' \
  dist/bin/neox-train "$work/config.yml" "$@" > "$work/log" 2> "$work/err" &
train=$!

metrics=$work/checkpoints/metrics.jsonl
resident_mb() { awk -v what="$1" '$1 == what":" {printf "%.1f", $2 / 1024}' "/proc/$train/status"; }
heap_mb() {
  "$neox_jdk/bin/jcmd" "$train" GC.class_histogram | awk '$1 == "Total" {printf "%.1f", $3 / 1048576}'
}

printf '%6s %14s %14s %14s\n' step 'resident MB' 'peak MB' 'live heap MB'
first_resident= first_heap= resident=0 heap=0
for step in $(seq $interval $interval $((steps - interval))); do
  until grep -q "\"step\":$step," "$metrics" 2> /dev/null; do
    kill -0 "$train" 2> /dev/null || { cat "$work/err" >&2; exit 1; }
    sleep 0.05
  done
  heap=$(heap_mb)
  resident=$(resident_mb VmRSS)
  printf '%6d %14s %14s %14s\n' "$step" "$resident" "$(resident_mb VmHWM)" "$heap"
  : "${first_resident:=$resident}" "${first_heap:=$heap}"
done
wait "$train" || { cat "$work/err" >&2; exit 1; }
train=

awk -v r0="$first_resident" -v r1="$resident" -v h0="$first_heap" -v h1="$heap" -v l=$limit_percent '
  BEGIN {
    printf "growth from step 50 on: resident %+.1f MB (%+.1f %%), live heap %+.1f MB (%+.1f %%)\n",
      r1 - r0, 100 * (r1 / r0 - 1), h1 - h0, 100 * (h1 / h0 - 1)
    exit !(r1 <= r0 * (1 + l / 100) && h1 <= h0 * (1 + l / 100))
  }' || { echo "memory-flat: memory grows by more than $limit_percent %" >&2; exit 1; }
