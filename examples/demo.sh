#!/usr/bin/env bash
# The whole way once: replays the sample capture through the ring into Kafka, reads it back and shows what came out.
# Everything it starts has ended when it ends. `make demo` builds first.
#
#   BROKERS=HOST:PORT    an existing Kafka, where the topic must exist or be made by being named; else one is started
#   TOPIC                default network-traffic
#   CAPTURE              another file to replay
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

topic=${TOPIC:-network-traffic}
capture_file=${CAPTURE:-tests/fixtures/sample.pcap}
capture_svc=build/release/capture-svc/capture-svc
publisher_svc=build/release/publisher-svc/publisher-svc
kafka=tests/support/kafka/kafka.sh

work=$(mktemp -d)
ring=$(mktemp -d /dev/shm/pktferry-demo-XXXXXX)
publisher=
finish() {
  [ -z "$publisher" ] || kill "$publisher" 2>/dev/null || true
  [ ! -d "$work/kafka" ] || "$kafka" down "$work/kafka"
  rm -rf "$work" "$ring"
}
trap finish EXIT

title() { printf '\n\033[1m%s\033[0m\n' "$*"; }

if [ -z "${BROKERS:-}" ]; then
  title "Starting Apache Kafka"
  BROKERS=$(KAFKA_AUTO_CREATE=true KAFKA_OWNER=$$ "$kafka" up "$work/kafka")
fi
echo "Kafka at $BROKERS, topic $topic"
# Asking for the topic makes it, where Kafka makes topics: its election is then no part of what is measured.
patience_ends=$((SECONDS + 15))
until timeout 5 kcat -q -L -b "$BROKERS" -t "$topic" 2>&1 | grep -q 'partition 0, leader [0-9]'; do
  if [ "$SECONDS" -ge "$patience_ends" ]; then
    echo "demo.sh: no topic $topic at $BROKERS: is that a broker, and does the topic exist?" >&2
    exit 1
  fi
  sleep 0.1
done

title "Replaying $capture_file"
"$publisher_svc" --ring "$ring/ring" --brokers "$BROKERS" --topic "$topic" --listen none --until-end \
  2>"$work/publisher.log" &
publisher=$!
"$capture_svc" --ring "$ring/ring" --read "$capture_file" --listen none 2>"$work/capture.log" ||
  { cat "$work/capture.log" >&2; exit 1; }
wait "$publisher" || { cat "$work/publisher.log" >&2; exit 1; }
publisher=
"$capture_svc" status --ring "$ring/ring" --format json >"$work/status.json"
tail -n 1 "$work/publisher.log"

# The ring's id tells this run's messages from anything else in the topic.
ring_id=$(jq -r .ring "$work/status.json")
kcat -C -q -b "$BROKERS" -t "$topic" -o beginning -e | grep -F "\"ring\":\"$ring_id\"" >"$work/messages" || true

title "Three of the messages, as a consumer reads them"
for layer in tcp dns icmpv6; do
  { grep -m 1 "\"$layer\":" "$work/messages" || true; } | jq .
done

title "The ledger"
"$capture_svc" status --ring "$ring/ring"

delivered=$(jq .written.delivered "$work/status.json")
distinct=$(jq -r '"\(.capture.lane) \(.capture.ordinal)"' "$work/messages" | sort -u | wc -l)
if [ "$distinct" -ne "$delivered" ] || ! jq -e '.read.closes and .written.closes' "$work/status.json" >/dev/null; then
  echo "The books do not close: $delivered delivered, $distinct distinct messages in Kafka" >&2
  exit 1
fi
printf '\nThe books close: %s records delivered, %s distinct messages in Kafka.\n' "$delivered" "$distinct"
