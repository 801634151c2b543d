#!/usr/bin/env bash
# Formatting (clang-format 14), shell scripts (shellcheck) and whitespace of everything that git knows or would add.
#
#   lint.sh          checks
#   lint.sh --fix    formats the sources in place
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

mapfile -t sources < <(git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' '*.c' '*.h')
mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)
formatter=${CLANG_FORMAT:-clang-format-14}

if ! "$formatter" --version 2>/dev/null | grep -q 'version 14\.'; then
  echo "lint.sh: formatting is not checked: clang-format 14 is not here (CLANG_FORMAT= names one)" >&2
elif [ "${1:-}" = --fix ]; then
  "$formatter" -i "${sources[@]}"
else
  "$formatter" --dry-run -Werror "${sources[@]}"
fi
[ "${1:-}" = --fix ] && exit

shellcheck --severity=style "${scripts[@]}"
python3 - <<'END'
# Each Python script compiles; nothing is written.
import pathlib, subprocess
for name in subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py"],
                           capture_output=True, text=True, check=True).stdout.split():
    compile(pathlib.Path(name).read_text(), name, "exec")
END
empty_tree=$(git hash-object -t tree /dev/null)
git diff --check "$empty_tree" --
echo "lint: ${#sources[@]} sources, ${#scripts[@]} scripts: clean"
