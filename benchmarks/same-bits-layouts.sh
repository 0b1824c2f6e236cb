#!/usr/bin/env bash
# Does `deterministic: layout` end in the same bytes on every layout, and at what cost? Trains 50
# steps on every (pipe, tensor, data) with a product of at most 4, with ZeRO 0 to 3, in the styles of
# Pythia, GPT-3 (tied), LLaMA and LLaMA with grouped queries; with 12 shards, and in bfloat16 and
# float16 with dropout and recomputation; ranks are threads of one process. Then moves runs from
# layout to layout, each time back to the last checkpoint but one. Prints the digest of the weights
# of each, and how long a step takes with and without. Exits 1 when a digest, a loss or a gradient
# norm differs from that of one rank.
# Takes hours of processor time; PARTs, any of pythia gpt3 llama gqa (styles), twelfths, bf16, fp16,
# moves, cost (which needs a quiet machine), may be run one by one.
# Needs `make dist`, or NEOX_CLASSPATH. Usage: benchmarks/same-bits-layouts.sh [STEPS [PART…]]
set -euo pipefail
. "$(dirname "$0")/layouts/table.sh"
table benchmarks/same-bits/SameBitsTable.java "LayoutMatrix SameBits Records" neox.train.SameBitsTable "${@:-50}"
