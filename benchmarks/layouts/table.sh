# Sourced by layouts.sh, reshard.sh and same-bits-layouts.sh, whose tables train networks of several
# ranks in one process: compiles the table beside the fixtures of neox-train's tests, and runs it.
# table SOURCE FIXTURES MAIN ARGUMENT…   FIXTURES: names of classes, between spaces
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1

table() {
  local classpath=${NEOX_CLASSPATH:-dist/lib/*} sources=("$1") fixture
  for fixture in $2; do
    sources+=("neox-train/src/test/java/neox/train/$fixture.java")
  done
  mkdir "$work/classes" "$work/runs"
  "$neox_jdk/bin/javac" -proc:none -d "$work/classes" -cp "$classpath" "${sources[@]}"
  "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$work/classes:$classpath" \
    "$3" "$work/runs" "${@:4}"
}
