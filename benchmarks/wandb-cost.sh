#!/usr/bin/env bash
# What does sending a run to W&B cost its steps? Trains the same small network again and again, in
# turn without W&B, with it (a strict server on the loopback), with a server that takes 5 s for every
# answer, and with one that does not exist. Prints, for each way, the median over runs of seconds and
# of processor milliseconds per step, from the log line of step 11 to the last one, and how they
# compare with the run without W&B of the same round; checks that every step has arrived once.
# Times of steps differ by several percent from run to run, so that at last the telling itself is
# timed, and compared with a step.
# Needs `make dist`, and the classes of tests of shared/wandb (`make quick`).
# Usage: [DIST=dist] benchmarks/wandb-cost.sh [ROUNDS [STEPS]]
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$(cd "${DIST:-dist}" && pwd)
rounds=${1:-4} steps=${2:-110} warm=10
. packaging/find-jdk.sh
neox_find_jdk
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
work=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2> /dev/null; rm -rf "$work"' EXIT

for i in $(seq 2000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its use is $((i * 7919 % 1000)).\"}"
done | "$dist/bin/neox-preprocess" --input - --output-prefix "$work/data" \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
cat > "$work/c.yml" << END
num_layers: 4
hidden_size: 128
num_attention_heads: 4
seq_length: 128
max_position_embeddings: 128
pos_emb: rotary
no_weight_tying: true
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
train_micro_batch_size_per_gpu: 8
train_iters: $steps
lr_decay_iters: 1000
eval_interval: 100000
eval_iters: 0
log_interval: 1
split: 100,0,0
tokenizer_type: CharLevelTokenizer
data_path: $work/data_text_document
END

# serve [MILLISECONDS]: starts the tests' server; sets `address` and `key`.
serve() {
  local out=$work/server.$RANDOM
  "$neox_jdk/bin/java" -XX:TieredStopAtLevel=1 -cp "shared/wandb/target/test-classes:$dist/lib/*" \
    neox.wandb.fixture.WandbServer 0 "${1:-0}" > "$out" &
  servers+=($!)
  until grep -q KEY "$out" 2> /dev/null; do sleep 0.1; done
  address=$(sed -n 's/WANDB_BASE_URL=//p' "$out") key=$(sed -n 's/WANDB_API_KEY=//p' "$out")
}

serve; quick=$address
serve 5000; slow=$address

# train WAY ROUND: prints seconds and processor milliseconds per step.
train() {
  local on=true host=$quick pid line first=0 last=0 n=0
  case $1 in off) on=false ;; slow) host=$slow ;; dead) host=http://127.0.0.1:9 ;; esac
  mkdir -p "$work/$1.$2"
  WANDB_API_KEY=$key "$dist/bin/neox-train" "$work/c.yml" --set use_wandb=$on \
    --set wandb_host="$host" --set log_dir="$work/$1.$2" > "$work/$1.$2/out" 2> "$work/$1.$2/err" &
  pid=$!
  while ((n < steps)); do # the clock is read when a line has come
    sleep 0.02
    n=$(grep -c iteration "$work/$1.$2/out" || true)
    line="${EPOCHREALTIME/,/.} $(sed 's/.*) //' "/proc/$pid/stat" 2> /dev/null | awk '{print ($12 + $13) * 10}') $n"
    if ((n > warm)) && [ "$first" = 0 ]; then first=$line; fi
    [ "$(wc -w <<< "$line")" = 3 ] && last=$line
    kill -0 $pid 2> /dev/null || break
  done
  case $1 in slow | dead) kill -9 $pid 2> /dev/null ;; esac # instead of waiting for the end's 30 s
  if ! wait $pid && [ "$1" != slow ] && [ "$1" != dead ]; then cat "$work/$1.$2/err" >&2; exit 1; fi
  awk -v a="$first" -v b="$last" 'BEGIN {
    split(a, x, " "); split(b, y, " ")
    printf "%.5f %.2f\n", (y[1] - x[1]) / (y[3] - x[3]), (y[2] - x[2]) / (y[3] - x[3])}'
}

for round in $(seq "$rounds"); do
  for way in off on slow dead; do
    echo "$round $way $(train $way "$round")" | tee -a "$work/times" >&2
  done
done

awk '
  function median(list,   a, n, i, j, t) {
    n = split(list, a, " ")
    for (i = 2; i <= n; i++) for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) {
      t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
    }
    return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
  }
  {wall[$2] = wall[$2] " " $3; cpu[$2] = cpu[$2] " " $4; w[$1, $2] = $3; c[$1, $2] = $4; r = $1}
  END {
    n = split("off on slow dead", ways, " ")
    for (i = 1; i <= n; i++) {
      way = ways[i]; rw = rc = ""
      for (k = 1; k <= r; k++) {rw = rw " " w[k, way] / w[k, "off"]; rc = rc " " c[k, way] / c[k, "off"]}
      printf "%-5s %8.2f ms  %8.2f ms of processors per step   %+.1f %%  %+.1f %%\n", way,
        1000 * median(wall[way]), median(cpu[way]), 100 * (median(rw) - 1), 100 * (median(rc) - 1)
    }
  }' "$work/times" | tee "$work/table"
step=$(awk '$1 == "off" {print $4}' "$work/table")
mkdir "$work/sink"
"$neox_jdk/bin/java" --sun-misc-unsafe-memory-access=allow -cp "$dist/lib/*" \
  benchmarks/wandb/SinkCost.java "$work/sink" "$quick" "$key" \
  | awk -v ms="$step" '{
      printf "to tell of a step: %.0f µs of the thread that trains, %.0f µs of all threads:" \
        " %.2f %% and %.2f %% of the processor time of a step of %.0f ms\n", \
        $1, $2, $1 / ms / 10, $2 / ms / 10, ms}'
# The killed runs are sent by hand; nobody knows how they ended, and their last row is there.
WANDB_BASE_URL=$quick WANDB_API_KEY=$key "$dist/bin/neox-train" sync "$work/slow.1" "$work/dead.1"
