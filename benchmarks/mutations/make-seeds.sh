# Sourced by mutations.sh and fuzz.sh, in the root of the repository: makes whole files of every
# format in $seeds from the recordings in $golden; $work is for what is in between. Sets class_path,
# which NEOX_CLASSPATH names in place of `make dist`.
class_path=${NEOX_CLASSPATH:-dist/lib/*}
preprocess() {
  "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$class_path" \
    neox.preprocess.command.PreprocessCommand "$@"
}
mkdir -p "$seeds/step"

# Small files of every kind, made by the tools themselves and by what every machine has.
for i in $(seq 40); do
  echo "{\"text\": \"Row $i: some words, “quotes”, and more words of row $i.\", \"meta\": {\"n\": $i}}"
done > "$seeds/text.jsonl"
preprocess train-tokenizer -q --input "$seeds/text.jsonl" --vocab-size 300 \
  --output "$seeds/tokenizer.json"
preprocess -q --input "$seeds/text.jsonl" --output-prefix "$work/data" \
  --tokenizer-type HFTokenizer --vocab-file "$seeds/tokenizer.json" --append-eod
for ending in bin idx; do
  cp "$work/data_text_document.$ending" "$seeds/other.$ending"
  mv "$work/data_text_document.$ending" "$seeds/data.$ending"
done
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$class_path" benchmarks/mutations/Seeds.java "$seeds"
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
cp -R "$golden/par/train/Z1_dp2_bf16/checkpoints/global_step20" "$seeds/zero1"
cp -R "$golden/par/train/Z3_dp2/checkpoints/global_step20" "$seeds/zero3"
"$neox_jdk/bin/java" -cp "$class_path" neox.converthf.ConvertCommand -q \
  --input_dir "$golden/train/A_bf16/checkpoints/global_step20" --output_dir "$work/ours" --format neox
mv "$work/ours/global_step20" "$seeds/ours"
cp -R shared/weights/src/test/resources/golden/dcp/four "$seeds/dcp"
"$neox_jdk/bin/java" -cp "$class_path" benchmarks/mutations/MakeAdapter.java "$seeds/adapter"
cp -R "$golden/hf/A_pythia" "$seeds/hf"
cp "$seeds/tokenizer.json" "$seeds/hf/"
printf 'A prompt\nand another: “quotes”\n\n  a third  \n' > "$seeds/prompts.txt"
mkdir "$seeds/piqa"
for i in 1 2 3; do
  echo "{\"goal\": \"Goal $i\", \"sol1\": \"One way, “$i”\", \"sol2\": \"Another way\", \"label\": $((i % 2))}"
done > "$seeds/piqa/validation.jsonl"
"$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$class_path" benchmarks/mutations/MakeOrders.java \
  "$seeds/config.yml" "$seeds/data"
chmod -R u+w "$seeds"
