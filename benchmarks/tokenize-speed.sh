#!/usr/bin/env bash
# How fast are tokenizers of the JVM, and do they give the same ids? Ours, HuggingFace's (through
# DJL) and jtokkit, with the vocabularies of GPT-2 and GPT-NeoX-20B. Needs `make dist`.
# Usage: benchmarks/tokenize-speed.sh DATA [ROUNDS [MEGABYTES [RESULTS.tsv]]]
#   DATA       english|code|multilingual.jsonl.zst, 20B_tokenizer.json, gpt2-vocab.json,
#              gpt2-merges.txt
#   ROUNDS     the best of so many counts (3)
#   MEGABYTES  at most so much of each corpus (1000)
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DATA [ROUNDS [MEGABYTES [RESULTS.tsv]]]" >&2; exit 2; }
for file in english.jsonl.zst code.jsonl.zst multilingual.jsonl.zst 20B_tokenizer.json \
  gpt2-vocab.json gpt2-merges.txt; do
  [ -r "$1/$file" ] || { echo "$1/$file: not there; name the folder that has it: DATA=..." >&2; exit 2; }
done
data=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
. benchmarks/tokenizers/huggingface-jars.sh
echo "commit:  $(git describe --always --dirty 2> /dev/null || echo unknown)"
echo "machine: $( (sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2> /dev/null \
  || sysctl -n machdep.cpu.brand_string) | head -n 1), $(getconf _NPROCESSORS_ONLN) cores"
echo "JVM:     $("$neox_jdk/bin/java" -version 2>&1 | sed -n 2p)"
exec "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -Xmx3g -cp "dist/lib/*:$huggingface_jars" \
  benchmarks/tokenizers/TokenizeSpeed.java "$data" "${2:-3}" "${3:-1000}" ${4:+"$4"}
