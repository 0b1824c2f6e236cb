#!/usr/bin/env bash
# How much longer is a step that saves than one that does not, with and without async_save? Trains a
# network of Pythia-160M's shape in float32 and prints medians of seconds from one log line to the
# next: of steps with no save near them ("plain"), of those that begin with a save ("saving") and of
# those after these ("next"), in which the disk may still be busy. Of the processor time of all threads,
# that of the steps' own is told apart from the writing one's, which costs no wall time on a machine
# with a core to spare, and which other programs on the machine disturb little.
# Needs `make dist`, 6 GB of memory and 4 GB of disk.
# Usage: [DIST=dist] benchmarks/async-save.sh [SAVES [TOKENS_PER_STEP]]
set -euo pipefail
cd "$(dirname "$0")/.."
dist=${DIST:-dist}
saves=${1:-6} tokens=${2:-2048}
seq=512 every=${EVERY:-4}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for i in $(seq 20000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | "$dist/bin/neox-preprocess" --input - --output-prefix "$work/data" \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
cat > "$work/c.yml" << END
num_layers: 12
hidden_size: 768
num_attention_heads: 12
seq_length: $seq
max_position_embeddings: $seq
pos_emb: rotary
rotary_pct: 0.25
gpt_j_residual: true
no_weight_tying: true
make_vocab_size_divisible_by: 50304
optimizer: {type: Adam, params: {lr: 0.0006, betas: [0.9, 0.95], eps: 1.0e-8}}
weight_decay: 0.1
gradient_clipping: 1.0
train_micro_batch_size_per_gpu: 1
gradient_accumulation_steps: $((tokens / seq))
train_iters: $((every * (saves + 1)))
lr_decay_iters: 1000
eval_interval: 1000
eval_iters: 0
log_interval: 1
split: 100,0,0
tokenizer_type: CharLevelTokenizer
data_path: $work/data_text_document
save: $work/run
checkpoint_factor: $every
keep_last_n_checkpoints: 1
END

# ticks FILE…: processor time of processes or threads in milliseconds.
ticks() {
  cat "$@" 2> /dev/null | sed 's/.*) //' | awk '{sum += $12 + $13} END {print sum * 10}'
}

# Writes a line "wall-seconds, processor milliseconds of all threads, of all but the writing one" for
# each log line of the run.
clock() {
  local pid=$1 line wall
  while IFS= read -r line; do
    if [[ $line == *iteration* ]]; then
      wall=${EPOCHREALTIME/,/.}
      echo "$wall $(ticks "/proc/$pid/stat")" \
        "$(ticks $(grep -Lx checkpoint-writ /proc/"$pid"/task/*/comm | sed 's/comm$/stat/'))"
    fi
  done
}

# medians ASYNC COLUMN NAME: of the differences between the lines of times. The difference after line
# N holds the save of step N and step N + 1. The first steps warm up, and after the last save the run
# waits for its end.
medians() {
  awk -v every=$every -v async="$1" -v column="$2" -v name="$3" '
    function median(list,   a, n, i, j, t) {
      n = split(list, a, " ")
      for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) {
        t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
      }
      return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
    }
    { now = $column / (column > 1 ? 1000 : 1) }
    NR > every { kind = (NR - 1) % every; took = now - before
      if (kind == 0) saving = saving " " took
      else if (kind == 1) after = after " " took
      else plain = plain " " took }
    { before = now }
    END { p = median(plain); s = median(saving); x = median(after)
      printf "%-11s %-10s %8.2f %8.2f %8.2f %9.1f %9.1f\n",
        async, name, p, s, x, (s / p - 1) * 100, (x / p - 1) * 100 }
  ' "$work/times"
}

echo "$tokens tokens per step, $saves saves, medians of seconds"
printf '%-11s %-10s %8s %8s %8s %9s %9s\n' async_save '' plain saving next 'saving +%' 'next +%'
mkfifo "$work/log"
for async in false true; do
  rm -rf "$work/run"
  "$dist/bin/neox-train" "$work/c.yml" --set async_save=$async > "$work/log" 2> "$work/err" &
  clock $! < "$work/log" > "$work/times"
  wait $! || { cat "$work/err" >&2; exit 1; }
  medians $async 1 wall
  medians $async 2 processor
  medians $async 3 'of steps'
done
