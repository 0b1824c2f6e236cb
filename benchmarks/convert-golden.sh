#!/usr/bin/env bash
# Converts every recorded NeoX checkpoint to Hugging Face and judges what was made: tensors against an
# independent merge of the files (and the original's own converter where that was recorded), logits and
# 40 greedy tokens of transformers against ours on the NeoX checkpoint, and that AutoTokenizer opens
# what lies beside. Usage: benchmarks/convert-golden.sh GOLDEN_DIR [PATTERN]   (with train/, hf/ and
# perhaps variants/, par/). Needs `make dist` and PYTHON with torch and transformers.
set -euo pipefail
[ $# -ge 1 ] && [ -d "$1/hf" ] || { echo "usage: $0 GOLDEN_DIR [PATTERN]" >&2; exit 2; }
golden=$(cd "$1" && pwd)
pattern=${2:-.}
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/hf"

# name, checkpoint, configuration file or -
find "$golden" -type d -name 'global_step*' | sort | while read -r checkpoint; do
  run=${checkpoint%/checkpoints/*}
  name=${run#"$golden/"}@${checkpoint##*_step}
  config=-
  [ -d "$checkpoint/configs" ] || config=$run/config.yml
  printf '%s\t%s\t%s\n' "${name//\//+}" "$checkpoint" "$config"
done | grep -E "$pattern" > "$work/all.tsv"

: > "$work/converted.tsv"
: > "$work/refused.tsv"
while IFS=$'\t' read -r name checkpoint config; do
  arguments=(-q --input_dir "$checkpoint" --output_dir "$work/hf/$name")
  [ "$config" = - ] || arguments+=(--config_file "$config")
  if dist/bin/neox-convert-hf "${arguments[@]}" > "$work/log" 2>&1; then
    printf '%s\t%s\t%s\n' "$name" "$checkpoint" "$config" >> "$work/converted.tsv"
  else
    printf '%s\t%s\n' "$name" "$(tail -n 1 "$work/log" | sed 's|.*global_step[0-9]*: ||')" >> "$work/refused.tsv"
    [ ! -e "$work/hf/$name" ] || { echo "$name was refused, and left something behind"; exit 1; }
  fi
done < "$work/all.tsv"

"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp 'dist/lib/*' \
  benchmarks/convert-golden/NeoxOutputs.java "$work/converted.tsv" "$golden/hf/input_tokens.npy" "$work"
status=0
"${PYTHON:-python3}" benchmarks/convert-golden/judge.py "$work" "$golden" || status=1

# One of each kind through the tool's own comparison as well.
while IFS=$'\t' read -r name checkpoint config; do
  case $name in
    train+A_bf16@20 | train+C_llama@20 | train+D_mp2@20 | train+E_pp2@20)
      dist/bin/neox-convert-hf verify --neox "$checkpoint" --hf "$work/hf/$name" || status=1
      ;;
  esac
done < "$work/converted.tsv"

echo
echo 'refused:'
cut -f 2 "$work/refused.tsv" | sort | uniq -c
sed 's/\t/: /; s/^/  /' "$work/refused.tsv"
echo "$(wc -l < "$work/all.tsv") checkpoints, $(wc -l < "$work/converted.tsv") converted," \
  "$(wc -l < "$work/refused.tsv") refused"
exit $status
