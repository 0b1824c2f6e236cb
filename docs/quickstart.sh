#!/usr/bin/env bash
# A model's whole life on this machine, as the README shows it: every line that starts with `neox-`
# is what a user types. Run it from the repository (or a copy of dist/) with dist/bin on the PATH:
# `make demo` does. NEOX_DEMO_TRAIN holds extra options for neox-train (the tests train less).
set -euo pipefail

if [ -d dist/bin ]; then PATH=$PWD/dist/bin:$PATH; fi
bold='' plain=''
if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain" >&2; }

say '1. Text: write a small corpus, learn a vocabulary from it, turn it into tokens'
neox-prepare sample -d demo/data

say '2. Training: a small Pythia-style model'
neox-train configs/demo.yml ${NEOX_DEMO_TRAIN:-}
neox-train report demo/logs -o demo/report.html

say '3. Sampling: continue some prompts'
neox-generate configs/demo.yml -i demo/data/prompts.txt -o demo/samples.jsonl

say '4. Evaluation: two tasks on held-out text'
neox-eval configs/demo.yml --tasks lambada_openai,sciq --data demo/data/eval --output_path demo/eval

say '5. Publishing: a Hugging Face model directory'
neox-convert-hf --input_dir demo/checkpoints --output_dir demo/hf

say 'Done. What was made'
loss() { grep -o '"train/lm_loss":[0-9.]*' demo/logs/metrics.jsonl | cut -d: -f2 | LC_ALL=C xargs printf '%.2f\n'; }
samples() { sed -n 's/.*"context":"\(.*\)","text":"\(.*\)","length".*/\1\n  ->\2/p' demo/samples.jsonl; }
first=$(loss | head -n 1)
last=$(loss | tail -n 1)
cp demo/logs/loss.svg demo/loss.svg
cat >&2 <<SUMMARY
  text and tokens    demo/data           sample.jsonl, tokenizer.json, sample_text_document.bin/.idx
  checkpoints        demo/checkpoints    latest: $(cat demo/checkpoints/latest)
  loss               demo/loss.svg       $first at the first step, $last at the last
  all of the run     demo/report.html    open it in a browser
  samples            demo/samples.jsonl  a prompt, then what the model makes of it:
$(samples | head -n 4 | fold -s -w 88 | sed 's/^/      /')
  scores             demo/eval
  published form     demo/hf             loads with transformers' AutoModelForCausalLM

What to try next:
  echo 'Once upon a time' | neox-generate --model demo/hf -i - -o - --temperature 0.8
  neox-train configs/demo.yml --set train_iters=1000 --set lr_decay_iters=1000 --set override_lr_scheduler=true
  neox-train -d configs pythia/14M local_setup --print-config
SUMMARY
