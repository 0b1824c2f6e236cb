#!/usr/bin/env bash
# Runs the commands of the pages: every block ```sh that no comment excepts (CONTRIBUTING.md,
# "Pages"), a page in a folder of its own, with what the demo left behind.
# Usage: packaging/docs-test.sh DEMO_DIR [PAGE…], with dist/ built.
set -euo pipefail
demo=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap '[ -z "$neox_hub_process" ] || kill "$neox_hub_process"; rm -rf "$work"' EXIT
. packaging/test-hub.sh
neox_test_hub "$work"
export PATH=$root/dist/bin:$PATH DEMO=$demo ROOT=$root WORK=$work
export OMP_NUM_THREADS=1 # two pages at a time

# The page as a script whose lines have the numbers that they have in the page: what is not run is
# empty, and a block marked `file: NAME` is written to NAME.
script_of() {
  awk '
    /^```/ && !inside {
      inside = 1; begin = ""; end = ""; kept = 0
      if (marker ~ /^<!-- file: [^ ]+ -->$/) {
        name = marker; sub(/^<!-- file: /, "", name); sub(/ -->$/, "", name)
        begin = "mkdir -p \"$(dirname " name ")\"; cat > " name " <<'"'END OF THE FILE'"'"; end = "END OF THE FILE"; kept = 1
      } else if ($0 == "```sh" && marker !~ /^<!-- (not run|run by): /) kept = 1
      print begin; next
    }
    /^```/ { inside = 0; print end; marker = ""; next }
    { marker = $0; print (inside && kept ? $0 : "") }' "$1"
}

# What the pages take for granted that the reader has: a model, a corpus, a configuration.
stage() {
  ln -s "$ROOT/configs" configs
  cp -r "$DEMO" demo
  cp -r demo/checkpoints checkpoints
  cp -r demo/hf pythia-1b
  ln -s pythia-1b pythia-70m
  cp -r demo/data/eval eval-data
  cp demo/data/tokenizer.json demo/data/prompts.txt .
  head -n 300 demo/data/sample.jsonl > corpus.jsonl
  sed -e '/^save:/,$d' -e 's/^train_iters: .*/train_iters: 22\nlr_decay_iters: 20/' \
    -e 's/^train_micro_batch_size_per_gpu: .*/train_micro_batch_size_per_gpu: 1/' \
    -e 's/^vocab_file: .*/vocab_file: tokenizer.json/' -e '/^data_path:/d' configs/demo.yml > model.yml
  mkdir data
  for name in data/corpus data/a data/b; do
    for end in bin idx; do cp demo/data/sample_text_document.$end ${name}_text_document.$end; done
  done
  {
    echo 'data_path: data/corpus_text_document'
    echo 'save: checkpoints'
    echo 'load: checkpoints'
    echo 'checkpoint_factor: 1000'
    echo 'eval_iters: 1'
    echo 'log_dir: logs'
  } > local.yml
  cat model.yml local.yml > a.yml
  echo '{"id": 7, "question": "The otter lives in"}' > rows.jsonl
  echo '{"id": 7, "prompt": "The otter lives in"}' > prompts.jsonl
  printf '%s\n' '{"text": "Q: 2+2?\nA: 4."}' > qa.jsonl
  echo 'temperature: 0.5' > generate.yml
  mkdir my-tokenizer
  cp tokenizer.json my-tokenizer/
  cat > my-tokenizer/tokenizer_config.json <<'EOF'
{"eos_token": "<|endoftext|>", "chat_template": "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"}
EOF
  mkdir -p eval-data/capitals
  for split in validation training train; do
    echo '{"country": "France", "options": ["Paris", "Rome"], "capital": "Paris"}' > eval-data/capitals/$split.jsonl
  done
}

run_page() {
  page=$1
  folder=$WORK/$(printf %s "$page" | tr / -)
  mkdir "$folder"
  script_of "$ROOT/$page" > "$folder.script"
  grep -q . "$folder.script" || return 0
  cd "$folder"
  stage
  mkdir -p "$(dirname "$folder/.pages/$page")"
  cp "$folder.script" "$folder/.pages/$page"
  begun=$SECONDS
  if (cd "$folder" && bash -euo pipefail -c 'PS4="+ \${LINENO}: "; set -x; . "$0"' ".pages/$page") > "$folder.log" 2>&1 < /dev/null; then
    echo "ok: $page ($((SECONDS - begun)) s)"
  else
    tail -n 30 "$folder.log" >&2
    echo "docs-test: $page: the command after the last '+ LINE:' above failed" >&2
    return 1
  fi
  if [ -n "${HF_TOKEN:-}" ] && sed 's/^+.*//' "$folder.log" | grep -q "$HF_TOKEN"; then
    echo "docs-test: $page: the token is in its output" >&2
    return 1
  fi
  rm -rf "$folder"
}
export -f script_of stage run_page

if [ $# -eq 0 ]; then
  mapfile -t pages < <(ls -- *.md; find docs -name '*.md' | sort)
else
  pages=("$@")
fi
printf '%s\0' "${pages[@]}" | xargs -0 -n 1 -P 2 bash -c 'set -euo pipefail; run_page "$1"' _ \
  || { echo "docs-test: a page failed" >&2; exit 1; }
