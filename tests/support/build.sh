#!/usr/bin/env bash
# Configures and builds one CMake preset.
#
#   build.sh PRESET [TARGET...]      default: everything
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

preset=$1
shift
mkdir -p "build/$preset"
if ! cmake --preset "$preset" >"build/$preset/configure.log" 2>&1; then
  cat "build/$preset/configure.log" >&2
  exit 1
fi
cmake --build --preset "$preset" ${1:+--target "$@"}
