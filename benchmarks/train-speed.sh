#!/usr/bin/env bash
# How fast is a training step, beside PyTorch's? Trains networks of Pythia's shapes with neox-train
# and with transformers' GPTNeoX in Python, float32, and prints seconds per step of each: processor
# time, which other programs on the machine disturb little, and wall time.
# Both are differences between a longer and a shorter run, so that starting up does not count.
# Needs `make dist` and a Python with torch and transformers.
# Usage: PYTHON=/path/to/python benchmarks/train-speed.sh [14m] [70m]
set -euo pipefail
cd "$(dirname "$0")/.."
: "${PYTHON:?set PYTHON to an interpreter with torch and transformers}"
seq=512
micro_batch=4
vocab=50304

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for i in $(seq 20000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | dist/bin/neox-preprocess --input - --output-prefix "$work/data" \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null

# config HIDDEN LAYERS HEADS
config() {
  cat > "$work/config.yml" << END
num_layers: $2
hidden_size: $1
num_attention_heads: $3
seq_length: $seq
max_position_embeddings: $seq
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
make_vocab_size_divisible_by: $vocab
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
weight_decay: 0.1
gradient_clipping: 1.0
train_micro_batch_size_per_gpu: $micro_batch
lr_decay_iters: 1000
eval_interval: 1000
eval_iters: 0
log_interval: 1
split: 100,0,0
tokenizer_type: CharLevelTokenizer
data_path: $work/data_text_document
log_dir: $work/log
END
}

# Each takes STEPS THREADS HIDDEN LAYERS HEADS.
java_side() {
  config "$3" "$4" "$5"
  OMP_NUM_THREADS=$2 dist/bin/neox-train "$work/config.yml" --set train_iters="$1"
}
python_side() {
  OMP_NUM_THREADS=$2 "$PYTHON" benchmarks/train-speed/gpt_neox.py \
    "$1" "$3" "$4" "$5" $seq $micro_batch $vocab "$2"
}

# Runs a command; prints processor seconds (user and system) and wall seconds.
measure() {
  local TIMEFORMAT='%U %S %R'
  { time "$@" > "$work/out" 2> "$work/err"; } 2> "$work/time" || { cat "$work/err" >&2; exit 1; }
  awk '{print $1 + $2, $3}' "$work/time"
}

# per_step SIDE SHORT LONG THREADS HIDDEN LAYERS HEADS: processor and wall seconds of one step.
per_step() {
  local side=$1 short=$2 long=$3
  shift 3
  { measure "$side" "$short" "$@" && measure "$side" "$long" "$@"; } |
    awk -v n=$((long - short)) 'NR == 1 {cpu = $1; wall = $2}
      NR == 2 {printf "%.2f %.2f\n", ($1 - cpu) / n, ($2 - wall) / n}'
}

# compare NAME SHORT LONG HIDDEN LAYERS HEADS
compare() {
  local name=$1 short=$2 long=$3 threads java python
  shift 3
  for threads in 1 2; do
    java=$(per_step java_side "$short" "$long" "$threads" "$@")
    python=$(per_step python_side "$short" "$long" "$threads" "$@")
    echo "$name $threads $java $python" | awk '{
      printf "%-5s %7d %10.2f %10.2f %7.2f %10.2f %10.2f %7.2f\n",
        $1, $2, $3, $5, $3 / $5, $4, $6, $4 / $6}'
  done
}

[ $# -gt 0 ] || set -- 14m 70m
echo "seconds per step of $micro_batch x $seq tokens, vocabulary $vocab, float32"
printf '%-5s %7s %10s %10s %7s %10s %10s %7s\n' \
  model threads 'cpu: neox' python ratio 'wall: neox' python ratio
for model in "$@"; do
  case $model in
    14m) compare 14m 2 8 128 6 4 ;;
    70m) compare 70m 1 3 512 6 8 ;;
    *) echo "train-speed: no model $model; choose 14m or 70m" >&2; exit 2 ;;
  esac
done
