#!/usr/bin/env bash
# How long does it take, and how much memory, to build the 20B network out of shapes alone and count
# its parameters? Needs `make dist`. Usage: benchmarks/meta-count.sh [CONFIG TOKENS]
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -Xmx64m -XX:+UseSerialGC -cp 'dist/lib/*' \
  benchmarks/meta-count/CountParameters.java "${1:-configs/20B.yml}" "${2:-50277}"
