#!/usr/bin/env bash
# Does an upload, or a download, that is killed and started again come to the same as one that nobody
# disturbed? A hub on the loopback (strict: it refuses what the protocol forbids, and notes it) kills
# neox-upload and then neox-prepare checkpoint with kill -9 in each call that they make: in the
# middle of it, before it has an effect, and after. 1,000 small files and a large one, in one piece
# and in parts; then a larger one (sparse, 3 GB) among resets, 429, 5xx, expired addresses, redirects
# to another host and kills. Prints a line of counts for each; a line that begins with FAILED is one.
# Needs `make dist`, and the compiled tests of shared/hub.
# Usage: [DIST=dist] benchmarks/hub.sh [MEGABYTES [upload|download|large-upload|large-download…]]
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$(cd "${DIST:-dist}" && pwd)
megabytes=${1:-3000}
shift || true

class_path=$PWD/shared/hub/target/test-classes:$PWD/shared/hub/target/classes
[ -d shared/hub/target/test-classes ] || { echo "hub.sh: compile the tests of shared/hub first (mvn test-compile)" >&2; exit 2; }
while read -r jar; do class_path=$class_path:$dist/lib/$jar; done < "$dist/lib/neox-upload.classpath"
. packaging/find-jdk.sh
neox_find_jdk

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$neox_jdk/bin/java" -Djava.io.tmpdir="$work" -cp "$class_path" neox.hub.fixture.HubTrial \
  "$dist" "$work" "$megabytes" "$@"
