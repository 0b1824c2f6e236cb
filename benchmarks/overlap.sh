#!/usr/bin/env bash
# How much of a step two data-parallel processes wait for each other (Gloo over loopback), with
# ZeRO's stages 0 to 3, without and with overlap_comm: prints for each the step, the time in which
# the computing thread waits, its share of the step, and the bytes sent. Exits 1 when with
# overlap_comm and stage 0 or 1 more than 15 % of the step is exposed.
# Shape: Pythia-70m (6 blocks of width 512, 50,304 tokens), fp32, 4 micro-batches of ROWS rows of
# 512 tokens, buckets of 5 million numbers. One thread a process: needs two idle cores.
# Needs `make dist`, or NEOX_CLASSPATH.
# Usage: benchmarks/overlap.sh [STEPS [ROWS [STAGE…]]]   (3 steps of 2 rows, stages 0 1 2 3)
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
other=
trap '[ -z "$other" ] || kill "$other" 2> /dev/null || true; rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
classpath=${NEOX_CLASSPATH:-dist/lib/*}
mkdir "$work/classes"
cat > "$work/shape.yml" << YML
num_layers: 6
hidden_size: 512
num_attention_heads: 8
seq_length: 512
max_position_embeddings: 512
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
optimizer: {type: Adam, params: {lr: 0.001}}
gradient_clipping: 1.0
train_micro_batch_size_per_gpu: ${2:-2}
gradient_accumulation_steps: 4
train_iters: 1
zero_optimization: {reduce_bucket_size: 5000000}
tokenizer_type: CharLevelTokenizer
data_path: none
YML
"$neox_jdk/bin/javac" -proc:none -d "$work/classes" -cp "$classpath" \
  benchmarks/zero/{Shape,ExposedCommunication}.java
run() {
  RANK=$1 WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=${PORT:-29631} "$neox_jdk/bin/java" \
    --enable-native-access=ALL-UNNAMED -cp "$work/classes:$classpath" \
    neox.train.ExposedCommunication "$work/shape.yml" "$2" "$stages"
}
stages=${*:3}
stages=${stages:-0 1 2 3}
run 1 "${1:-3}" > "$work/other" 2>&1 &
other=$!
run 0 "${1:-3}" 2> "$work/errors" | tee "$work/table" || { cat "$work/errors" "$work/other" >&2; exit 1; }
wait "$other"
other=
awk -F'|' '$3 ~ /true/ && $2 < 2 && $6 + 0 > 15 { bad = 1 } END { exit bad }' "$work/table"
