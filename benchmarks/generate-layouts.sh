#!/usr/bin/env bash
# Does a model say the same however it is shared? Continues golden/generate's prompts with recorded
# checkpoints of several layouts (one rank, tp 2, pp 2, tp 2 x pp 2, pipe_parallel_size 0) and with
# the Hugging Face directory, each on one rank, on 2 tensor-parallel ranks, in 2 stages and on 2 x 2,
# and compares: with the continuations of GPT-NeoX where they are recorded (A_pythia), and with one
# rank. Then the scores of a small evaluation. Exits 1 when one differs.
# Needs `make dist`. Usage: benchmarks/generate-layouts.sh GOLDEN_DIR
set -euo pipefail
[ $# -eq 1 ] && [ -d "$1/generate" ] || { echo "usage: $0 GOLDEN_DIR" >&2; exit 2; }
golden=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
cp "$golden/generate/A_pythia/gen.yml" "$work/gen.yml"

# without the time that it took, and blanks
said() { sed 's/": /":/g; s/, "/,"/g; s/,"duration_seconds":[0-9.eE-]*//' "$1"; }

generate() { # directory, options …
  local model=$1
  shift
  # The converter leaves no tokenizer beside a Hugging Face model: the configuration names it.
  [ ! -e "$model/config.json" ] || set -- "$work/gen.yml" "$@"
  dist/bin/neox-generate -q --model "$model" -i "$golden/generate/A_pythia/prompts.txt" -o - \
    --maximum-tokens 40 --format json "$@" > "$work/out.jsonl"
  said "$work/out.jsonl"
}

models=(
  "A_pythia=$golden/train/A_pythia/checkpoints/global_step20"
  "A0_pythia_nopipe=$golden/train/A0_pythia_nopipe/checkpoints/global_step20"
  "D_mp2=$golden/train/D_mp2/checkpoints/global_step20"
  "E_pp2=$golden/train/E_pp2/checkpoints/global_step20"
  "P_tp2pp2=$golden/par/train/P_tp2pp2/checkpoints/global_step20"
  "hf=$golden/hf/A_pythia"
)
printf '%-18s %-8s %-8s %-8s %-8s\n' model alone 'tp 2' 'pp 2' 'tp2 pp2'
for model in "${models[@]}"; do
  name=${model%%=*}
  directory=${model#*=}
  generate "$directory" > "$work/$name.alone"
  row=(recorded)
  case $name in
    A_pythia | hf)
      said "$golden/generate/A_pythia/out_recompute.jsonl" | cmp -s - "$work/$name.alone" ||
        { row=(DIFFERS); status=1; }
      ;;
    *) row=(-) ;;
  esac
  for ranks in '--tp 2' '--pp 2' '--tp 2 --pp 2'; do
    # shellcheck disable=SC2086 # two options
    if generate "$directory" $ranks | cmp -s - "$work/$name.alone"; then
      row+=(same)
    else
      row+=(DIFFERS)
      status=1
    fi
  done
  printf '%-18s %-8s %-8s %-8s %-8s\n' "$name" "${row[@]}"
done
exit $status
