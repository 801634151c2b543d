#!/usr/bin/env bash
# Builds and runs every benchmark: the parts first, each beside what it is compared with, then the whole pipeline.
#
#   run.sh      ROUNDS=5, PACKETS=1000000: of the pipeline
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build=build/release
tests/support/build.sh release

for benchmark in ring_bench decode_bench encode_bench; do
  "$build/tests/bench/$benchmark" --benchmark_enable_random_interleaving=true --benchmark_repetitions=5 \
    --benchmark_report_aggregates_only=true
done

mix=$build/mix-${PACKETS:=1000000}.pcap
if [ ! -f "$mix" ]; then
  python3 tests/bench/pipeline/gen_mix.py "$mix.part" "$PACKETS"
  mv "$mix.part" "$mix"
fi
python3 tests/bench/pipeline/pipeline.py --build "$build" --input "$mix" --rounds "${ROUNDS:-5}"
