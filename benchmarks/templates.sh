#!/usr/bin/env bash
# Does our Jinja print what Jinja prints? Random templates of a grammar that knows expressions,
# filters, tests, methods and tags, half in the environment of transformers' chat templates and half
# in that of lm-evaluation-harness, are rendered with jinja2, and then with ours. Prints each template
# that comes out otherwise; exits 1 when there is one. Needs `make dist`, and a Python with jinja2 and
# transformers.
# Usage: benchmarks/templates.sh PYTHON [TEMPLATES [SEED]]
#   TEMPLATES  how many (10000)
#   SEED       of the grammar (1)
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 PYTHON [TEMPLATES [SEED]]" >&2; exit 2; }
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" -W ignore benchmarks/templates/record.py "${2:-10000}" "${3:-1}" "$work"
"$neox_jdk/bin/java" -cp 'dist/lib/*' benchmarks/templates/CompareTemplates.java "$work"
