#!/usr/bin/env bash
# Draws the pictures of docs/benchmarks.md from the figures of RESULTS.md; --check only compares.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
"$neox_jdk/bin/java" benchmarks/pictures/Pictures.java "$@"
