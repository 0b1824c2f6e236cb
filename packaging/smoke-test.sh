#!/usr/bin/env bash
# Tries the packaged tools as a user would who has unpacked the archive on a machine without a JDK:
# help, completion, the README's commands, faults of their surroundings, installation.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tools='prepare preprocess train generate eval convert-hf upload'
work=$(mktemp -d)
chmod 755 "$work" # somebody else tries the tools on what is made here
server= faults=
trap 'kill $server $faults 2> /dev/null || true; rm -rf "$work"' EXIT
fail() { echo "smoke-test: $*" >&2; exit 1; }

# The archive, unpacked; the java that others find here must not be started.
(cd dist && sha256sum --quiet -c neox-*.tar.gz.sha256) || fail 'the checksum of the archive is not its own'
tar -xf dist/neox-*.tar.gz -C "$work"
unpacked=$(echo "$work"/neox-*)
mkdir "$work/other"
printf '#!/bin/sh\necho "a java from outside was started" >&2\nexit 99\n' > "$work/other/java"
chmod +x "$work/other/java"
usual_home=${JAVA_HOME:-} usual_path=$PATH
export JAVA_HOME=$work/other PATH=$work/other:$PATH
env -i PATH=/usr/bin:/bin NEOX_JAVA_OPTS=-XshowSettings:properties "$unpacked/bin/neox-train" --version 2>&1 \
  | grep -qx " *java.home = $unpacked/lib/runtime" || fail 'the runtime in the archive is not the one that is used'

for name in $tools; do
  tool=$unpacked/bin/neox-$name
  env -i PATH=/usr/bin:/bin "$tool" --help | diff - <("$tool" --quiet --help) \
    || fail "$tool: the help that is kept is not the tool's"
  "$tool" --version | grep -q "neox-$name (neox) 0" || fail "$tool --version"
  "$tool" --help | grep -q "^Usage: neox-$name " || fail "$tool --help"
  bash -n "$unpacked/share/bash-completion/completions/neox-$name" || fail "completion of $tool"
  case $name in
    train | generate | eval) ;;
    *) ! grep -qE 'pytorch|openblas|javacpp' "$unpacked/lib/neox-$name.classpath" || fail "$tool sees libtorch" ;;
  esac
done

# The README shows exactly the lines that the quick start runs.
diff <(grep -h '^neox-' docs/quickstart.sh | sed 's/ \${NEOX_DEMO_TRAIN:-}//') \
  <(sed -n '/<!-- run by: docs\/quickstart.sh -->/,/```$/p' README.md | grep '^neox-') \
  || fail "README.md and docs/quickstart.sh differ"

# The quick start with less training, away from the repository, then the README's other examples.
cd "$work"
ln -s "$unpacked" dist
ln -s "$root/configs" configs
NEOX_DEMO_TRAIN='--set train_iters=20 --set checkpoint_factor=10 --set eval_interval=10' \
  "$root/docs/quickstart.sh" > quickstart.log 2>&1 || { cat quickstart.log >&2; fail "the quick start failed"; }
for made in demo/loss.svg demo/report.html demo/samples.jsonl demo/hf/model.safetensors demo/hf/config.json; do
  [ -s "$made" ] || { cat quickstart.log >&2; fail "the quick start made no $made"; }
done
! grep -q "$(printf '\033')" quickstart.log || fail "escape codes in the log of the quick start"
echo "quick start: ok"
# Faults of their surroundings, beside what follows.
"$root/packaging/faults.sh" demo "$unpacked" > faults.log 2>&1 &
faults=$!

"$root/benchmarks/pictures.sh" --check || fail "a picture of docs/benchmarks.md is out of date"

export JAVA_HOME=$usual_home PATH=$usual_path # for the servers that tests bring
# The commands of the pages, with a hub on the loopback.
. "$root/packaging/test-hub.sh"
neox_test_hub "$work"
server=$neox_hub_process
"$root/packaging/ends.sh" demo || fail "a tool does not say what it has made"
if [ "${1-}" = --pages ]; then
  "$root/packaging/docs-test.sh" demo || fail "a command of a page failed"
fi

PATH=$PWD/dist/bin:$PATH
neox-preprocess --input demo/data/sample.jsonl --output-prefix demo/mine --append-eod \
  --tokenizer-type HFTokenizer --vocab-file demo/data/tokenizer.json 2> /dev/null
# The example Makefile and Slurm script: parts, joined, are the whole.
{
  make -s -f "$root/docs/examples/Makefile" SHARDS=2 CORPUS=demo/data/sample.jsonl VOCAB=demo/data/tokenizer.json PREFIX=parts/corpus
  for SLURM_ARRAY_TASK_ID in 0 1; do
    export SLURM_ARRAY_TASK_ID
    SHARDS=2 CORPUS=demo/data/sample.jsonl VOCAB=demo/data/tokenizer.json PREFIX=array/corpus \
      bash "$root/docs/examples/preprocess-array.sbatch"
  done
  neox-preprocess merge --shards array/corpus_text_document
} > examples.log 2>&1 || { cat examples.log >&2; fail "the examples of docs/examples failed"; }
for name in parts/corpus array/corpus; do
  for ending in bin idx; do
    cmp "demo/mine_text_document.$ending" "${name}_text_document.$ending" || fail "$name: the parts are not the whole"
  done
done
echo "docs/examples: ok"

# Installed for a package of a distribution, then taken away; manual pages read without a warning.
"$root/packaging/install.sh" "$work/root" /usr > /dev/null
for name in $tools; do
  "$work/root/usr/bin/neox-$name" --version > /dev/null || fail "neox-$name does not start when installed"
done
if command -v man > /dev/null && man --help | grep -q -- --warnings; then
  for page in "$work"/root/usr/share/man/man1/*.1; do
    said=$(LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 > /dev/null)
    [ -z "$said" ] || fail "$page: $said"
  done
fi
"$root/packaging/install.sh" --remove "$work/root" /usr
left=$(find "$work/root" ! -type d)
[ -z "$left" ] || fail "uninstalling leaves $left"
"$root/packaging/recipes.sh" "$unpacked" || fail 'a recipe for containers is wrong'
echo "installation: ok"

wait "$faults" || { faults=; cat faults.log >&2; fail "a tool did not bear a fault"; }
faults=
cat faults.log
