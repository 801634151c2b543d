#!/usr/bin/env bash
# Runs each libFuzzer target for a while, on a corpus that grows in build/fuzz/corpus; ends at the first finding.
#
#   fuzz.sh      FUZZ_SECONDS=60: for each target
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tests/support/build.sh fuzz fuzz_decode fuzz_record fuzz_ring_reader
for target in fuzz_decode fuzz_record fuzz_ring_reader; do
  corpus=build/fuzz/corpus/$target
  mkdir -p "$corpus"
  "build/fuzz/tests/fuzz/$target" -max_total_time="${FUZZ_SECONDS:-60}" -max_len=8192 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/$target-" "$corpus"
done
