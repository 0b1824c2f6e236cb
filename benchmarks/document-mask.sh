#!/usr/bin/env bash
# Time of training steps with and without the attention mask of documents (reset_attention_mask and
# reset_position_ids), in turn in one run, at Pythia-70M's width with a long context (2 x 2048
# tokens, float32), for documents of different lengths:
#   benchmarks/document-mask.sh [DIST]
# Prints the median step of each, and their ratio. Attention between documents is not computed, so
# the ratio falls with the length of the documents.
set -euo pipefail
dist=$(cd "${1:-$(dirname "$0")/../dist}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

grep -m1 'model name' /proc/cpuinfo || true
cat > c.yml << END
num_layers: 6
hidden_size: 512
num_attention_heads: 8
seq_length: 2048
max_position_embeddings: 2048
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
make_vocab_size_divisible_by: 512
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
train_micro_batch_size_per_gpu: 2
train_iters: 6
lr_decay_iters: 1000
eval_interval: 1000
eval_iters: 0
log_interval: 1
split: 100,0,0
tokenizer_type: CharLevelTokenizer
log_dir: log
END

# steps DATA MASK: the median of the steps after the first, in milliseconds
steps() {
  rm -rf log
  OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} "$dist/bin/neox-train" c.yml --set data_path="$1" \
    --set reset_attention_mask="$2" --set reset_position_ids="$2" > out 2> err || { cat err >&2; exit 1; }
  grep -o 'elapsed time per iteration (ms): [0-9.]*' out | tail -n +2 | grep -o '[0-9.]*$' |
    sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'
}

for length in 2047 511 127 31; do
  count=$((60000 / (length + 1)))
  text=$(head -c "$length" < /dev/zero | tr '\0' 'x')
  for _ in $(seq "$count"); do echo "{\"text\": \"$text\"}"; done |
    "$dist/bin/neox-preprocess" --input - --output-prefix "data$length" \
      --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
  for round in 1 2; do
    plain=$(steps "data${length}_text_document" false)
    masked=$(steps "data${length}_text_document" true)
    echo "documents of $((length + 1)) tokens, round $round: $plain ms without, $masked ms with" \
      "the mask, ratio $(awk -v a="$masked" -v b="$plain" 'BEGIN {printf "%.2f", a / b}')"
  done
done
