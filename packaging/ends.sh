#!/usr/bin/env bash
# Looks how each tool ends: with --progress json everything on standard error is JSON, and says what
# was made and what to try next. Usage: packaging/ends.sh DEMO_DIR, with dist/ built.
set -euo pipefail
demo=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
root=$PWD
export PATH=$root/dist/bin:$PATH
work=$(mktemp -d)
trap '[ -z "$neox_hub_process" ] || kill "$neox_hub_process"; rm -rf "$work"' EXIT
. packaging/test-hub.sh
neox_test_hub "$work"
cd "$work"
cp -r "$demo" demo
fail() { echo "ends: $*" >&2; exit 1; }

# ends WORK|- MADE|- COMMAND…: WORK is what is done for long, MADE a word of what is made
ends() {
  long=$1
  made=$2
  shift 2
  "$@" --progress json > out.log 2> events.jsonl || { cat events.jsonl >&2; fail "$*"; }
  ! grep -v '^{"event":"[a-z]*","time":"[^"]*","tool":"'"$1"'",.*}$' events.jsonl || fail "$1: no event"
  [ "$long" = - ] || grep -q '"event":"end".*"work":"'"$long" events.jsonl || fail "$1: no end of '$long'"
  [ "$made" = - ] || grep -q '"event":"made".*'"$made" events.jsonl || fail "$1: does not say that it made $made"
  grep -q '"event":"next","time":"[^"]*","tool":"[a-z-]*","command":"[^"]' events.jsonl || fail "$1: no next step"
  echo "ok: $1 tells progress as events, what it made, and what is next"
}

ends - sample.jsonl neox-prepare sample -d sample --megabytes 0.2
ends tokenizing mine neox-preprocess --input sample/sample.jsonl --output-prefix mine --append-eod \
  --tokenizer-type HFTokenizer --vocab-file sample/tokenizer.json
ends training metrics.jsonl neox-train "$root/configs/demo.yml" --set train_iters=22 --set lr_decay_iters=20 \
  --set checkpoint_factor=22 --set eval_interval=100 --set eval_iters=1
ends generating samples neox-generate --model demo/hf -i demo/data/prompts.txt -o samples.jsonl --maximum-tokens 4
ends scoring results neox-eval --model demo/hf --tasks sciq --data demo/data/eval --limit 5 -o results
ends converting hf neox-convert-hf --input-dir demo/checkpoints --output-dir hf
ends - - neox-upload hf alice/ends
