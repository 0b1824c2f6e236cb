#!/bin/sh
# Reads all task files of lm-evaluation-harness, and tells how many tasks can be run:
#   benchmarks/harness-tasks.sh PYTHON_OR_DIR [TEMPLATES]
# PYTHON has lm_eval installed, and is asked for its own names of tasks, groups and tags, which must
# be the same; DIR is a folder of task files. TEMPLATES has a line {"template": …, "doc": {…}} for
# each template: of every kind of task without functions PYTHON then makes the requests over those
# documents, without examples and with two, which must be the same, too (ten minutes).
# Needs `make dist`; exits 1 when something differs.
set -eu
if [ $# -lt 1 ] || [ $# -gt 2 ] || { [ ! -d "$1" ] && [ ! -x "$1" ]; }; then
  echo "usage: $0 PYTHON_OR_DIR [TEMPLATES] (a Python with lm_eval, or a folder of task files)" >&2
  exit 2
fi
home=$(cd "$(dirname "$0")/.." && pwd)
. "$home/packaging/find-jdk.sh"
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/ours" "$work/theirs"
folder=$1
if [ ! -d "$1" ]; then
  folder=$("$1" -c 'import lm_eval, os; print(os.path.join(os.path.dirname(lm_eval.__file__), "tasks"))')
fi
"$neox_jdk/bin/java" -cp "${NEOX_CLASSPATH:-$home/dist/lib/*}" \
  "$home/benchmarks/harness-tasks/CountTasks.java" "$folder" "$work/ours"
[ ! -d "$1" ] || exit 0
"$1" "$home/benchmarks/harness-tasks/names.py" "$work/theirs"
for kind in tasks groups tags; do
  if cmp -s "$work/ours/$kind" "$work/theirs/$kind"; then
    echo "$kind: the same as the harness's"
  else
    echo "$kind differ:"
    diff "$work/ours/$kind" "$work/theirs/$kind" | head -20
    status=1
  fi
done
if [ $# -eq 2 ]; then
  echo "requests of kinds of tasks, each twice:"
  mkdir "$work/contexts"
  "$1" "$home/benchmarks/harness-tasks/contexts.py" "$2" "$work/contexts"
  "$neox_jdk/bin/java" -cp "${NEOX_CLASSPATH:-$home/dist/lib/*}" \
    "$home/benchmarks/harness-tasks/CompareContexts.java" "$folder" "$work/contexts" || status=1
fi
exit ${status:-0}
