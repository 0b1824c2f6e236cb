#!/usr/bin/env bash
# Does the ssh launcher train across two hosts? Makes two of them on this machine: network namespaces
# with addresses and host names of their own, joined by one cable, with a real sshd in each. Trains on
# two ranks of both, compares the losses with those of one process, and looks at what happens when the
# job is asked to stop, when a rank dies, when the launcher is killed, and when a host refuses. Cleans
# up after itself.
# Needs `make dist`, root, ip (iproute2), sshd and ssh (Debian: openssh-server, openssh-client).
# Usage: [DIST=dist] benchmarks/two-hosts.sh
set -euo pipefail
cd "$(dirname "$0")/.."
dist=$(cd "${DIST:-dist}" && pwd)
sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd) ||
  { echo "two-hosts.sh: no sshd; install openssh-server" >&2; exit 1; }
for program in ip ssh ssh-keygen unshare; do
  command -v "$program" > /dev/null || { echo "two-hosts.sh: no $program" >&2; exit 1; }
done
[ "$(id -u)" -eq 0 ] || { echo "two-hosts.sh: network namespaces need root" >&2; exit 1; }
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}

work=$(mktemp -d)
tag=nx$$
a=$tag-a b=$tag-b
made_run_sshd=
daemons=()

processes() { # what still runs of this job, on either host
  local pid
  for pid in $(ip netns pids "$a") $(ip netns pids "$b"); do
    tr '\0' ' ' < "/proc/$pid/cmdline" 2> /dev/null | grep -q neox.train && echo "$pid" || true
  done
}

cleanup() {
  set +e
  local pid
  for pid in $(processes) "${daemons[@]}"; do kill -9 "$pid" 2> /dev/null; done
  ip netns del "$a" 2> /dev/null
  ip netns del "$b" 2> /dev/null
  [ -z "$made_run_sshd" ] || rmdir /run/sshd
  rm -rf "$work"
}
trap cleanup EXIT

ip netns add "$a"
ip netns add "$b"
ip link add "$tag-va" netns "$a" type veth peer name "$tag-vb" netns "$b"
ip -n "$a" addr add 10.77.0.1/24 dev "$tag-va"
ip -n "$b" addr add 10.77.0.2/24 dev "$tag-vb"
for side in a b; do
  ip -n "$tag-$side" link set lo up
  ip -n "$tag-$side" link set "$tag-v$side" up
done

[ -d /run/sshd ] || { mkdir /run/sshd; made_run_sshd=1; }
chmod 700 "$work"
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/user"
cp "$work/user.pub" "$work/authorized"
for host in 10.77.0.1 10.77.0.2; do
  echo "$host $(cut -d' ' -f1,2 "$work/host.pub")" >> "$work/known"
done

# serve SIDE ADDRESS NAME: an sshd that nobody else can reach
serve() {
  cat > "$work/sshd-$1" << END
ListenAddress $2
HostKey $work/host
AuthorizedKeysFile $work/authorized
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
AcceptEnv *
END
  ip netns exec "$tag-$1" unshare --uts sh -c \
    "hostname $3; exec $sshd -D -e -f $work/sshd-$1" 2> "$work/sshd-$1.log" &
  daemons+=($!)
}
serve a 10.77.0.1 worker-1
serve b 10.77.0.2 worker-2

cd "$work"
for i in $(seq 1000); do
  echo "{\"text\": \"Line $i of a text that no one needs to read, for its only use is $((i * 7919 % 1000)).\"}"
done | "$dist/bin/neox-preprocess" --input - --output-prefix data \
  --tokenizer-type CharLevelTokenizer --append-eod 2> /dev/null
cat > base.yml << END
num_layers: 2
hidden_size: 64
num_attention_heads: 4
seq_length: 64
max_position_embeddings: 64
pos_emb: rotary
no_weight_tying: true
hidden_dropout: 0
attention_dropout: 0
optimizer: {type: Adam, params: {lr: 0.003, betas: [0.9, 0.95], eps: 1.0e-8}}
gradient_clipping: 1.0
lr_decay_style: cosine
warmup: 0.1
min_lr: 0.0003
train_batch_size: 8
train_micro_batch_size_per_gpu: 2
train_iters: 20
lr_decay_iters: 20
eval_interval: 1000
eval_iters: 1
log_interval: 1
checkpoint_factor: 10
tokenizer_type: CharLevelTokenizer
data_path: data_text_document
END
printf '10.77.0.1 slots=2\n10.77.0.2 slots=2\n' > hosts
ssh_words="-F none -i $work/user -o UserKnownHostsFile=$work/known -o IdentitiesOnly=yes"

# on_both RUN [OPTION…]: trains as the launcher of the first host does
on_both() {
  local run=$1
  shift
  ip netns exec "$a" unshare --uts sh -c 'hostname worker-1; exec "$@"' - \
    "$dist/bin/neox-train" base.yml -H hosts --launcher ssh --launcher-args "$ssh_words" \
    --set model_parallel_size=2 --set gradient_accumulation_steps=2 \
    --set "save=$run" --set "load=$run" "$@"
}

failures=0
check() { # check WHAT COMMAND…
  local what=$1
  shift
  if "$@"; then echo "ok    $what"; else echo "WRONG $what"; failures=$((failures + 1)); fi
}

losses() { grep -o '"train/lm_loss": *[0-9.eE+-]*' "$1/metrics.jsonl" | sed 's/.*: *//'; }
alike() { # the losses of two runs
  [ "$(losses "$1" | wc -l)" -eq 20 ] && paste <(losses "$1") <(losses "$2") | awk '
    { d = $1 - $2; if (d < 0) d = -d; if (d > worst) worst = d }
    END { printf "      largest difference of %d losses: %.2g\n", NR, worst; exit !(NR == 20 && worst <= 1e-5) }'
}
until_gone() { # until_gone SECONDS: no process of the job is left after as long
  local end=$(($(date +%s) + $1))
  while [ -n "$(processes)" ]; do
    [ "$(date +%s)" -lt "$end" ] || return 1
    sleep 0.2
  done
}
after_steps() { # after_steps RUN N: waits until a run has taken so many steps
  local i
  for i in $(seq 600); do
    [ "$(grep -c train/lm_loss "$1/metrics.jsonl" 2> /dev/null || true)" -ge "$2" ] 2> /dev/null && return
    sleep 0.2
  done
  return 1
}
bytes() { ip -n "$b" -s link show "$tag-vb" | awk '/RX:/ { getline; print $1 }'; }

"$dist/bin/neox-train" base.yml --set gradient_accumulation_steps=4 --set save=one > one.log 2>&1
before=$(bytes)
code=0
on_both both > both.log 2>&1 || code=$?
check "two hosts of two ranks train" [ "$code" -eq 0 ]
echo "      bytes over the cable: $(($(bytes) - before))"
check "their losses are those of one process" alike one both
check "no process is left" until_gone 5

# A signal to the launcher: all save the same step, and the same command goes on.
on_both stopped --set train_iters=20 > stopped.log 2>&1 &
launcher=$!
after_steps stopped 3
kill -TERM "$(processes | head -1)"
code=0
wait "$launcher" || code=$?
check "a signal to the launcher ends the job with 75 (found $code)" [ "$code" -eq 75 ]
on_both stopped > resumed.log 2>&1
check "the same command goes on to the same losses" alike one stopped

# A rank that dies takes all down, with its name.
on_both dying --set train_iters=100000 --set lr_decay_iters=20 > dying.log 2>&1 &
launcher=$!
after_steps dying 3
victim=
for pid in $(ip netns pids "$b"); do
  if tr '\0' '\n' < "/proc/$pid/environ" 2> /dev/null | grep -qx RANK=3; then victim=$pid; fi
done
kill -9 "$victim"
started=$(date +%s)
code=0
wait "$launcher" || code=$?
echo "      $(grep '^neox-train: ' dying.log | head -1), after $(($(date +%s) - started)) s"
check "a dead rank ends the job (found $code)" [ "$code" -ne 0 ]
check "and is named with its host" grep -q 'rank 3 (10.77.0.2\|rank 3 (worker-2' dying.log
check "no process is left" until_gone 10

# The launcher is killed: the agents notice.
on_both orphans --set train_iters=100000 --set lr_decay_iters=20 > orphans.log 2>&1 &
launcher=$!
after_steps orphans 3
kill -9 "$(processes | head -1)" # the launcher is the oldest
wait "$launcher" 2> /dev/null || true
check "a killed launcher leaves no process" until_gone 10

# A host that refuses.
kill "${daemons[1]}"
wait "${daemons[1]}" 2> /dev/null || true
code=0
on_both refused > refused.log 2>&1 || code=$?
echo "      $(grep '^neox-train: ' refused.log)"
check "a host that refuses ends the job (found $code)" [ "$code" -ne 0 ]
check "and gives one line" \
  [ "$(grep -c . refused.log) $(grep -c '^neox-train: host 10.77.0.2: ssh has no' refused.log)" = '1 1' ]
check "no process is left" until_gone 10

[ "$failures" -eq 0 ] || { tail -n 5 ./*.log; exit 1; }
