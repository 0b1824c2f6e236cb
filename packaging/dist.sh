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

# One start each for practice: the JVM remembers the loaded classes, so that later starts are quick.
for name in $tools; do
  tool=neox-$name
  JAVA_HOME=$java_home NEOX_JAVA_OPTS="-XX:AOTCacheOutput=dist/lib/$tool.aot" \
    "dist/bin/$tool" --help > /dev/null 2> "dist/lib/$tool.log" \
    || { cat "dist/lib/$tool.log" >&2; exit 1; }
  [ -s "dist/lib/$tool.aot" ] || { cat "dist/lib/$tool.log" >&2; exit 1; }
  rm "dist/lib/$tool.log"
  JAVA_HOME=$java_home "dist/bin/$tool" generate-completion > "dist/share/bash-completion/$tool"
done
