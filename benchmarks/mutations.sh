#!/usr/bin/env bash
# Damages files of every format that the tools read, COUNT times each, and checks how the tools end:
# exit code 0 or 2, one line per problem with its file, no trace, no control character, within 20 s
# and 1 GiB, nothing left behind. Prints a table; exits 1 when anything else happened.
# Usage: benchmarks/mutations.sh GOLDEN_DIR [COUNT [SEED [FORMAT…]]]
#   GOLDEN_DIR  recorded train/A_pythia and hf/A_pythia, of which copies are damaged
#   COUNT       of each format, default 10000 (an hour and more); SEED, default 1
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 GOLDEN_DIR [COUNT [SEED [FORMAT…]]]" >&2; exit 2; }
golden=$(cd "$1" && pwd)
count=${2:-10000}
seed=${3:-1}
shift $(($# < 3 ? $# : 3))
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
echo "work: $work (failed cases stay in $work/failed)"
seeds=$work/seeds
. benchmarks/mutations/make-seeds.sh

"$neox_jdk/bin/java" -Xmx768m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp "$class_path" benchmarks/mutations/Mutations.java \
  "$seeds" "$work" "$count" "$seed" "$@"
