#!/usr/bin/env bash
# Are losses the same on every layout? Trains 20 steps on every (pipe, tensor, data) with a product
# of at most 4, with ZeRO 0 to 3, in the styles of Pythia (also with sequence_parallel), GPT-3,
# LLaMA and LLaMA with grouped queries, in fp32; ranks are threads of one process. Prints a table
# (the one of docs/layouts.md) of the largest relative difference of a loss from that of one rank.
# What the configuration refuses is listed as refused, with its reason. Exits 1 when a loss differs
# by more than 1e-5.
# Needs `make dist`, or NEOX_CLASSPATH. Usage: benchmarks/layouts.sh
set -euo pipefail
. "$(dirname "$0")/layouts/table.sh"
table benchmarks/layouts/LayoutTable.java "LayoutMatrix Records" neox.train.LayoutTable
