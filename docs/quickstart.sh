#!/usr/bin/env bash
# A model's whole life on this machine, as the README shows it: every line that starts with `neox-`
# is what a user types. Run it from the repository (or a copy of dist/) with dist/bin on the PATH:
# `make demo` does. NEOX_DEMO_TRAIN holds extra options for neox-train (the tests train less).
set -euo pipefail

if [ -d dist/bin ]; then PATH=$PWD/dist/bin:$PATH; fi
say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }

say '1. Text: write a small corpus, learn a vocabulary from it, turn it into tokens'
neox-prepare sample -d demo/data

say '2. Training: a small Pythia-style model'
neox-train configs/demo.yml ${NEOX_DEMO_TRAIN:-}

say '3. Sampling: continue some prompts'
neox-generate configs/demo.yml -i demo/data/prompts.txt -o demo/samples.jsonl

say '4. Evaluation: two tasks on held-out text'
neox-eval configs/demo.yml --tasks lambada_openai,sciq --data demo/data/eval --output_path demo/eval

say '5. Publishing: a Hugging Face model directory'
neox-convert-hf --input_dir demo/checkpoints --output_dir demo/hf

say 'Done. What was made:'
awk -f - demo/logs/metrics.jsonl <<'AWK' >&2
AWK
