#!/usr/bin/env bash
# Bytes that each of 1, 2 and 4 data-parallel ranks holds between steps with ZeRO's stages 0 to 3,
# in fp32 and bfloat16 with Adam: weights, gradients and what the optimizer remembers, counted from
# libtorch's storages, beside what arXiv:1910.02054 says, and the most that was held within a step.
# Exits 1 when a rank holds more than 5 % more or less. Gradients are summed in fp32; in bfloat16
# stages 0 and 1 keep those of one micro-batch besides. The paper's 16 bytes are thus 16 here in
# fp32 (4 + 4 + 8), and 20 in bfloat16 (2 + 6 + 12). Ranks are threads of one process.
# Shape: 6 blocks of width 256, 50,304 tokens: 30 million parameters; 2 micro-batches of 64 tokens.
# Needs `make dist`, or NEOX_CLASSPATH. Usage: benchmarks/zero-memory.sh
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
classpath=${NEOX_CLASSPATH:-dist/lib/*}
mkdir "$work/classes"
cat > "$work/shape.yml" << YML
num_layers: 6
hidden_size: 256
num_attention_heads: 8
seq_length: 64
max_position_embeddings: 64
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
optimizer: {type: Adam, params: {lr: 0.001}}
train_micro_batch_size_per_gpu: 1
gradient_accumulation_steps: 2
train_iters: 1
zero_optimization: {reduce_bucket_size: 2000000}
tokenizer_type: CharLevelTokenizer
data_path: none
YML
"$neox_jdk/bin/javac" -proc:none -d "$work/classes" -cp "$classpath" benchmarks/zero/{Shape,ZeroBytes}.java
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/classes:$classpath" \
  neox.train.ZeroBytes "$work/shape.yml"
