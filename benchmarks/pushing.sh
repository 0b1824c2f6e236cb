#!/usr/bin/env bash
# Does a run that pushes its checkpoints, loses its process and its whole disk again and again, and
# goes on from the store each time, end in the bytes of one that nobody disturbed? Trains a tiny
# network undisturbed; then the same against a strict object store on the loopback that breaks one
# call in seven, with kill -9 at random moments. After every second kill the save directory is
# deleted. Prints how often each was survived, how many files were sent, and how many of them more
# than once with the same content.
# Needs `make dist` and the compiled tests of shared/s3.
# Usage: [DIST=dist] [SEED=1] benchmarks/pushing.sh [KILLS]
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
dist=$(cd "${DIST:-dist}" && pwd)
kills=${1:-40}
RANDOM=${SEED:-1}
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"
export NEOX_CACHE=$work/cache

. "$here/packaging/find-jdk.sh"
neox_find_jdk
"$neox_jdk/bin/java" -cp "$here/shared/s3/target/test-classes" neox.s3.fixture.S3Process \
  checkpoints 7 > server.env 2> server.log &
server=$!
until grep -qs AWS_REGION server.env; do sleep 0.1; done
set -a
. ./server.env
set +a

for i in $(seq 2000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read: $((i * 7919 % 1000)).\"}"
done | "$dist/bin/neox-preprocess" --input - --output-prefix data \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null

cat > tiny.yml << END
num_layers: 2
hidden_size: 64
num_attention_heads: 4
seq_length: 64
max_position_embeddings: 64
pos_emb: rotary
no_weight_tying: true
hidden_dropout: 0.1
optimizer: {type: Adam, params: {lr: 0.01, betas: [0.9, 0.95], eps: 1.0e-8}}
train_micro_batch_size_per_gpu: 2
train_iters: 200
lr_decay_iters: 200
log_interval: 10
eval_interval: 100
checkpoint_factor: 10
keep_last_n_checkpoints: 2
data_path: $work/data_text_document
split: 90,5,5
tokenizer_type: CharLevelTokenizer
END

# Takes the place of its shell, so that a signal to that meets the run itself.
train() { # DIRECTORY MORE…
  local name=$1
  shift
  exec "$dist/bin/neox-train" tiny.yml --set "save=$work/$name" --set "load=$work/$name" "$@"
}

(train whole) > whole.log 2>&1 || { cat whole.log; exit 1; }

hits=0 losses=0 runs=0
while :; do
  runs=$((runs + 1))
  train pushed --set s3_path=s3://checkpoints/runs > "pushed-$runs.log" 2>&1 &
  pid=$!
  if [ "$hits" -lt "$kills" ]; then
    # From the first step on, so that a slow start is not all that is killed.
    until grep -q "pushed\|continuing\|step" "pushed-$runs.log" || ! kill -0 "$pid" 2> /dev/null; do
      sleep 0.1
    done
    sleep "$((RANDOM % 4)).$((RANDOM % 10))"
    if kill -9 "$pid" 2> /dev/null; then
      wait "$pid" 2> /dev/null || true
      hits=$((hits + 1))
      if [ $((hits % 2)) -eq 0 ]; then
        rm -rf "$work/pushed"
        losses=$((losses + 1))
      fi
      continue
    fi
  fi
  code=0
  wait "$pid" || code=$?
  [ "$code" -ne 0 ] || break
  [ "$code" -eq 75 ] || { cat "pushed-$runs.log"; echo "exit code $code"; exit 1; }
done

differ=0 files=0
for file in $(cd whole/global_step200 && find . -type f ! -path './configs/*'); do
  files=$((files + 1))
  cmp -s "whole/global_step200/$file" "pushed/global_step200/$file" || { differ=$((differ + 1)); echo "differs: $file"; }
done
kill "$server" && wait "$server" 2> /dev/null || true
server=
echo "killed $hits times, disk lost $losses times, $runs runs: $differ of $files files differ"
cat server.log
[ "$differ" -eq 0 ]
