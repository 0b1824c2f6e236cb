#!/usr/bin/env bash
# Replays recorded training runs of GPT-NeoX with dist/bin/neox-train, from their own first weights
# and on their own data, and compares loss, learning rate and gradient norm of every step, and the
# losses of every evaluation. Prints a table (the one of docs/parity.md); exits 1 when a run is
# neither equal within 1e-4 nor one of which benchmarks/parity/runs.tsv says why it is not.
# A run recorded on several ranks is replayed on as many processes of this machine.
# Usage: benchmarks/parity.sh GOLDEN_DIR [RUN…]
#   GOLDEN_DIR  holds train/, variants/, par/train/ and their _data
#   RUN         such as variants/pos_rpe; every recorded run when none is given
# DEVICE=cuda in the environment computes there.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 GOLDEN_DIR [RUN…]" >&2; exit 2; }
golden=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1
"$neox_jdk/bin/java" -cp "dist/lib/*" benchmarks/parity/Parity.java "$golden" "$work" "$@"
