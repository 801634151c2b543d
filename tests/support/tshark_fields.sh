#!/bin/sh
# Prints name and type, by tshark, of every field that docs/fields.md takes from tshark: what
# tests/contract/tshark_fields.tsv holds. Run with the reference version, 4.0 (Debian 12):
#   tests/support/tshark_fields.sh > tests/contract/tshark_fields.tsv
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
names=$(mktemp)
trap 'rm -f "$names"' EXIT
# The source column of the tables: the only cells that are a filter name in backquotes.
awk -F ' [|] ' '/^[|] `/ && $5 ~ /^`[a-z0-9_.]+`$/ { gsub(/`/, "", $5); print $5 }' "$root/docs/fields.md" >"$names"
tshark -G fields 2>/dev/null | awk -F '\t' -v names="$names" '
  BEGIN { while ((getline name < names) > 0) wanted[name] = 1 }
  $1 == "F" && $3 in wanted { print $3 "\t" $4 }' | LC_ALL=C sort -u
