# publisher-svc on Debian 13, as uid and gid 10001: it needs no capability, only a ring of its group.
#   docker run --cap-drop ALL --read-only -v /dev/shm:/dev/shm pktferry/publisher-svc -b broker:9092
FROM docker.io/library/debian:trixie AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends g++ cmake ninja-build pkg-config libpcap-dev librdkafka-dev libboost-dev \
      prometheus-cpp-dev libcli11-dev libspdlog-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -G Ninja -B /build -DCMAKE_BUILD_TYPE=Release -DPKTFERRY_TESTS=OFF -DPKTFERRY_HARDENING=ON \
 && cmake --build /build --target publisher-svc \
 && DESTDIR=/out cmake --install /build --prefix /usr --component publisher-svc --strip

FROM docker.io/library/debian:trixie-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends librdkafka1 libspdlog1.15 libprometheus-cpp-core1.0 libcivetweb1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin pktferry
COPY --from=build /out/usr/bin/publisher-svc /usr/bin/publisher-svc
USER 10001:10001
ENTRYPOINT ["/usr/bin/publisher-svc"]
