#!/usr/bin/env bash
# Does a run go on with any layout? Trains 10 steps on every (pipe, tensor, data) with a product of
# at most 4 and every stage of ZeRO, saves, and continues each checkpoint on three other layouts for
# 10 more, in the styles of Pythia and GPT-3 (tied embedding), in fp32; ranks are threads of one
# process. Prints the largest relative difference of a loss from that of one rank that was never
# interrupted, for each pair. Exits 1 when one is above 1e-5.
# Needs `make dist`, or NEOX_CLASSPATH. Usage: benchmarks/reshard.sh
set -euo pipefail
. "$(dirname "$0")/layouts/table.sh"
table benchmarks/layouts/ReshardTable.java "LayoutMatrix Records" neox.train.ReshardTable
