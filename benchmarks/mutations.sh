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
mkdir -p "$seeds/step"

# Small files of every kind, made by the tools themselves and by what every machine has.
for i in $(seq 40); do
  echo "{\"text\": \"Row $i: some words, “quotes”, and more words of row $i.\", \"meta\": {\"n\": $i}}"
done > "$seeds/text.jsonl"
dist/bin/neox-preprocess train-tokenizer -q --input "$seeds/text.jsonl" --vocab-size 300 \
  --output "$seeds/tokenizer.json"
dist/bin/neox-preprocess -q --input "$seeds/text.jsonl" --output-prefix "$work/data" \
  --tokenizer-type HFTokenizer --vocab-file "$seeds/tokenizer.json" --append-eod
for ending in bin idx; do
  cp "$work/data_text_document.$ending" "$seeds/other.$ending"
  mv "$work/data_text_document.$ending" "$seeds/data.$ending"
done
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "dist/lib/*" benchmarks/mutations/Seeds.java "$seeds"
gzip -c "$seeds/text.jsonl" > "$seeds/text.jsonl.gz"
cp "$seeds/text.jsonl" "$seeds/text.txt"
gzip -c "$seeds/text.txt" > "$seeds/text.gz"
mkdir "$work/members"
for i in 1 2 3; do echo "member $i of a tar" > "$work/members/$i.txt"; done
tar -czf "$seeds/text.tar.gz" -C "$work/members" 1.txt 2.txt 3.txt
tar -cJf "$seeds/text.tar.xz" -C "$work/members" 1.txt 2.txt 3.txt
cp neox-preprocess/src/test/resources/golden/parquet/pyarrow_zstd_v1.parquet "$seeds/text.parquet"
cp configs/demo.yml "$seeds/config.yml"
cp -R "$golden"/train/A_pythia/checkpoints/global_step20/. "$seeds/step"
cp -R "$golden/hf/A_pythia" "$seeds/hf"
cp "$seeds/tokenizer.json" "$seeds/hf/"
printf 'A prompt\nand another: “quotes”\n\n  a third  \n' > "$seeds/prompts.txt"
mkdir "$seeds/piqa"
for i in 1 2 3; do
  echo "{\"goal\": \"Goal $i\", \"sol1\": \"One way, “$i”\", \"sol2\": \"Another way\", \"label\": $((i % 2))}"
done > "$seeds/piqa/validation.jsonl"
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "dist/lib/*" benchmarks/mutations/MakeOrders.java \
  "$seeds/config.yml" "$seeds/data"
chmod -R u+w "$seeds"

"$neox_jdk/bin/java" -Xmx768m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -cp "dist/lib/*" benchmarks/mutations/Mutations.java \
  "$seeds" "$work" "$count" "$seed" "$@"
