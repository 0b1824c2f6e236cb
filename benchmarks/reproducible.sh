#!/usr/bin/env bash
# Do two builds give the same bytes? Builds the committed sources in two new folders of different
# names and compares the archives; where they differ, names the files. 2 GB of disk, some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for place in one another/place; do
  mkdir -p "$work/$place"
  git archive HEAD | tar -x -C "$work/$place"
  make --no-print-directory -C "$work/$place" dist > "$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
done
(cd "$work" && sha256sum one/dist/*.tar.gz another/place/dist/*.tar.gz)
if cmp -s "$work"/one/dist/*.tar.gz "$work"/another/place/dist/*.tar.gz; then
  echo "identical: $(stat -c %s "$work"/one/dist/*.tar.gz) bytes"
else
  diff -rq --no-dereference "$work/one/dist" "$work/another/place/dist" | grep -v '/dist: ' || true
  echo "the archives differ" >&2
  exit 1
fi
