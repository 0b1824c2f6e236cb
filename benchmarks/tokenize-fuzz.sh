#!/usr/bin/env bash
# Do our tokenizers give HuggingFace's ids on any text? Random texts of many scripts, bytes, runs,
# white space, marks, emoji, code and pieces of added tokens, with the vocabularies of GPT-2 and
# GPT-NeoX-20B; half of the texts with each of two seeds at the same time. Exits 1 when ids differ.
# Needs `make dist`.
# Usage: benchmarks/tokenize-fuzz.sh DATA [TEXTS [SEED]]
#   DATA   20B_tokenizer.json, gpt2-vocab.json, gpt2-merges.txt
#   TEXTS  how many (2000000)
#   SEED   the first of both (1)
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [TEXTS [SEED]]" >&2; exit 2; }
for file in 20B_tokenizer.json gpt2-vocab.json gpt2-merges.txt; do
  [ -r "$1/$file" ] || { echo "$1/$file: not there; name the folder that has it" >&2; exit 2; }
done
data=$(cd "$1" && pwd)
texts=${2:-2000000}
seed=${3:-1}
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
. benchmarks/tokenizers/huggingface-jars.sh
run() { # seed
  "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -Xmx1g -XX:+UseSerialGC \
    -cp "dist/lib/*:$huggingface_jars" benchmarks/tokenizers/TokenizeFuzz.java "$data" $((texts / 2)) "$1"
}
run "$seed" &
other=$!
status=0
run $((seed + 1)) || status=$?
wait "$other" || status=$?
exit "$status"
