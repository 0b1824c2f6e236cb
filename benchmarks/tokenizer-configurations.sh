#!/usr/bin/env bash
# Do our tokenizers do what HuggingFace's do with any tokenizer.json? Records random files of small
# vocabularies, with all kinds of parts, and random texts with HuggingFace tokenizers (GPT-NeoX has
# 0.22.2), and compares ids and decoded texts. A file may be refused by name, never read otherwise.
# Prints how many were equal, refused and different; exits 1 when one differs. Needs `make dist`.
# Usage: PYTHON=... benchmarks/tokenizer-configurations.sh [COUNT [SEED]]
#   PYTHON  one that has tokenizers and sentencepiece
#   COUNT   how many files (5000)
#   SEED    (1)
set -euo pipefail
[ -n "${PYTHON:-}" ] || { echo "set PYTHON to one that has tokenizers and sentencepiece" >&2; exit 2; }
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PYTHON" -c 'import tokenizers; print("tokenizers", tokenizers.__version__)'
"$PYTHON" benchmarks/tokenizers/record_configurations.py "${1:-5000}" "${2:-1}" \
  > "$work/recorded.jsonl" 2> "$work/panics.txt" || { tail -5 "$work/panics.txt" >&2; exit 2; }
"$neox_jdk/bin/java" -Xmx1g -cp 'dist/lib/*' benchmarks/tokenizers/ReplayConfigurations.java \
  "$work/recorded.jsonl" -v
