#!/usr/bin/env bash
# Does a run that is killed again and again end in the bytes of one that nobody disturbed? For each
# line of kills/configurations.tsv, trains a tiny network undisturbed, then the same with kill -9 and
# SIGTERM at random moments, half of each, starting again with the same command after each, until as
# many kills as asked for have hit. Each run that comes to its end is compared: all files of the
# checkpoints that both have, and all recorded numbers but the speed.
# Needs `make dist`.
# Usage: [DIST=dist] [SEED=1] benchmarks/kills.sh [KILLS [NAME…]]
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
dist=$(cd "${DIST:-dist}" && pwd)
kills=${1:-100}
shift || true
RANDOM=${SEED:-1}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

work=$(mktemp -d)
pids=() more=()
trap '[ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"

# corpus NAME WORDS
corpus() {
  for i in $(seq 2000); do
    echo "{\"text\": \"Line $i $2, for its only use is $((i * 7919 % 1000)).\"}"
  done | "$dist/bin/neox-preprocess" --input - --output-prefix "$1" \
    --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
}
corpus data 'of a text that no one needs to read'
corpus other 'in which something else is said'

# Texts with a vocabulary, for those whose middles are moved.
words() {
  for i in $(seq 2000); do
    echo "{\"text\": \"Line $i of a text with a middle, whose number is $((i * 7919 % 1000)).\"}"
  done > words.jsonl
  "$dist/bin/neox-preprocess" train-tokenizer --input words.jsonl --vocab-size 300 \
    --output words.json > /dev/null 2>&1
  "$dist/bin/neox-preprocess" --input words.jsonl --output-prefix words --append-eod \
    --tokenizer-type HFTokenizer --vocab-file words.json 2> /dev/null
}
words

# Pairs of answers, and answers that are liked or not.
cp -r "$here/neox-train/src/test/resources/golden/post-training/data" preferences

# base NAME: the configuration, without what a line of the table adds.
base() {
  cat << END
num_layers: 2
hidden_size: 64
num_attention_heads: 4
seq_length: 64
max_position_embeddings: 64
pos_emb: rotary
no_weight_tying: true
optimizer: {type: Adam, params: {lr: 0.01, betas: [0.9, 0.95], eps: 1.0e-8}}
weight_decay: 0.1
gradient_clipping: 1.0
lr_decay_style: cosine
warmup: 0.1
min_lr: 0.001
train_micro_batch_size_per_gpu: 2
gradient_accumulation_steps: 2
train_iters: 60
lr_decay_iters: 60
eval_interval: 15
eval_iters: 4
log_interval: 1
checkpoint_factor: 7
extra_save_iters: [0, 20]
split: 90,5,5
tokenizer_type: CharLevelTokenizer
data_path: data_text_document
save: run
load: run
END
}

# The model that adapters and preferences begin with.
base > base.yml
"$dist/bin/neox-train" base.yml --set save=base --set load=null --set train_iters=2 \
  --set checkpoint_factor=2 --set extra_save_iters=[] > out 2> err || { cat err >&2; exit 1; }

# start RANKS: starts the command on all ranks; their process ids are in pids.
start() {
  local port=$((20000 + RANDOM % 20000)) rank
  pids=()
  : > out
  if [ "$1" -eq 1 ]; then
    "$dist/bin/neox-train" base.yml "${more[@]}" > out 2>> err &
    pids+=($!)
    return
  fi
  for rank in $(seq 0 $(($1 - 1))); do
    RANK=$rank WORLD_SIZE=$1 MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      "$dist/bin/neox-train" base.yml "${more[@]}" >> out 2>> err &
    pids+=($!)
  done
}

# finish: waits for all ranks; prints the exit code of the first.
finish() {
  local code=0 first=-1 pid
  for pid in "${pids[@]}"; do
    code=0
    wait "$pid" 2> /dev/null || code=$?
    [ $first -ge 0 ] || first=$code
  done
  pids=()
  result=$first
}

running() {
  kill -0 "${pids[0]}" 2> /dev/null
}

# A random number of seconds below $1 milliseconds.
pause() {
  local ms=$(((RANDOM * 32768 + RANDOM) % ($1 + 1)))
  sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
}

numbers() {
  sed -n '/"step"/p' "$1" | sed -E 's#,"(runtime|timers|memory)/[^,}]*##g; /^\{"step":[0-9]+\}$/d'
}

# compare NAME: the ended run beside the undisturbed one.
compare() {
  local step
  for step in whole/global_step*; do
    step=${step#whole/}
    [ ! -d "run/$step" ] || diff -r "whole/$step" "run/$step" > /dev/null ||
      { echo "$1: $step differs" >&2; exit 1; }
  done
  cmp <(numbers whole/metrics.jsonl) <(numbers run/metrics.jsonl) > /dev/null ||
    { echo "$1: recorded numbers differ" >&2; exit 1; }
  ls run/global_step60 > /dev/null
  [ -z "$(find run -name '.*')" ] || { echo "$1: leftovers: $(find run -name '.*')" >&2; exit 1; }
}

# disturb NAME RANKS KILLS
disturb() {
  local name=$1 ranks=$2 wanted=$3 signal hit=0 killed=0 stopped=0 ended=0 begun
  base > base.yml
  rm -rf run whole
  : > err
  start "$ranks"
  while ! grep -q iteration out && running; do sleep 0.02; done
  begun=${EPOCHREALTIME/[.,]/}
  finish
  [ "$result" -eq 0 ] || { cat err >&2; echo "$name: undisturbed: exit code $result" >&2; exit 1; }
  local span=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000))
  mv run whole
  while :; do
    : > err
    start "$ranks"
    if [ $hit -lt "$wanted" ]; then
      if [ $((RANDOM % 4)) -eq 0 ]; then
        pause 1500 # a moment of the start
      else
        while ! grep -q 'iteration\|results' out && running; do sleep 0.02; done
        pause "$span"
      fi
      signal=$([ $((RANDOM % 2)) -eq 0 ] && echo KILL || echo TERM)
      running || signal=none
      case $signal in
        KILL) kill -9 "${pids[@]}" 2> /dev/null || true ;;
        TERM) kill -TERM "${pids[@]}" 2> /dev/null || true ;;
      esac
    fi
    finish
    case $result in
      137) hit=$((hit + 1)) killed=$((killed + 1)) ;;
      75) hit=$((hit + 1)) stopped=$((stopped + 1)) ;;
      143) hit=$((hit + 1)) stopped=$((stopped + 1)) ;; # before it could listen
      0)
        compare "$name"
        ended=$((ended + 1))
        rm -rf run
        [ $hit -lt "$wanted" ] || break
        ;;
      *)
        cat err >&2
        echo "$name: exit code $result" >&2
        exit 1
        ;;
    esac
  done
  printf '%-28s %6d %8d %8d %10d   same bytes\n' "$name" "$ranks" $killed $stopped $ended
  all_killed=$((all_killed + killed)) all_stopped=$((all_stopped + stopped)) all_ended=$((all_ended + ended))
}

table=$here/benchmarks/kills/configurations.tsv
wanted() {
  [ $# -eq 1 ] || printf '%s\n' "${@:2}" | grep -qx -- "$1"
}
lines=0
while IFS=$'\t' read -r name _; do
  ! wanted "$name" "$@" || lines=$((lines + 1))
done < "$table"
each=$(((kills + lines - 1) / lines))
all_killed=0 all_stopped=0 all_ended=0
printf '%-28s %6s %8s %8s %10s\n' configuration ranks 'kill -9' SIGTERM 'runs ended'
while IFS=$'\t' read -r name ranks keys; do
  wanted "$name" "$@" || continue
  more=()
  while IFS= read -r key; do
    [ -z "$key" ] || more+=(--set "$key")
  done <<< "${keys//;/$'\n'}"
  disturb "$name" "$ranks" "$each"
done < "$table"
echo "$((all_killed + all_stopped)) kill points ($all_killed kill -9, $all_stopped SIGTERM)," \
  "$all_ended runs ended, all in the same bytes"
