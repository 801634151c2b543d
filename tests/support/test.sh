#!/usr/bin/env bash
# Builds presets, runs their tests and ends with one line that says how it went.
#
#   test.sh PRESET...      CTEST_LABELS: only tests whose label matches this expression
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

began=$SECONDS
summary=()
failed=0
for preset in "$@"; do
  tests/support/build.sh "$preset"
  results=$PWD/build/$preset/tests.xml
  ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$results" \
    ${CTEST_LABELS:+--label-regex "$CTEST_LABELS"} || failed=1
  read -r run bad skipped < <(python3 - "$results" <<'END'
import sys, xml.etree.ElementTree
suite = xml.etree.ElementTree.parse(sys.argv[1]).getroot()
print(suite.get("tests"), suite.get("failures"), int(suite.get("skipped")) + int(suite.get("disabled")))
END
  )
  summary+=("$preset: $run run, $bad failed, $skipped skipped")
  # A preset that has nothing to run has a mistake in it, and so has a test that does not run.
  if [ "$run" -eq 0 ] || [ "$skipped" -ne 0 ]; then failed=1; fi
done

verdict=PASSED
[ "$failed" -eq 0 ] || verdict=FAILED
printf -v joined '; %s' "${summary[@]}"
echo "$verdict ${joined:2} ($((SECONDS - began)) s)"
exit "$failed"
