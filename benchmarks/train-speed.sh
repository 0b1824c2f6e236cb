#!/usr/bin/env bash
# How fast is a training step, beside PyTorch's and beside what the machine can do? Trains networks of
# Pythia's shapes with neox-train and with transformers' GPTNeoX in Python, as it is and compiled
# (torch.compile), and prints for each: tokens a second (wall time), processor seconds of a step,
# which other programs on the machine disturb little, peak memory, its matrix products as a share of
# the GEMM peak that this run has measured for its own library, and neox's tokens a second over its.
# Times are differences between a longer and a shorter run, so that starting up does not count.
# Needs `make dist`, GNU time and a Python with torch and transformers.
# Usage: PYTHON=/path/to/python [SIDES='neox eager compile'] benchmarks/train-speed.sh [14m|70m|160m][-bf16] …
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
precision: $([ "$precision" = bf16 ] && echo bfloat16 || echo fp32)
END
}

# side SIDE STEPS THREADS HIDDEN LAYERS HEADS
side() {
  case $1 in
    neox)
      config "$4" "$5" "$6"
      OMP_NUM_THREADS=$3 dist/bin/neox-train "$work/config.yml" --set train_iters="$2"
      ;;
    *)
      OMP_NUM_THREADS=$3 "$PYTHON" benchmarks/train-speed/gpt_neox.py \
        "$2" "$4" "$5" "$6" $seq $micro_batch $vocab "$3" "$precision" "$1"
      ;;
  esac
}

# Runs a side; prints processor seconds (user and system), wall seconds, and MB of memory at most.
measure() {
  export -f side config
  export work seq micro_batch vocab precision
  /usr/bin/time -o "$work/time" -f '%U %S %e %M' bash -c 'side "$@"' side "$@" \
    > "$work/out" 2> "$work/err" || { [ "$1" != neox ] || cat "$work/err" >&2; exit 1; }
  tail -1 "$work/time" | awk '{print $1 + $2, $3, $4 / 1024}'
}

# compare NAME SHORT LONG HIDDEN LAYERS HEADS
compare() {
  local name=$1 short=$2 long=$3 threads each numbers roof neox=
  shift 3
  for threads in 1 2; do
    for each in ${SIDES:-neox eager compile}; do
      numbers=$({ measure "$each" "$short" "$threads" "$@" && measure "$each" "$long" "$threads" "$@"; } |
        awk -v n=$((long - short)) 'NR == 1 {cpu = $1; wall = $2}
          NR == 2 {print ($1 - cpu) / n, ($2 - wall) / n, $3}') || {
        [ "$each" != neox ] || exit 1
        printf '%-5s %-5s %7d %-8s does not run: %s\n' "$name" "$precision" "$threads" "$each" \
          "$(grep -m 1 -E '^[A-Za-z_.]+Error' "$work/err" | cut -c 1-120)"
        continue
      }
      roof=$(awk -v of="$([ "$each" = neox ] && echo neox || echo PyTorch)" -v t="$threads" \
        -v column="$([ "$precision" = fp32 ] && echo 3 || echo 4)" \
        '$1 == of && $2 == t {print $column}' "$work/roofs")
      [ "$each" != neox ] || neox=$numbers
      # Matrix products of a step, counted strictly: no embedding, causal attention at half.
      echo "$numbers ${neox:-0 0 0} $roof" | awk -v name="$name" -v type="$precision" -v t="$threads" \
        -v side="$each" -v tokens=$((seq * micro_batch)) -v h="$1" -v l="$2" -v v=$vocab -v s=$seq '{
        operations = 3 * tokens * (24 * l * h * h + 2 * v * h + 2 * l * s * h)
        printf "%-5s %-5s %7d %-8s %9.0f %9.2f %8.0f %7.0f %% %8.2f\n", name, type, t, side,
          tokens / $2, $1, $3, 100 * operations / $2 / 1e9 / $7, ($5 > 0 ? $2 / $5 : 0)}'
    done
  done
}

[ $# -gt 0 ] || set -- 14m 70m 160m
# A library that is told to take an older processor for this one shows nothing.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
git rev-parse --short HEAD 2> /dev/null | sed 's/^/commit /' || true
benchmarks/roofs.sh | tee "$work/roofs"
echo "steps of $micro_batch x $seq tokens, vocabulary $vocab"
printf '%-5s %-5s %7s %-8s %9s %9s %8s %9s %8s\n' \
  model type threads side 'tokens/s' 'cpu s' 'peak MB' 'of roof' 'neox x'
for model in "$@"; do
  precision=fp32
  case $model in *-bf16) precision=bf16 ;; esac
  case ${model%-bf16} in
    14m) compare 14m 2 8 128 6 4 ;;
    70m) compare 70m 1 4 512 6 8 ;;
    160m) compare 160m 1 3 768 12 12 ;;
    *) echo "train-speed: no model $model; choose 14m, 70m or 160m, with or without -bf16" >&2; exit 2 ;;
  esac
done
