# capture-svc on Debian 13. It needs the host's network and, of all capabilities, NET_RAW alone:
#   docker run --network host --cap-drop ALL --cap-add NET_RAW --group-add 10001 -v /dev/shm:/dev/shm \
#     pktferry/capture-svc -i eth0 --group 10001
FROM docker.io/library/debian:trixie AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ cmake ninja-build pkg-config libpcap-dev librdkafka-dev libboost-dev \
      prometheus-cpp-dev libcli11-dev libspdlog-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -G Ninja -B /build -DCMAKE_BUILD_TYPE=Release -DPKTFERRY_TESTS=OFF -DPKTFERRY_HARDENING=ON \
 && cmake --build /build --target capture-svc \
 && DESTDIR=/out cmake --install /build --prefix /usr --component capture-svc --strip

FROM docker.io/library/debian:trixie-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8t64 libspdlog1.15 libprometheus-cpp-core1.0 libcivetweb1 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/bin/capture-svc /usr/bin/capture-svc
ENTRYPOINT ["/usr/bin/capture-svc"]
