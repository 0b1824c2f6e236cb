#!/usr/bin/env bash
# What happens to a job of two ranks when one of them fails? Strikes one rank at named moments, and
# checks each time: how long until the job says so, that its one message is right, that the run goes
# on from its last checkpoint to the bytes of a run that nobody disturbed, and that no process is
# left. Prints a table; exits 1 when anything is otherwise.
# Needs `make dist`, and prlimit for the full disk.
# Usage: [DIST=dist] [ZERO=1] benchmarks/faults-ranks.sh [PATTERN]   faults whose line in the table matches
#        [DIST=dist] benchmarks/faults-ranks.sh --every SECONDS MINUTES [CONFIG]
#          kills one rank again and again and prints the share of the time that trained; CONFIG is
#          a configuration of a network, default the shape of Pythia 14M
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
dist=$(cd "${DIST:-dist}" && pwd)
. packaging/find-jdk.sh
neox_find_jdk
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
work=$(mktemp -d)
job=
trap '[ -z "$job" ] || kill -9 "$job" 2> /dev/null; rm -rf "$work"' EXIT
cd "$work"

for i in $(seq 2000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its use is $((i * 7919 % 1000)).\"}"
done | "$dist/bin/neox-preprocess" --input - --output-prefix data \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null

# configuration STEPS LAYERS HIDDEN HEADS SEQUENCE SAVES
configuration() {
  cat << END
num_layers: $2
hidden_size: $3
num_attention_heads: $4
seq_length: $5
max_position_embeddings: $5
pos_emb: rotary
no_weight_tying: true
optimizer: {type: Adam, params: {lr: 0.001, betas: [0.9, 0.95], eps: 1.0e-8}}
zero_optimization: {stage: ${ZERO:-1}}
train_micro_batch_size_per_gpu: 2
gradient_accumulation_steps: 2
train_iters: $1
lr_decay_iters: $1
lr_decay_style: cosine
warmup: 0.1
min_lr: 0.0001
eval_interval: 10
eval_iters: 4
log_interval: 1
checkpoint_factor: $6
keep_last_n_checkpoints: 2
split: 90,5,5
tokenizer_type: CharLevelTokenizer
data_path: data_text_document
save: run
load: run
END
}

now() {
  echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# Adds the time to each line.
stamped() {
  while IFS= read -r line; do
    echo "$(now) $line"
  done
}

# start OPTION…: starts the job; its process id is in job.
start() {
  "$dist/bin/neox-train" --num-gpus 2 base.yml "$@" > >(stamped >> out) 2> >(stamped >> err) &
  job=$!
}

# finish: waits for the job; its exit code is in result.
finish() {
  result=0
  wait "$job" 2> /dev/null || result=$?
  job=
  sleep 0.3 # the last lines
}

# first FILE PATTERN AFTER: milliseconds from AFTER to the first later line that matches, or nothing
first() {
  awk -v after="$3" -v pattern="$2" '$1 >= after && $0 ~ pattern { print $1 - after; exit }' "$1"
}

seconds() {
  [ -z "$1" ] && echo - || printf '%d.%d' $(($1 / 1000)) $(($1 % 1000 / 100))
}

if [ "${1-}" = --every ]; then
  period=$2 minutes=$3
  if [ $# -gt 3 ]; then
    cat "$(cd "$here" && realpath "$4")" > base.yml
    set -- --set data_path=data_text_document --set save=run --set load=run \
      --set train_iters=1000000 --set lr_decay_iters=1000000 --set log_interval=1 \
      --set tokenizer_type=CharLevelTokenizer --set keep_last_n_checkpoints=2 --set async_save=true
  else
    # The blocks of Pythia 14M. A save beside the steps costs next to nothing, so that it pays to
    # save every two seconds; evaluations, which are no steps, come as seldom as by default.
    configuration 1000000 6 128 4 256 10 > base.yml
    set -- --set async_save=true --set eval_interval=1000
  fi
  : > out
  : > err
  begun=$(now)
  start --max-restarts 1000 "$@"
  until grep -q ' iteration ' out || ! kill -0 "$job" 2> /dev/null; do sleep 0.1; done
  training=$(now)
  kills=0
  while [ $(($(now) - training)) -lt $((minutes * 60000)) ]; do
    sleep "$period"
    [ $(($(now) - training)) -lt $((minutes * 60000)) ] || break
    victim=$(sed "s/.*\"rank\":$((kills % 2)),[^}]*\"pid\":\([0-9]*\).*/\1/" run/logs/heartbeat.json)
    kill -9 "$victim"
    kills=$((kills + 1))
  done
  ended=$(now)
  kill -TERM "$job"
  finish
  # Each step counts once, with the time it took when it counted; steps that were done again do not.
  awk -v from="$training" -v to="$ended" -v kills=$kills -v begun="$begun" '
    match($0, /iteration +[0-9]+/) && $1 <= to {
      step = substr($0, RSTART + 9, RLENGTH - 9) + 0
      match($0, /per iteration \(ms\): [0-9.]+/)
      ms[step] = substr($0, RSTART + 20, RLENGTH - 20) + 0
    }
    END {
      for (step in ms) { sum += ms[step]; steps++ }
      share = 100 * sum / (to - from)
      printf "%d kills in %.0f s after a start of %.1f s: %d steps kept, %.1f s of steps:" \
        " effective training time %.1f %%\n", kills, (to - from) / 1000, (from - begun) / 1000, \
        steps, sum / 1000, share
      exit share < 90
    }' out || { echo "less than 90 %" >&2; exit 1; }
  exit 0
fi

mkdir classes
"$neox_jdk/bin/javac" -proc:none -d classes "$here/benchmarks/faults/RankFault.java"
echo 'Premain-Class: RankFault' > manifest
"$neox_jdk/bin/jar" -cfm fault.jar manifest -C classes .
given=${NEOX_JAVA_OPTS:-}

configuration 40 2 64 4 64 7 > base.yml
: > out
: > err
start
finish
[ "$result" -eq 0 ] || { cat err >&2; echo "undisturbed: exit code $result" >&2; exit 1; }
mv run whole

# Every row: what, rank, moment for people, what must exist before, thread, calls
later=run/global_step14
faults() {
  local what rank
  for what in KILL STOP; do
    for rank in 0 1; do
      echo "$what|$rank|forward|$later|main|NetworkStage.forward Trainer.step"
      echo "$what|$rank|backward|$later|main|NetworkStage.backward"
      echo "$what|$rank|collective|$later|main|BackendCommunicator.allReduce Trainer.step"
      echo "$what|$rank|save|$later|main|CheckpointStore.write"
      echo "$what|$rank|evaluation|$later|main|Evaluator.measure"
    done
  done
  echo "DROP|1|connection|$later|main|NetworkStage.forward Trainer.step"
  echo "FULL|0|disk full|$later|main|NetworkStage.forward Trainer.step"
  rank=1
  echo "TERM|$rank|meeting|.|main|Gloo.join"
  echo "TERM|$rank|making the network|.|main|Network.initialize"
  echo "TERM|$rank|preparing data|.|main|Training.data"
  echo "TERM|$rank|before the first step|.|main|TrainingLoop.run"
  echo "TERM|$rank|reading a batch|$later|main|BatchFeed.get Trainer.step"
  echo "TERM|$rank|forward|$later|main|NetworkStage.forward Trainer.step"
  echo "TERM|$rank|backward|$later|main|NetworkStage.backward"
  echo "TERM|$rank|collective|$later|main|BackendCommunicator.allReduce Trainer.step"
  echo "TERM|$rank|optimizer step|$later|main|Optimizer.step"
  echo "TERM|$rank|save|$later|main|CheckpointStore.write"
  echo "TERM|$rank|evaluation|$later|main|Evaluator.measure"
  echo "TERM|$rank|after the last step|run/global_step35|main|Evaluations.validateAtEnd" # 14 has gone
}

# What the job must say.
message() { # WHAT RANK
  case $1 in
    KILL) echo "warning: rank $2 \(.*\) was killed by SIGKILL in .*starting all ranks again" ;;
    STOP) echo "warning: rank $2 \(.*\) gives no sign of life .*stopped by a signal \(SIGSTOP\)" ;;
    DROP) echo "warning: rank [01] \(.*\) lost its connection to another rank in .*group [a-z]+\[0, 1\]" ;;
    FULL) echo "warning: rank [01] \(.*\) failed with exit code 1 .*File too large" ;;
    TERM) echo "SIGTERM: stopping after this step|stopped " ;;
  esac
}

most() { # WHAT: seconds until the job must say so
  case $1 in
    KILL | DROP) echo 5 ;;
    STOP) echo 30 ;;
    FULL | TERM) echo 60 ;; # the second save that fails; the step
  esac
}

bad=0
complain() {
  echo "$fault: $1" >&2
  bad=1
}

same() {
  local file
  [ -d run/global_step40 ] || return 1
  for file in $(cd whole/global_step40 && find . -type f -not -path './configs/*'); do
    cmp -s "whole/global_step40/$file" "run/global_step40/$file" || return 1
  done
}

printf '%-6s %4s  %-22s %9s %12s %9s  %s\n' fault rank moment told/s 'next step/s' 'ended' weights
while IFS='|' read -r what rank moment after thread calls; do
  fault="$what rank $rank $moment"
  [[ $fault =~ ${1-} ]] || continue
  for attempt in 1 2 3 4 5; do # the moment may be missed
    rm -rf run mark pids
    : > out
    : > err
    export FAULT="$rank $what $thread $calls" FAULT_AFTER=$after FAULT_MARK=$PWD/mark FAULT_PIDS=$PWD/pids
    # The runtime of a distribution has no agents.
    NEOX_JAVA_HOME=$neox_jdk NEOX_JAVA_OPTS="$given -javaagent:$PWD/fault.jar" start --max-restarts 3
    finish
    [ ! -s mark ] || break
  done
  [ -s mark ] || { complain "the moment never came"; bad=0 failed=1; tail -3 err >&2; continue; }
  struck=$(cat mark)
  told=$(first err "$(message "$what" "$rank")" "$struck")
  again=$(first out ' iteration ' $((struck + ${told:-0})))
  ended=$result
  case $what in
    TERM)
      [ "$ended" -eq 75 ] || [ "$ended" -eq 0 ] || complain "exit code $ended, expected 75"
      again=
      rm -f mark
      export FAULT="none"
      start
      finish
      ;;
  esac
  [ "$result" -eq 0 ] || complain "exit code $result in the end"
  [ -n "$told" ] || complain "no message like: $(message "$what" "$rank")"
  [ "${told:-0}" -le $(($(most "$what") * 1000)) ] || complain "told after $(seconds "$told") s"
  weights=same
  same || { weights=OTHER; complain 'other weights'; }
  sleep 0.5
  while read -r pid; do
    ! kill -0 "$pid" 2> /dev/null || complain "process $pid is left"
  done < pids
  printf '%-6s %4s  %-22s %9s %12s %9s  %s\n' "$what" "$rank" "$moment" "$(seconds "$told")" \
    "$(seconds "$again")" "$ended" "$weights"
  [ $bad -eq 0 ] || { cat err >&2; [ -n "${GO_ON-}" ] || exit 1; bad=0 failed=1; }
done < <(faults)
[ -z "${failed-}" ] || exit 1
