#!/usr/bin/env bash
# Processor time of training steps with and without the attention mask of documents
# (reset_attention_mask and reset_position_ids), in turn in one run, for documents of different
# lengths: 4 layers, hidden size 256, 4 heads, one sample of 2048 tokens a step, float32.
#   benchmarks/document-mask.sh [DIST [STEPS]]
# Prints seconds of processor time for each, and their ratio: the difference between a run of STEPS
# steps (5) and one of a single step, so that starting up does not count. Attention between documents
# is not computed, so the ratio falls with the length of the documents.
set -euo pipefail
dist=$(cd "${1:-$(dirname "$0")/../dist}" && pwd)
steps=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

grep -m1 'model name' /proc/cpuinfo || true
cat > c.yml << END
num_layers: 4
hidden_size: 256
num_attention_heads: 4
seq_length: 2048
max_position_embeddings: 2048
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
make_vocab_size_divisible_by: 512
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
train_micro_batch_size_per_gpu: 1
lr_decay_iters: 1000
eval_interval: 1000
eval_iters: 0
log_interval: 1
split: 100,0,0
tokenizer_type: CharLevelTokenizer
END

# seconds DATA MASK STEPS: processor time of a whole run
seconds() {
  local TIMEFORMAT='%U %S'
  { time "$dist/bin/neox-train" c.yml --set data_path="$1" --set train_iters="$3" \
    --set reset_attention_mask="$2" --set reset_position_ids="$2" > out 2> err; } 2> time ||
    { cat err >&2; exit 1; }
  awk '{print $1 + $2}' time
}

# step DATA MASK: processor time of one step
step() {
  local one many
  one=$(seconds "$1" "$2" 1)
  many=$(seconds "$1" "$2" "$steps")
  awk -v a="$one" -v b="$many" -v n="$steps" 'BEGIN {printf "%.3f", (b - a) / (n - 1)}'
}

for length in 2047 511 127 31; do
  count=$((60000 / (length + 1)))
  text=$(head -c "$length" < /dev/zero | tr '\0' 'x')
  for _ in $(seq "$count"); do echo "{\"text\": \"$text\"}"; done |
    "$dist/bin/neox-preprocess" --input - --output-prefix "data$length" \
      --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
  plain=$(step "data${length}_text_document" false)
  masked=$(step "data${length}_text_document" true)
  echo "documents of $((length + 1)) tokens: $plain s without, $masked s with the mask, ratio" \
    "$(awk -v a="$masked" -v b="$plain" 'BEGIN {printf "%.2f", a / b}')"
done
