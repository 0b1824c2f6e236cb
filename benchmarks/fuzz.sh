#!/usr/bin/env bash
# Looks for files of one format on which a tool does not end as it should (exit code 0 or 2, one line
# per problem with its file, no trace, no control character, within 20 s and 1 GiB, nothing left
# behind). Guided by coverage: damaged files on which the code goes where it has not gone before are
# kept, and damaged further. Prints counts each minute; exits 1 when it found any.
# Usage: benchmarks/fuzz.sh GOLDEN_DIR FORMAT MINUTES [SEED]
#   GOLDEN_DIR  recorded train/, par/train/ and hf/, of which copies are damaged
#   FORMAT      one of those that mutations.sh prints, such as pt; 'list' prints their names
#   SEED        default 1; two runs differ nevertheless, by how much they get done
set -euo pipefail
[ $# -ge 3 ] || [ "${2:-}" = list ] || { echo "usage: $0 GOLDEN_DIR FORMAT MINUTES [SEED]" >&2; exit 2; }
golden=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
seeds=$work/seeds
. benchmarks/mutations/make-seeds.sh

classes=$work/classes
"$neox_jdk/bin/javac" -nowarn -proc:none -d "$classes" -cp "$class_path" benchmarks/mutations/*.java benchmarks/fuzz/*.java
printf 'Premain-Class: CoverageAgent\n' > "$work/manifest"
"$neox_jdk/bin/jar" --create --file "$work/agent.jar" --manifest "$work/manifest" -C "$classes" .
if [ "$2" = list ]; then
  "$neox_jdk/bin/java" -cp "$work/agent.jar:$class_path" Formats "$seeds"
  rm -rf "$work"
  exit 0
fi
echo "work: $work (failed cases stay in $work/failed)"
"$neox_jdk/bin/java" -Xmx768m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow "-javaagent:$work/agent.jar" -cp "$work/agent.jar:$class_path" \
  Fuzz "$seeds" "$work" "$2" "$3" "${4:-1}"
