#!/usr/bin/env bash
# How much memory and time does neox-convert-hf take for a large checkpoint, beside `cp -r` of the
# same bytes in the same run? Makes checkpoints of noise, and converts each with a warm and a cold
# page cache (the files' own pages are dropped, nothing else): a single rank in the same type, two
# tensor-parallel ranks, float32 to bfloat16, and the result of the first back into NeoX's layout.
# Prints medians of three. `cp` and the converter leave their bytes to the system (decision 0031);
# beside them, `cp -r` and `sync`.
# Exits 1 where the peak of resident memory is above 512 MiB or, from 4,096 MB on, the time above 1.2
# times that of cp.
# Needs `make dist`, GNU time, and three times MEGABYTES of disk in TMPDIR.
# Usage: benchmarks/convert-stream.sh [MEGABYTES [REPEATS]]   (default: 4096 3)
set -euo pipefail
cd "$(dirname "$0")/.."
megabytes=${1:-4096}
repeats=${2:-3}
most_mib=512
most_ratio=1.2

. packaging/find-jdk.sh
neox_find_jdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
convert=$PWD/dist/bin/neox-convert-hf
free=$(df --output=avail -m "$work" | tail -1)
[ "$free" -ge $((3 * megabytes + 1024)) ] || {
  echo "convert-stream: needs $((3 * megabytes + 1024)) MB in $work, found $free; set TMPDIR" >&2
  exit 2
}

make_checkpoint() { # name, type, ranks
  "$neox_jdk/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -cp 'dist/lib/*' \
    benchmarks/convert-stream/MakeCheckpoint.java "$work/$1/global_step1" "$megabytes" "$2" "$3"
}

# Brings a tree's files into the page cache, or drops them from it.
warm() { find "$1" -type f -exec cat {} + > /dev/null; }
cold() { find "$1" -type f -exec dd if={} iflag=nocache count=0 status=none \;; }

# measured FILE COMMAND…: appends "seconds cpu-seconds peak-MiB" to FILE
measured() {
  local to=$1
  shift
  /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@"
  awk '{printf "%.3f %.3f %.0f\n", $1, $2 + $3, $4 / 1024}' "$work/time" >> "$to"
}
median() { # file, column
  sort -g -k "$2,$2" "$1" | awk -v c="$2" '{v[NR] = $c} END {print v[int((NR + 1) / 2)]}'
}
copied_and_synced() {
  cp -r "$1" "$2"
  sync -f "$2"
}
export -f copied_and_synced

status=0
row() { # name, cache, source, options for the converter…
  local name=$1 cache=$2 source=$3
  shift 3
  rm -f "$work"/times.*
  for _ in $(seq "$repeats"); do
    for what in cp synced convert; do
      sync -f "$work"
      "$cache" "$source"
      case $what in
        cp) measured "$work/times.cp" cp -r "$source" "$work/out" ;;
        synced) measured "$work/times.synced" bash -c 'copied_and_synced "$@"' - "$source" "$work/out" ;;
        convert) measured "$work/times.convert" "$convert" -q --output-dir "$work/out" "$@" ;;
      esac
      rm -rf "$work/out"
    done
  done
  local cp synced seconds mib
  cp=$(median "$work/times.cp" 1) synced=$(median "$work/times.synced" 1)
  seconds=$(median "$work/times.convert" 1) mib=$(median "$work/times.convert" 3)
  printf '%-24s %-5s %8s %8s %8s %7.2f %7.2f %8s %8s %6s\n' "$name" "$cache" "$cp" "$synced" "$seconds" \
    "$(awk "BEGIN {print $seconds / $cp}")" "$(awk "BEGIN {print $seconds / $synced}")" \
    "$(median "$work/times.cp" 2)" "$(median "$work/times.convert" 2)" "$mib"
  [ "$mib" -le $most_mib ] || status=1
  [ "$megabytes" -lt 4096 ] || awk "BEGIN {exit $seconds > $most_ratio * $cp}" || status=1
}
both() {
  row "$1" warm "${@:2}"
  row "$1" cold "${@:2}"
}

echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores;" \
  "$(df --output=fstype "$work" | tail -1); $("$neox_jdk/bin/java" -version 2>&1 | head -1);" \
  "heap: $(sed -n 's/.*neox-convert-hf.*heap="\([^"]*\)".*/\1/p' dist/bin/neox-convert-hf | head -1);" \
  "$(cp --version | head -1); $megabytes MB"
printf '%-24s %-5s %8s %8s %8s %7s %7s %8s %8s %6s\n' conversion cache 'cp s' '+sync s' 'ours s' \
  'to cp' 'to both' 'cp cpu' 'our cpu' MiB

make_checkpoint one fp16 1
both 'fp16 to Hugging Face' "$work/one" --input-dir "$work/one/global_step1" --no-save-tokenizer
if "$convert" --help | grep -q -- '--from-hf'; then
  "$convert" -q --input-dir "$work/one/global_step1" --output-dir "$work/hf" --no-save-tokenizer
  rm -rf "$work/one"
  both 'Hugging Face to NeoX' "$work/hf" --from-hf --input-dir "$work/hf" --tokenizer-type CharLevelTokenizer
  rm -rf "$work/hf"
fi
rm -rf "$work/one"
make_checkpoint two fp16 2
both 'two ranks to HF' "$work/two" --input-dir "$work/two/global_step1" --no-save-tokenizer
rm -rf "$work/two"
make_checkpoint wide fp32 1
both 'fp32 to bf16' "$work/wide" --input-dir "$work/wide/global_step1" --no-save-tokenizer --precision bf16
exit $status
