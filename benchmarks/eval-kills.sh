#!/usr/bin/env bash
# Does an evaluation that is killed again and again end in the results of one that nobody disturbed?
# Scores five tasks undisturbed, then the same with --use_cache and kill -9 at random moments: most
# when so many answers as drawn are kept, some after a time. Each start takes the same command. In
# the end the results files are compared byte by byte, but for their times and the cache's path.
# GOLDEN_DIR holds model/ (a Hugging Face directory) and data/TASK/SPLIT.jsonl. Needs `make dist`.
# Usage: [DIST=dist] [SEED=1] benchmarks/eval-kills.sh GOLDEN_DIR [KILLS]
set -euo pipefail
[ $# -ge 1 ] && [ -d "$1/model" ] || {
  echo "usage: $0 GOLDEN_DIR [KILLS] (with model/ and data/)" >&2
  exit 2
}
golden=$(cd "$1" && pwd)
kills=${2:-10}
dist=$(cd "${DIST:-$(dirname "$0")/../dist}" && pwd)
RANDOM=${SEED:-1}
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"

# evaluate NAME: the command, whose results lie below NAME, its answers in NAME-answers.
evaluate() {
  exec "$dist/bin/neox-eval" --model "$golden/model" --data "$golden/data" --offline -q \
    --tasks arc_easy,hellaswag,lambada_openai,piqa,sciq --bootstrap-iters 1000 \
    --use_cache "$1-answers" --output_path "$1" > "$1.out" 2> "$1.err"
}

# kept NAME: how many answers are kept.
kept() {
  cat "$1-answers"/*.answers 2> /dev/null | wc -l
}

# comparable NAME: the results without what differs from run to run.
comparable() {
  sed -E '/^  "(date|total_evaluation_time_seconds)":/d; /^    "use_cache":/d' "$1"/*/results_*.json
}

(evaluate whole) || { cat whole.err >&2; exit 1; }
total=$(kept whole)
mapfile -t moments < <(
  for _ in $(seq "$kills"); do
    echo $(((RANDOM * 32768 + RANDOM) % total))
  done | sort -n)

hits=0
for moment in "${moments[@]}"; do
  (evaluate broken) &
  pid=$!
  if [ $((RANDOM % 4)) = 0 ]; then
    sleep "0.$((RANDOM % 9 + 1))"
  else
    while kill -0 "$pid" 2> /dev/null && [ "$(kept broken)" -le "$moment" ]; do
      sleep 0.01
    done
  fi
  if kill -9 "$pid" 2> /dev/null; then
    hits=$((hits + 1))
  fi
  wait "$pid" 2> /dev/null || true
  pid=
  echo "killed with $(kept broken) of $total answers kept"
  rm -rf broken
done
(evaluate broken) || { cat broken.err >&2; exit 1; }
if cmp <(comparable whole) <(comparable broken); then
  echo "the same results after $hits kills"
else
  echo "other results after $hits kills" >&2
  exit 1
fi
