#!/usr/bin/env bash
# What recomputation saves and costs: trains the same few steps with everything kept, with parts of
# the blocks recomputed and with whole blocks recomputed, each in a process of its own, and prints
# peak resident memory, seconds per step and the last loss. Exits 1 when a loss differs in any bit,
# or when recomputing does not need less memory than keeping everything.
# Shape: 8 blocks of width 256 with 8 heads, 4 rows of 256 tokens, fp32, dropout 0.1; one thread.
# Needs `make dist`. Usage: benchmarks/recompute-memory.sh [extra options for neox-train]
set -euo pipefail
cd "$(dirname "$0")/.."
steps=2

export OMP_NUM_THREADS=1
work=$(mktemp -d)
train=
trap '[ -z "$train" ] || kill "$train" 2> /dev/null || true; rm -rf "$work"' EXIT

for i in $(seq 2000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | dist/bin/neox-preprocess --input - --output-prefix "$work/data" \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null

cat > "$work/config.yml" << EOF
num_layers: 8
hidden_size: 256
num_attention_heads: 8
seq_length: 256
max_position_embeddings: 256
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
hidden_dropout: 0.1
attention_dropout: 0.1
optimizer: {type: Adam, params: {lr: 0.001}}
train_micro_batch_size_per_gpu: 4
train_iters: $steps
eval_iters: 0
log_interval: 1
split: 90,5,5
tokenizer_type: CharLevelTokenizer
data_path: $work/data_text_document
EOF

# Prints the peak memory in MB; the metrics are in the directory of that name.
run() {
  local name=$1 peak=0 now
  shift
  NEOX_JAVA_OPTS='-Xms256m -Xmx256m -XX:+AlwaysPreTouch' dist/bin/neox-train "$work/config.yml" \
    --set log_dir="$work/$name" "$@" > "$work/log" 2> "$work/err" &
  train=$!
  while now=$(awk '$1 == "VmHWM:" {printf "%d", $2 / 1024}' "/proc/$train/status" 2> /dev/null) \
    && [ -n "$now" ]; do
    peak=$now
    sleep 0.05
  done
  wait "$train" || { cat "$work/err" >&2; exit 1; }
  train=
  echo "$peak"
}

value() { grep -o "\"$2\":[^,}]*" "$work/$1/metrics.jsonl" | tail -1 | cut -d: -f2; }

failed=0 most= expected=
row() {
  local name=$1 peak loss
  shift
  peak=$(run "$name" "$@" ${extra[@]+"${extra[@]}"})
  loss=$(value "$name" train/lm_loss)
  printf '%-16s %10d %10.2f   %s\n' "$name" "$peak" "$(value "$name" runtime/iteration_time)" "$loss"
  : "${expected:=$loss}"
  [ "$loss" = "$expected" ] || { echo "the loss differs: $expected" >&2; failed=1; }
  : "${most:=$peak}"
  [ "$name" = nothing ] || [ "$peak" -lt "$most" ] || { echo "no memory is saved" >&2; failed=1; }
}

extra=("$@")
printf '%-16s %10s %10s   %s\n' recomputed 'peak MB' 's/step' 'last loss'
row nothing
row core_attn --set recompute_granularity=selective --set 'recompute_modules=[core_attn]'
row core_attn,mlp --set recompute_granularity=selective --set 'recompute_modules=[core_attn, mlp]'
row blocks --set checkpoint_activations=true
exit $failed
