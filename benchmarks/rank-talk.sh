#!/usr/bin/env bash
# What do two ranks pay for what they tell each other? Microseconds of an all-reduce and a broadcast
# of what travels while a text is written, through the memory of one process and through Gloo on the
# loopback. Needs `make dist`. Usage: benchmarks/rank-talk.sh
set -euo pipefail
[ $# -eq 0 ] || { echo "usage: $0" >&2; exit 2; }
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp 'dist/lib/*' \
  benchmarks/rank-talk/RankTalk.java $((20000 + RANDOM % 20000))
