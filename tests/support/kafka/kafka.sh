#!/usr/bin/env bash
# One real Apache Kafka broker (KRaft, broker and controller in one process) on the loopback interface.
#
#   kafka.sh fetch        gets the jars from Maven Central, once (55 MB, into the cache)
#   kafka.sh up DIR       starts a broker on free ports, its data in DIR; prints host:port once it answers
#   kafka.sh down DIR     ends it and removes DIR
#
#   KAFKA_AUTO_CREATE     true: topics are made when they are first named (default false)
#   KAFKA_OWNER           pid; when that process is gone the broker ends by itself (default: the caller)
#   XDG_CACHE_HOME        the jars lie in its pktferry/ (default ~/.cache)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/pktferry
jars=$cache/kafka-$(sed -n 's|.*<kafka.version>\(.*\)</kafka.version>.*|\1|p' "$here/pom.xml")

fail() {
  echo "kafka.sh: $*" >&2
  exit 1
}

# Into a folder of its own first: an interrupted download leaves nothing that looks complete.
fetch() {
  [ -d "$jars" ] && return
  echo "fetching Apache Kafka's jars into $jars" >&2
  mkdir -p "$cache"
  local part
  part=$(mktemp -d "$jars.XXXXXX")
  mvn -B -q -Dmaven.repo.local="$cache/maven" -f "$here/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$part" >&2 ||
    { rm -rf "$part"; fail "Maven could not fetch the jars: is Maven Central reachable?"; }
  mv -T "$part" "$jars" 2>/dev/null || rm -rf "$part"  # somebody else was quicker
}

free_ports() {
  python3 -c '
import socket
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(s.getsockname()[1] for s in sockets))'
}

write_properties() { # DIR PORT CONTROLLER_PORT
  cat >"$1/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$3
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$3
advertised.listeners=PLAINTEXT://127.0.0.1:$2
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$1/data
auto.create.topics.enable=${KAFKA_AUTO_CREATE:-false}
num.partitions=3
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.segment.bytes=134217728
num.network.threads=2
num.io.threads=4
END
}

# Whether PID is (still) the broker of DIR: pids are used again.
is_broker() { # DIR PID
  grep -qsF "$1/server.properties" "/proc/$2/cmdline"
}

# Ends the broker of DIR when its owner is gone, however that ended.
watch_owner() { # DIR OWNER BROKER
  while kill -0 "$2" 2>/dev/null && kill -0 "$3" 2>/dev/null; do sleep 1; done
  if is_broker "$1" "$3" && [ "$(cat "$1/pid")" = "$3" ]; then down "$1"; fi
}

# 0 once the broker answers, 1 where it has died.
wait_ready() { # DIR PORT PID
  local _
  for _ in $(seq 600); do
    kill -0 "$3" 2>/dev/null || return 1
    timeout 3 kcat -b "127.0.0.1:$2" -L -m 2 2>/dev/null | grep -q 'broker 1 at' && return
    sleep 0.1
  done
  return 1
}

up() { # DIR
  local port controller attempt broker owner=${KAFKA_OWNER:-$PPID}
  fetch
  down "$1"  # left over from a run that was killed
  mkdir -p "$1"
  for attempt in 1 2 3; do  # a port may be taken between looking for it and binding it
    read -r port controller < <(free_ports)
    rm -rf "$1/data"
    write_properties "$1" "$port" "$controller"
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$jars/*" kafka.tools.StorageTool format \
      -t AAAAAAAAAAAAAAAAAAAAAQ -c "$1/server.properties" >"$1/format.log" 2>&1 ||
      fail "cannot format $1/data: $(tail -n 1 "$1/format.log")"
    setsid java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
      -Dlog4j2.configurationFile="$here/log4j2.properties" -cp "$jars/*" kafka.Kafka "$1/server.properties" \
      >"$1/log" 2>&1 </dev/null &
    broker=$!
    echo "$broker" >"$1/pid"
    watch_owner "$1" "$owner" "$broker" >/dev/null 2>&1 </dev/null &
    if wait_ready "$1" "$port" "$broker"; then
      echo "127.0.0.1:$port"
      return
    fi
    kill -KILL "$broker" 2>/dev/null || true
  done
  fail "the broker did not start, $attempt times: $(grep -m 1 -E 'ERROR|FATAL' "$1/log" || tail -n 1 "$1/log")"
}

down() { # DIR
  local broker
  broker=$(cat "$1/pid" 2>/dev/null || true)
  # Its data goes with it: there is nothing to close in order.
  while [ -n "$broker" ] && is_broker "$1" "$broker"; do
    kill -KILL "$broker" 2>/dev/null || true
    sleep 0.05
  done
  rm -rf "$1"
}

case "${1:-} ${2:+DIR}" in
  "fetch ") fetch ;;
  "up DIR") up "$2" ;;
  "down DIR") down "$2" ;;
  *)
    sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
