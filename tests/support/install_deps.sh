#!/usr/bin/env bash
# Installs what building and testing need from the distribution's packages: Debian 12 and 13, Ubuntu 24.04.
# Looks first and is silent where nothing is missing; uses sudo where it is not run by root.
#
#   install_deps.sh          to build and test
#   install_deps.sh lint     for `make lint` and `make fmt`
#   install_deps.sh bench    for `make bench`
#   install_deps.sh fuzz     for `make fuzz`
set -euo pipefail

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi

case "${1:-test}" in
  test)
    packages=(
      # to build
      g++ cmake ninja-build ccache pkg-config git
      libpcap-dev librdkafka-dev libboost-dev prometheus-cpp-dev libcli11-dev libspdlog-dev libssl-dev
      # to test: GoogleTest, the oracle and crafter of packets, JSON, and a real broker
      libgtest-dev libtins-dev rapidjson-dev default-jre-headless maven kcat iproute2 util-linux jq python3
      libbenchmark-dev
    )
    ;;
  lint)
    packages=(shellcheck)
    # Versions of clang-format disagree: 14 is the one that formats this tree, and not every distribution has it. What
    # there is, apt knows once it was updated.
    apt-cache show shellcheck >/dev/null 2>&1 || "${as_root[@]}" apt-get -qq update
    if apt-cache show clang-format-14 >/dev/null 2>&1; then packages+=(clang-format-14); fi
    ;;
  bench) packages=(tshark) ;;
  fuzz) packages=(clang libclang-rt-dev) ;;
  *)
    echo "install_deps.sh: no set of packages is called '$1': test, lint, bench or fuzz" >&2
    exit 2
    ;;
esac

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ ${#as_root[@]} -ne 0 ] && ! command -v sudo >/dev/null; then
  echo "install_deps.sh: run as root: apt-get install ${missing[*]}" >&2
  exit 1
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "${missing[@]}" >/dev/null
