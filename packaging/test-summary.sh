#!/bin/sh
# Adds up the reports of the last test run: the closing line of `make test`.
cd "$(dirname "$0")/.." || exit 1
find shared neox-* -path '*/target/surefire-reports/*.txt' -exec cat {} + | awk -F'[:,]' '
  /^Tests run:/ {run += $2; failed += $4 + $6; skipped += $8}
  END {
    printf "%d passed, %d failed, %d skipped\n", run - failed - skipped, failed, skipped
    exit !(run > 0 && failed == 0)
  }'
