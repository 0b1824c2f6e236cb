#!/usr/bin/env bash
# On any machine with NVIDIA GPUs: does training there compute what it computes on a CPU, and how fast
# is it? Compares recorded runs of GPT-NeoX with ours on the device, then trains networks of Pythia's
# shapes in bfloat16 and prints tokens per second, the share of the card's peak that the model's own
# operations are (MFU; nothing that is computed twice counts), and the memory in use. With two GPUs
# or more, the groups of NCCL are tried as well.
# Needs `make dist` with the natives for GPUs (docs/install.md), nvidia-smi.
# Usage: benchmarks/gpu/run.sh [GOLDEN_DIR]
#   GOLDEN_DIR  recorded train/; without it nothing is compared
# In the environment:
#   MODELS  which shapes (default: "160M 410M 1.4B 6.9B")
#   STEPS   of each, of which the second half counts (default: 20)
#   BATCH   sequences of 2,048 tokens in a step (default: by the card's memory)
#   PEAK    of the card in bfloat16, TFLOP/s without sparsity (default: by the card's name)
#   DEVICE  default cuda; cpu tries this script without a GPU
set -euo pipefail
golden=
[ $# -eq 0 ] || golden=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
export DEVICE=${DEVICE:-cuda}
models=${MODELS:-160M 410M 1.4B 6.9B}
steps=${STEPS:-20}
seq=2048
vocab=50304
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

card=$DEVICE gib=0 gpus=0 peak=${PEAK:-0}
if [ "$DEVICE" != cpu ]; then
  command -v nvidia-smi > /dev/null || { echo "gpu/run: no nvidia-smi: is there an NVIDIA driver? DEVICE=cpu tries the script" >&2; exit 2; }
  card=$(nvidia-smi --query-gpu=name --format=csv,noheader | head -1)
  gpus=$(nvidia-smi --query-gpu=name --format=csv,noheader | wc -l)
  gib=$(nvidia-smi --query-gpu=memory.total --format=csv,noheader,nounits | head -1 | awk '{print int($1 / 1024)}')
fi
# Dense bfloat16 of the tensor cores, from the makers' data sheets.
if [ "$peak" = 0 ]; then
  case $card in
    *H100*PCIe*) peak=756 ;;
    *H100*NVL*) peak=835 ;;
    *H100* | *H200* | *GH200*) peak=989 ;;
    *B200*) peak=2250 ;;
    *A100* | *A800*) peak=312 ;;
    *L40S*) peak=362 ;;
    *L4*) peak=121 ;;
    *A10*) peak=125 ;;
    *4090*) peak=165 ;;
    *) [ "$DEVICE" = cpu ] || echo "gpu/run: no peak known of $card: set PEAK for MFU" >&2 ;;
  esac
fi
echo "$card, $gib GiB, $gpus on this host, peak $peak TFLOP/s; $(git rev-parse --short HEAD 2> /dev/null || echo 'no commit')"

if [ -n "$golden" ]; then
  echo "== recorded runs, replayed on $DEVICE"
  benchmarks/parity.sh "$golden" train/A_pythia train/B_gpt3 train/C_llama train/A_bf16 ||
    echo "gpu/run: a recorded run differs" >&2
fi

for i in $(seq 4000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | dist/bin/neox-preprocess --input - --output-prefix "$work/data" \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null

# train NAME RANKS SETTING…: leaves metrics in $work/log
train() {
  local name=$1 ranks=$2
  shift 2
  rm -rf "$work/log"
  dist/bin/neox-train "configs/pythia/$name.yml" --device "$DEVICE" --num-gpus "$ranks" \
    --set tokenizer_type=CharLevelTokenizer --set vocab_file=null --set make_vocab_size_divisible_by=$vocab \
    --set data_path="$work/data_text_document" --set split=100,0,0 --set log_dir="$work/log" \
    --set train_iters="$steps" --set lr_decay_iters="$steps" --set log_interval=1 \
    --set eval_interval=1000000 --set eval_iters=0 --set checkpoint_factor=1000000 --set extra_save_iters='[]' \
    --set zero_optimization.stage=0 --set gradient_accumulation_steps=1 "$@"
}

# sequences LAYERS HIDDEN: as many as the card's memory holds beside weights and optimizer state
sequences() {
  [ -z "${BATCH:-}" ] || { echo "$BATCH"; return; }
  [ "$DEVICE" != cpu ] || { echo 1; return; }
  awk -v l="$1" -v h="$2" -v s=$seq -v v=$vocab -v gib="$gib" 'BEGIN {
    parameters = 12 * l * h * h + 2 * v * h
    free = 0.85 * gib * 2 ^ 30 - 18 * parameters
    each = s * (34 * l * h + 8 * v)            # bytes: arXiv:2205.05198 with flash attention; logits
    n = int(free / each)
    print n < 1 ? 1 : (n > 32 ? 32 : n) }'
}

echo "== bfloat16, $seq tokens a sequence, $steps steps"
printf '%-6s %10s %12s %12s %8s %10s\n' model sequences tokens/s 'ms a step' MFU 'GiB in use'
for model in $models; do
  config=configs/pythia/$model.yml
  layers=$(awk '/^num_layers:/ {print $2}' "$config") hidden=$(awk '/^hidden_size:/ {print $2}' "$config")
  batch=$(sequences "$layers" "$hidden")
  recompute=false
  [ "$model" != 6.9B ] || recompute=true
  train "$model" 1 --set train_micro_batch_size_per_gpu="$batch" --set checkpoint_activations=$recompute \
    > "$work/out" 2> "$work/err" &
  run=$! used=0
  while kill -0 "$run" 2> /dev/null; do
    [ "$DEVICE" = cpu ] ||
      now=$(nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits | head -1) &&
      used=$(( ${now:-0} > used ? ${now:-0} : used ))
    sleep 0.5
  done
  wait "$run" || { tail -3 "$work/err" >&2; exit 1; }
  awk -F'[:,{}]' '/"runtime\/iteration_time"/ {for (i = 1; i <= NF; i++) if ($i ~ /iteration_time/) print $(i + 1)}' \
    "$work/log/metrics.jsonl" | tail -n $((steps / 2)) |
    awk -v name="$model" -v l="$layers" -v h="$hidden" -v s=$seq -v v=$vocab -v b="$batch" -v peak="$peak" -v used="$used" '
      {sum += $1; n++}
      END {
        if (n == 0) { print "gpu/run: no step was timed" > "/dev/stderr"; exit 1 }
        seconds = sum / n
        # 6 for each weight that multiplies; scores and values of a causal attention: half of 12 l h s
        flops = 6 * (12 * l * h * h + v * h) + 6 * l * h * s
        rate = b * s / seconds
        mfu = peak > 0 ? sprintf("%.1f %%", 100 * rate * flops / (peak * 1e12)) : "-"
        printf "%-6s %10d %12.0f %12.1f %8s %10.1f\n", name, b, rate, 1000 * seconds, mfu, used / 1024
      }'
done

if [ "$gpus" -ge 2 ]; then
  echo "== two GPUs: replicas, tensor-parallel ranks, stages"
  losses() { awk -F'"train/lm_loss":' 'NF > 1 {split($2, a, /[,}]/); last = a[1]} END {print last}' "$work/log/metrics.jsonl"; }
  train 14M 1 --set train_micro_batch_size_per_gpu=4 > /dev/null 2>&1 && one=$(losses)
  for setting in "data 2" "model_parallel_size 4" "pipe_parallel_size 4"; do
    set -- $setting
    parallel=()
    [ "$1" = data ] || parallel=(--set "$1=2")
    train 14M 2 --set train_micro_batch_size_per_gpu="$2" "${parallel[@]}" > "$work/out" 2> "$work/err" ||
      { tail -3 "$work/err" >&2; exit 1; }
    echo "$1: last loss $(losses), of one GPU $one"
  done
fi
