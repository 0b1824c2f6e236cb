#!/bin/sh
# Gathers what `mvn -Pdist package` built into dist/: bin/, lib/ shared by all tools with a runtime
# of its own, share/ and configs/; then packs it as dist/neox-VERSION-PLATFORM.tar.gz. The same
# sources and JDK give the same bytes, wherever and whenever (docs/decisions/0046).
# Usage: packaging/dist.sh JAVA_HOME [gpu]
set -eu
java_home=$1
variant=${2-}
cd "$(dirname "$0")/.."
umask 022
export LC_ALL=C TZ=UTC

# What the root pom.xml says of a property.
said() { sed -n "s|^    <$1>\(.*\)</$1>\$|\1|p" pom.xml; }
version=$(said revision)
# The date of everything that is packed: the pom's, as in the jars.
date=@${SOURCE_DATE_EPOCH:-$(date -d "$(said project.build.outputTimestamp)" +%s)}
platform=$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m)${variant:+-$variant}

tools='prepare preprocess train generate eval convert-hf upload'
mkdir -p dist/bin dist/lib dist/share
cp -R configs dist/configs
cp packaging/find-jdk.sh dist/lib/
cp README.md dist/

for name in $tools; do
  tool=neox-$name
  jar=$tool-$version.jar
  cp "$tool/target/$jar" dist/lib/
  cp packaging/neox-tool.sh "dist/bin/$tool"
  chmod +x "dist/bin/$tool"
  echo "$jar" > "dist/lib/$tool.classpath"
  tr ':' '\n' < "$tool/target/classpath.txt" | grep . | while read -r needed; do
    [ -e "dist/lib/${needed##*/}" ] || cp "$needed" dist/lib/
    echo "${needed##*/}" >> "dist/lib/$tool.classpath"
  done
  sed -n 's|.*<main.class>\(.*\)</main.class>.*|\1|p' "$tool/pom.xml" > "dist/lib/$tool.main"
  while read -r entry; do
    [ -r "dist/lib/$entry" ] || { echo "dist: $tool needs $entry, which is not in dist/lib" >&2; exit 1; }
  done < "dist/lib/$tool.classpath"
done

"$java_home/bin/java" packaging/RaiseClassVersion.java dist/lib/picocli-*.jar

# The one sealed jar: the JVM ends when it is to seal a package that it took from an archive of
# classes.
echo 'Sealed: false' > dist/lib/unsealed
"$java_home/bin/jar" --update --date="$(date -u -d "$date" +%FT%TZ)" --file dist/lib/xz-*.jar \
  --manifest dist/lib/unsealed 2> /dev/null
rm dist/lib/unsealed

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

# Of the JDK what the tools use; help is a part of its own, which needs one jar.
"$java_home/bin/jlink" --output dist/lib/runtime --no-header-files --no-man-pages \
  --strip-java-debug-attributes --compress zip-0 --add-modules "$(tr '\n' , < packaging/modules.txt)" \
  > /dev/null || { echo "dist: $java_home has no working jlink: a whole JDK is needed" >&2; exit 1; }
echo "neox-base-$version.jar" > dist/lib/help.classpath
echo neox.base.KeptHelp > dist/lib/help.main
mkdir -p dist/lib/help
pages=
for name in $tools; do
  "dist/bin/neox-$name" generate-pages dist &
  pages="$pages $!"
done
for each in $pages; do wait "$each"; done

# What it is made of, and under which licences.
"$java_home/bin/java" packaging/Sbom.java dist "$version" "$(date -d "$date" +%FT%TZ)" "$java_home" \
  neox-*/target/classpath.txt

# Archives of classes remember how old the jars are.
find dist -exec touch -h -d "$date" {} +

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A run each for practice: the classes it loads are laid down in an archive, linked, so that later
# runs start quickly. The list is sorted and completed (ClassConstants), and the jars have a path that
# is the same in every build; what still differs is forgotten below. What the JVM could remember of
# how methods were used is left out: what it learns from a few megabytes misleads it: with that,
# three corpora of 44 MB took 1.6 s instead of 1.4.
# practise PART TOOL ARGUMENTS…
practise() {
  part=$1
  tool=$2
  shift 2
  list=$work/$part.list
  log=$work/$part.log
  NEOX_JAVA_OPTS="-XX:DumpLoadedClassList=$list.new ${NEOX_PRACTICE:-}" "dist/bin/$tool" "$@" > "$log" 2>&1 \
    || { cat "$log" >&2; exit 1; }
  {
    grep -v '^[#@]' "$list.new" | sed 's/ id: [0-9]*$//' | sort -u
    grep '^@' "$list.new" | sort -u
  } > "$list"
  dist/lib/runtime/bin/java -cp "$work:dist/lib/*" ClassConstants "$list"
  here=dist
  [ ! -d /proc/self/cwd ] || here=/proc/self/cwd/dist
  options="-Xshare:dump -XX:+AOTClassLinking -XX:SharedClassListFile=$list"
  for dump in "$work/$part.second" "dist/lib/$part.new"; do
    NEOX_JAVA_OPTS="$options -XX:SharedArchiveFile=$dump" "$here/bin/$tool" "$@" \
      > "$log" 2>&1 || { cat "$log" >&2; exit 1; }
  done
  "$java_home/bin/java" -cp "$work" ForgetTime "dist/lib/$part.new" "$work/$part.second"
  mv "dist/lib/$part.new" "dist/lib/$part.jsa" # whole, for somebody who starts the tool meanwhile
}
"$java_home/bin/javac" -d "$work" packaging/ForgetTime.java packaging/ClassConstants.java

# Beside the tools that practise on data, in turn: most of this is one thread's work.
{
  practise help neox-prepare --help
  for name in prepare eval upload; do
    practise "neox-$name" "neox-$name" --quiet --help
  done
} &
helpers=$!

# neox-convert-hf practises on a small checkpoint: with what it remembers of that alone it needs half
# the time until it begins to copy.
practise neox-convert-hf neox-convert-hf -q --no-save-tokenizer --output-dir "$work/converted" \
  --input-dir shared/weights/src/test/resources/golden/checkpoints/D_mp2/global_step20

# neox-preprocess practises on made-up stories and on the project's own sources. What it remembers
# of that would only slow down its help, which has a cache of its own.
dist/bin/neox-prepare sample -q -d "$work" --megabytes 1
find shared neox-preprocess -name '*.java' | sort | tar -czf "$work/sources.tar.gz" -T -
practise neox-preprocess neox-preprocess --input "$work/sample.jsonl,$work/sources.tar.gz" --append-eod \
  --output-prefix "$work/practice" --tokenizer-type HFTokenizer --vocab-file "$work/tokenizer.json"

# neox-generate and neox-train practise on tiny models, and compute with libtorch: the JVM's cache
# holds no classes that know of a module which is loaded later. Each rank of a run starts that much
# sooner, and each restart. Natives for GPUs compute where NVIDIA's libraries are alone; who packs
# them need not have any.
if [ "$variant" = gpu ]; then
  practise neox-generate neox-generate --quiet --help
  practise neox-train neox-train --quiet --help
else
  "$java_home/bin/java" --enable-native-access=ALL-UNNAMED -cp 'dist/lib/*' \
    benchmarks/generate-speed/MakeModel.java "$work/model" 2 64 4 fp32
  cp "$work/tokenizer.json" "$work/model/"
  NEOX_PRACTICE=-Dneox.withoutVectors=true practise neox-generate neox-generate -q \
    --model "$work/model" --prompt 'Once upon a time' --maximum-tokens 3 --threads 1 < /dev/null
  NEOX_PRACTICE=-Dneox.withoutVectors=true OMP_NUM_THREADS=1 practise neox-train neox-train -q \
    configs/demo.yml --set train_iters=2 --set checkpoint_factor=2 --set eval_interval=2 \
    --set eval_iters=1 --set "vocab_file=$work/tokenizer.json" --set "save=$work/run" --set load= \
    --set "data_path=$work/sample_text_document" --set "log_dir=$work/run" --set tensorboard_dir=
fi
wait "$helpers"

find dist -exec touch -h -d "$date" {} +

# The archive of all, its members in the order of their names.
name=neox-$version-$platform
(
  cd dist
  find . -mindepth 1 -maxdepth 1 ! -name "$name.tar.gz" | sort > "$work/members"
  tar --sort=name --format=posix --pax-option=delete=atime,delete=ctime --mtime="$date" \
    --owner=0 --group=0 --numeric-owner --mode=u+w,go-w --transform="flags=rhS;s|^\.|$name|" \
    -cf - --files-from="$work/members" | gzip -n -1 > "$work/archive"
  mv "$work/archive" "$name.tar.gz"
  sha256sum "$name.tar.gz" > "$name.tar.gz.sha256"
)
