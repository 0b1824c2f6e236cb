#!/usr/bin/env bash
# What can this machine do at most? 10⁹ operations a second of a matrix product of 2048³, float32 and
# bfloat16, and 10⁹ bytes a second read from memory, with 1 and 2 threads; with PYTHON (torch) also
# what PyTorch reaches. Needs `make dist`.
# Usage: [PYTHON=/path/to/python] benchmarks/roofs.sh [THREADS…]
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=packaging/find-jdk.sh
. packaging/find-jdk.sh
neox_find_jdk
[ $# -gt 0 ] || set -- 1 2
classpath=$(sed 's|^|dist/lib/|' dist/lib/neox-train.classpath | paste -sd:)

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //'
echo "flags: $(grep -m1 '^flags' /proc/cpuinfo | tr ' ' '\n' | grep -xE 'avx2|avx512f|avx512_bf16|amx_bf16' | paste -sd' ')"
printf '%-8s %7s %8s %8s %10s\n' of threads fp32 bf16 'read GB/s'
for threads in "$@"; do
  roof=$("${neox_jdk:?no JDK}/bin/java" --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC \
    --add-exports java.base/jdk.internal.module=ALL-UNNAMED \
    -cp "$classpath" benchmarks/roofs/Roofs.java "$threads" 2> /dev/null)
  # shellcheck disable=SC2086,SC2183 # three numbers
  printf '%-8s %7d %8s %8s %10s\n' neox "$threads" $roof
  if [ -n "${PYTHON:-}" ]; then
    # shellcheck disable=SC2046,SC2183 # likewise
    printf '%-8s %7d %8s %8s %10s\n' PyTorch "$threads" $("$PYTHON" benchmarks/roofs/roofs.py "$threads")
  fi
done
