#!/usr/bin/env bash
# Builds both images, pktferry/capture-svc and pktferry/publisher-svc, with whichever engine is there.
#   docker/build.sh [TAG]        default tag: the project's version
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=$(sed -n 's/^project(pktferry VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
tag=${1:-$version}

if docker info >/dev/null 2>&1; then
  build=(docker build)
elif command -v podman >/dev/null; then
  build=(podman build --format docker)
elif command -v buildah >/dev/null; then
  build=(buildah build --format docker --layers)
else
  echo "docker/build.sh: no image builder; install docker, podman or buildah" >&2
  exit 1
fi

for service in capture-svc publisher-svc; do
  echo "== pktferry/$service:$tag (${build[0]})"
  "${build[@]}" --file "docker/$service.Dockerfile" --tag "pktferry/$service:$tag" \
    --label "org.opencontainers.image.title=pktferry $service" --label "org.opencontainers.image.version=$version" \
    --label org.opencontainers.image.licenses=Apache-2.0 .
done
