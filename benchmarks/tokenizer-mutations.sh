#!/usr/bin/env bash
# Do tokenizers open damaged files, or refuse them in one line? The suite's MutationTest, longer:
# tokenizer.json, vocab.json, merges.txt, SentencePiece models, tiktoken ranks.
# Usage: benchmarks/tokenizer-mutations.sh [MUTATIONS]
#   MUTATIONS  of each kind (10000)
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/find-jdk.sh
neox_find_jdk
JAVA_HOME=$neox_jdk exec mvn --batch-mode --no-transfer-progress -q -Dquick -pl shared/tokenizer -am test \
  -Dtest=MutationTest -Dsurefire.failIfNoSpecifiedTests=false "-Dneox.mutations=${1:-10000}"
