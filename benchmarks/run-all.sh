#!/usr/bin/env bash
# Runs the benchmarks that need nothing from outside; with PYTHON set, the races against PyTorch too.
set -euo pipefail
cd "$(dirname "$0")"
./start.sh
./memory-flat.sh
if [ -n "${PYTHON:-}" ]; then
  ./train-speed.sh
else
  ./roofs.sh
fi
