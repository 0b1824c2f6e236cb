#!/usr/bin/env bash
# Every tool under every fault of its surroundings: closed and full streams, odd locales, dumb and
# narrow terminals, read-only and full disks. A table of command, exit code and the line printed;
# fails when something is not as listed. Usage: packaging/faults.sh DEMO [DIST], a directory that
# docs/quickstart.sh has filled (`make demo`), and where the tools are (dist/).
#
# "Read-only" is a directory without write permission, used as somebody who is not root: root
# becomes nobody by setpriv, and no mount is needed. "Full" is /dev/full for streams, and for files
# a tmpfs of 8 KB in a mount namespace of its own; where none may be made, that part is skipped.
set -uo pipefail
D=$(cd "$1" && pwd)
bin=$(cd "${2:-$(dirname "$0")/../dist}" && pwd)/bin
cd "$(dirname "$0")/.."
demo_config=$PWD/configs/demo.yml
W=$(mktemp -d)
trap 'chmod -R u+w "$W"; rm -rf "$W"' EXIT
chmod 777 "$W"
cd "$W" || exit 1
PATH=$bin:$PATH
workers=$(getconf _NPROCESSORS_ONLN)
unset LC_ALL LC_CTYPE LANG COLUMNS NO_COLOR TERM NEOX_JAVA_OPTS
: > failures
run=0

# ---- ways to run a command -------------------------------------------------------------------
plainly() { bash -o pipefail -c "$1"; }
as_nobody() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=65534 --regid=65534 --clear-groups bash -o pipefail -c "$1"
  else
    plainly "$1"
  fi
}
# What is left on the disk afterwards, but a lock and a run's mark, is a line on standard error.
on_full_disk() {
  unshare -rm bash -o pipefail -c \
    "mount -t tmpfs -o size=8k none '$W/full' && { $1; code=\$?; find '$W/full' -type f ! -name '*.lock' ! -name neox-train.run >&2; exit \$code; }"
}
# In a terminal of so many columns; prints what the terminal is sent.
in_terminal() { script -qec "stty cols $1; $2" /dev/null < /dev/null; }

# ---- checks ----------------------------------------------------------------------------------
# expect CODE LINES COMMAND [WAY]: the exit code, and all that is printed on standard error, with W
# and D for the directories of this run. LINES is a pattern of the shell.
expect() {
  run=$((run + 1))
  while [ "$(jobs -r | wc -l)" -ge "$workers" ]; do wait -n; done
  judge "$run" "$@" &
}
judge() {
  local number=$1 code=$2 lines=$3 command=$4 way=${5:-plainly} found said
  "$way" "$command" < /dev/null 2> "said$number"
  found=$?
  said=$(sed -e "s|$W|W|g; s|$D|D|g" "said$number")
  # shellcheck disable=SC2053 # patterns
  [[ $found == $code && $said == $lines ]] && return
  printf 'faults: %s\n  expected %s: %s\n  found    %s: %s\n' "$command" "$code" "$lines" "$found" "$said" >&2
  echo "$number" >> failures
}
# check WHAT-IS-WRONG TEST…
check() {
  local wrong=$1
  shift
  run=$((run + 1))
  "$@" && return
  echo "faults: $wrong" >&2
  echo "$run" >> failures
}
escape=$(printf '\033')
lacks() { ! printf '%s' "$2" | grep -aq "$1"; }
widest() { tr '\r' '\n' | awk '{ if (length > most) most = length } END { print most + 0 }'; }

# ---- the tools at work -----------------------------------------------------------------------
data=$D/data/sample_text_document
vocabulary=$D/data/tokenizer.json
# print_all: each tool printing something on standard output.
print_all() {
  echo 'neox-prepare --list'
  echo "neox-preprocess count $data"
  echo "neox-train $demo_config --print-config"
  echo "neox-generate --model $D/hf --max-tokens 2"
  echo 'neox-eval ls tasks'
  echo 'neox-convert-hf --help'
  echo 'neox-upload --help'
}
# write_all PLACE [SIZE]: each tool writing into a directory: what it makes, and the command.
write_all() {
  echo "x/sample.jsonl neox-prepare sample -q --megabytes 0.2 -d '$1/x'"
  echo "p_text_document.idx neox-preprocess -q --input $D/data/sample.jsonl --output-prefix '$1/p'" \
    "--tokenizer-type HFTokenizer --vocab-file $vocabulary"
  echo "m.idx neox-preprocess merge -q --input $data --output-prefix '$1/m'"
  echo "t.json neox-preprocess train-tokenizer -q --input $D/data/sample.jsonl --vocab-size 400 --output '$1/t.json'"
  echo "c/latest neox-train -q $demo_config --set train_iters=1 --set eval_interval=10 --set data_path=$data" \
    "--set vocab_file=$vocabulary --set load=null --set log_dir=$W/logs --set save='$1/c'"
  echo "s.jsonl neox-generate -q --model $D/hf --max-tokens 2 --num-samples ${2:-1} -o '$1/s.jsonl'"
  echo "e_*.json neox-eval -q --model $D/hf --tasks sciq --limit ${2:-1} -s --data $D/data/eval -o '$1/e.json'"
  echo "h/config.json neox-convert-hf -q --input-dir $D/checkpoints --vocab-file $vocabulary --output-dir '$1/h'"
}

echo 'standard streams: closed, full, left by their reader'
while read -r command; do
  tool=${command%% *}
  expect 1 "$tool: standard output: Bad file descriptor" "$command >&-"
  expect 1 "$tool: standard output: No space left on device" "$command > /dev/full"
  expect 0 '' "$command | head -n 1 > /dev/null"
  expect 2 '' "$tool --no-such-option 2>&-"
  expect 2 '' "$tool --no-such-option 2> /dev/full"
done < <(print_all)

expect 1 'neox-preprocess: standard input: Is a directory' \
  'neox-preprocess --input - --output-prefix x --tokenizer-type CharLevelTokenizer < /'

echo 'locales: paths and arguments survive them all'
name='données/проба/文'
mkdir -p "$name" logs
chmod 777 logs
while read -r made command; do
  expect 0 '' "LC_ALL=C ${command} > /dev/null && ls '$W/$name/'$made > /dev/null"
done < <(write_all "$W/$name")
for locale in LC_ALL=C LC_ALL=POSIX LANG=C LANG=nowhere.UTF-8 -i; do
  expect 2 "neox-preprocess: $name/x.jsonl: no such file or directory" \
    "env $locale $bin/neox-preprocess --input $name/x.jsonl --output-prefix $name/x --tokenizer-type CharLevelTokenizer"
done
expect 2 "neox-upload: $name/y: no such file or directory" "LC_ALL=C neox-upload . OWNER/NAME --token-file $name/y"
expect 2 'neox-upload: no repository given: neox-upload DIR OWNER/NAME \[BRANCH\]' 'HF_TOKEN=x neox-upload .'
expect 2 "neox-upload: $name/x: expected a file with a token, found a directory" "LC_ALL=C neox-upload . OWNER/NAME --token-file $name/x"
printf '{"text": "x"}\n' > $'x\xff.jsonl'
expect 2 "neox-preprocess: 'x*.jsonl' is not UTF-8, and Java can open no file of such a name;*" \
  "neox-preprocess --input "$'x\xff.jsonl'" --output-prefix x --tokenizer-type CharLevelTokenizer"

echo 'terminals: dumb, without colours, 20 columns wide'
progress="neox-preprocess --input $D/data/sample.jsonl --output-prefix $W/screen --overwrite"
progress="$progress --tokenizer-type HFTokenizer --vocab-file $vocabulary"
drawn=$(in_terminal 20 "TERM=xterm $progress")
lines=$(printf '%s' "$drawn" | tr '\r' '\n' | grep -a "$escape" | sed "s/$escape.*//" | widest)
check "progress takes $lines columns on a terminal of 20" [ "$lines" -le 19 ]
check 'no progress is drawn on a terminal' [ "$lines" -gt 0 ]
check 'escape codes on a dumb terminal' lacks "$escape" "$(in_terminal 80 "TERM=dumb $progress")"
check 'colours under NO_COLOR' lacks "$escape\\[[0-9;]*m" "$(in_terminal 80 "NO_COLOR=1 TERM=xterm $progress")"
check 'escape codes in a file' lacks "$escape" "$(TERM=xterm $progress 2>&1)"
check 'help is wider than the terminal' [ "$(in_terminal 44 'neox-upload --help' | widest)" -le 44 ]
asked=$(in_terminal 80 'HF_TOKEN=x neox-upload .')
check 'a person is not asked for a repository' [ -z "${asked##*Repository (OWNER/NAME):*}" ]
check 'help ignores COLUMNS' [ "$(COLUMNS=60 neox-eval --help | widest)" -le 60 ]

echo 'outputs: a read-only directory'
mkdir locked
chmod 555 locked
if as_nobody "[ -x '$bin/neox-train' ] && [ -r '$data.idx' ] && [ ! -w '$W/locked' ]" 2> /dev/null; then
  while read -r made command; do
    expect '[12]' "${command%% *}: *W/locked*: permission denied*" "$command > /dev/null" as_nobody
  done < <(write_all "$W/locked")
else
  echo '  skipped: somebody who is not root can read neither the tools nor the demo here'
fi

echo 'outputs: a full disk'
mkdir full
if on_full_disk true 2> /dev/null; then
  while read -r made command; do
    expect 1 "${command%% *}: *W/full/*: No space left on device*" "$command > /dev/null" on_full_disk
  done < <(write_all "$W/full" 200)
else
  echo '  skipped: no file system may be mounted here'
fi

wait
echo "faults: $run cases, $(wc -l < failures) not as listed"
[ ! -s failures ]
