#!/usr/bin/env bash
# Time and peak memory of training steps at Pythia-70M's shape (4 x 512 tokens, float32), of two
# builds in turn in one run:
#   benchmarks/step-against.sh OLD_DIST NEW_DIST
# Prints peak resident memory, processor seconds of the whole process and milliseconds of each step.
set -euo pipefail
old=$(cd "$1" && pwd) new=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

for i in $(seq 20000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | "$new/bin/neox-preprocess" --input - --output-prefix data \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
cat > c.yml << END
num_layers: 6
hidden_size: 512
num_attention_heads: 8
seq_length: 512
max_position_embeddings: 512
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
make_vocab_size_divisible_by: 50304
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
weight_decay: 0.1
gradient_clipping: 1.0
train_micro_batch_size_per_gpu: 4
train_iters: 5
lr_decay_iters: 1000
eval_interval: 1000
eval_iters: 0
log_interval: 1
split: 100,0,0
tokenizer_type: CharLevelTokenizer
data_path: data_text_document
log_dir: log
END

for threads in 1 2; do
  for build in "$old" "$new" "$old" "$new"; do
    rm -rf log
    OMP_NUM_THREADS=$threads /usr/bin/time -f '%M %U %S' "$build/bin/neox-train" c.yml > out 2> err
    read -r kilobytes user system <<< "$(tail -n 1 err)"
    steps=$(grep -o 'elapsed time per iteration (ms): [0-9.]*' out | tail -n +2 | grep -o '[0-9.]*$' | xargs)
    echo "$threads threads, $([ "$build" = "$old" ] && echo old || echo new): $((kilobytes / 1000)) MB," \
      "$user s user, $system s system, ms/step $steps"
  done
done
