#!/usr/bin/env bash
# What it costs to start a tool: processor time of `--help`, the smallest of five runs, beside the
# same runtime when it prints its version. Decisions 0006 and 0046 say what it is made of.
set -euo pipefail
cd "$(dirname "$0")/.."

# CPU seconds (user + system) of one command, the smallest of five runs.
cpu_seconds() {
  local best=999 t TIMEFORMAT='%U %S'
  for _ in 1 2 3 4 5; do
    t=$({ time "$@" > /dev/null 2>&1; } 2>&1 | awk '{print $1 + $2}')
    best=$(awk -v a="$best" -v b="$t" 'BEGIN {print (b < a) ? b : a}')
  done
  echo "$best"
}

echo "java --version: $(cpu_seconds dist/lib/runtime/bin/java -XX:+UseSerialGC --version) s of CPU"
for name in prepare preprocess train generate eval convert-hf upload; do
  echo "neox-$name --help: $(cpu_seconds dist/bin/neox-$name --help) s of CPU"
done
