#!/bin/sh
# Gathers what `mvn -Pdist package` built into dist/: bin/, lib/ shared by all tools, configs/.
# Usage: packaging/dist.sh JAVA_HOME
set -eu
java_home=$1
cd "$(dirname "$0")/.."

tools='prepare preprocess train generate eval convert-hf upload'
mkdir -p dist/bin dist/lib dist/share/bash-completion
rm -rf dist/configs
cp -R configs dist/configs
cp packaging/find-jdk.sh dist/lib/
cp README.md dist/

for name in $tools; do
  tool=neox-$name
  jar=$tool-0.1.0.jar
  cp "$tool/target/$jar" dist/lib/
  cp packaging/neox-tool.sh "dist/bin/$tool"
  chmod +x "dist/bin/$tool"
  {
    echo "$jar"
    tr ':' '\n' < "$tool/target/classpath.txt" | sed 's|.*/||' | grep .
  } > "dist/lib/$tool.classpath"
  sed -n 's|.*<main.class>\(.*\)</main.class>.*|\1|p' "$tool/pom.xml" > "dist/lib/$tool.main"
  while read -r entry; do
    [ -r "dist/lib/$entry" ] || { echo "dist: $tool needs $entry, which is not in dist/lib" >&2; exit 1; }
  done < "dist/lib/$tool.classpath"
done

"$java_home/bin/java" packaging/RaiseClassVersion.java dist/lib/picocli-*.jar

# The native half of zstd, which would otherwise be unpacked into a temporary directory at each start.
case $(uname -s)-$(uname -m) in
  Linux-x86_64) native=linux/amd64 ;;
  Linux-aarch64) native=linux/aarch64 ;;
  *) native= ;;
esac
if [ -n "$native" ]; then
  (cd dist/lib && "$java_home/bin/jar" -xf zstd-jni-*.jar "$native" \
    && mv "$native"/libzstd-jni-*.so libzstd-jni.so && rm -r "${native%%/*}")
fi

# A run each for practice: the JVM remembers the classes it loaded, so that later runs start quickly.
# It could also remember how methods were used, but what it learns from a few megabytes misleads it:
# with that, three corpora of 44 MB took 1.6 s instead of 1.4.
# practise CACHE TOOL ARGUMENTS…
practise() {
  cache=dist/lib/$1.aot
  tool=$2
  shift 2
  options="-XX:AOTCacheOutput=$cache -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining ${NEOX_PRACTICE:-}"
  JAVA_HOME=$java_home NEOX_JAVA_OPTS=$options \
    "dist/bin/$tool" "$@" > "dist/lib/$tool.log" 2>&1 || { cat "dist/lib/$tool.log" >&2; exit 1; }
  [ -s "$cache" ] || { cat "dist/lib/$tool.log" >&2; exit 1; }
  rm "dist/lib/$tool.log"
}

for name in $tools; do
  tool=neox-$name
  JAVA_HOME=$java_home "dist/bin/$tool" generate-completion > "dist/share/bash-completion/$tool"
  case $name in
    preprocess | generate) practise "$tool.help" "$tool" --help ;;
    convert-hf) ;;
    *) practise "$tool" "$tool" --help ;;
  esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# neox-convert-hf practises on a small checkpoint: with what it remembers of that alone it needs half
# the time until it begins to copy.
practise neox-convert-hf neox-convert-hf -q --no-save-tokenizer --output-dir "$work/converted" \
  --input-dir shared/weights/src/test/resources/golden/checkpoints/D_mp2/global_step20

# neox-preprocess practises on made-up stories and on the project's own sources. What it remembers
# of that would only slow down its help, which has a cache of its own.
JAVA_HOME=$java_home dist/bin/neox-prepare sample -q -d "$work" --megabytes 1
find shared neox-preprocess -name '*.java' | sort | tar -czf "$work/sources.tar.gz" -T -
practise neox-preprocess neox-preprocess --input "$work/sample.jsonl,$work/sources.tar.gz" --append-eod \
  --output-prefix "$work/practice" --tokenizer-type HFTokenizer --vocab-file "$work/tokenizer.json"

# neox-generate practises on a tiny model, and computes with libtorch: the JVM's cache holds no
# classes that know of a module which is loaded later.
"$java_home/bin/java" --enable-native-access=ALL-UNNAMED -cp 'dist/lib/*' \
  benchmarks/generate-speed/MakeModel.java "$work/model" 2 64 4 fp32
cp "$work/tokenizer.json" "$work/model/"
NEOX_PRACTICE=-Dneox.withoutVectors=true practise neox-generate neox-generate -q \
  --model "$work/model" --prompt 'Once upon a time' --maximum-tokens 3 --threads 1
