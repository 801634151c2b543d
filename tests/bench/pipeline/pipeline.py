#!/usr/bin/env python3
"""CPU per packet of the pair of services, from a file into a mock broker, against what else there is.

    pipeline.py --build DIR --input FILE.pcap [--rounds N]

In each round every program runs once, one after the other, so that a slow minute of the machine hits all of them; the
table has medians over the rounds. CPU is user and system time of all the processes of a program, the broker's left out.
A round during which the two cores moved apart or together (ping_pong.cpp) is left out and said so.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TSHARK_FIELDS = (
    "frame.time_epoch frame.len eth.src eth.dst vlan.id ip.src ip.dst ip.ttl ip.proto ipv6.src ipv6.dst tcp.srcport "
    "tcp.dstport tcp.seq_raw tcp.flags udp.srcport udp.dstport dns.id dns.qry.name").split()
MIXED = 2.0  # rounds whose ping-pong differs by more than this factor are discarded


class Measurement:
    def __init__(self, packets, seconds, cpu_seconds, rss_kib):
        self.packets_per_s = packets / seconds
        self.cpu_us = cpu_seconds * 1e6 / packets
        self.rss_mib = rss_kib / 1024


def measure(packets, *commands, piped=False):
    """Runs the commands at once (as a pipe where `piped`) until all have ended; each must end with 0."""
    began = time.monotonic()
    processes = []
    for index, command in enumerate(commands):
        last = index == len(commands) - 1
        source = processes[-1].stdout if piped and processes else subprocess.DEVNULL
        processes.append(subprocess.Popen(command, stdin=source, stderr=subprocess.PIPE,
                                          stdout=subprocess.PIPE if piped and not last else subprocess.DEVNULL))
        if piped and index > 0:
            source.close()
    cpu = rss = 0
    for process in processes:
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(map(str, process.args))} ended with {process.returncode}: {errors.decode()[-2000:]}")
        cpu += usage.ru_utime + usage.ru_stime
        rss += usage.ru_maxrss
    return Measurement(packets, time.monotonic() - began, cpu, rss)


@contextlib.contextmanager
def mock_broker(program):
    broker = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield broker.stdout.readline().strip()
    finally:
        broker.stdin.close()
        broker.wait()


class Pipeline:
    def __init__(self, build, source, packets):
        self.build = build
        self.source = source
        self.packets = packets
        self.bench = build / "tests/bench/pipeline"
        self.tshark_packets = max(1, packets // 25)  # forty times slower than the rest: a part is enough

    def services(self, ring, sink, count):
        return ([self.build / "publisher-svc/publisher-svc", "--ring", ring, "--listen", "none", "--until-end", *sink],
                [self.build / "capture-svc/capture-svc", "--ring", ring, "--listen", "none", "-r", self.source,
                 "--count", str(count)])

    def message_bytes(self, count=20_000):
        """Mean length of the pair's messages: the floor sends as many bytes."""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir="/dev/shm") as ring:
            out = pathlib.Path(folder) / "out.ndjson"
            count = min(count, self.packets)
            measure(count, *self.services(ring, ["--sink", f"file:{out}"], count))
            return out.stat().st_size // count - 1

    def pair(self, brokers, *options):
        with tempfile.TemporaryDirectory(dir="/dev/shm") as ring:
            return measure(self.packets, *self.services(ring, ["-b", brokers, "-t", "pair", *options], self.packets))

    def floor(self, brokers, size):
        return measure(self.packets, [self.bench / "bench_floor", brokers, "floor", str(self.packets), str(size)])

    def textbook(self, brokers):
        return measure(self.packets, [self.bench / "bench_textbook", self.source, brokers, "textbook"])

    def tshark(self, brokers):
        tshark = ["tshark", "-n", "-r", self.source, "-c", str(self.tshark_packets), "-T", "ek"]
        for field in TSHARK_FIELDS:
            tshark += ["-e", field]
        return measure(self.tshark_packets, tshark, ["grep", "-v", '^{"index"'],
                       ["kcat", "-P", "-q", "-b", brokers, "-t", "tshark"], piped=True)

    def core_distance_ns(self):
        return int(subprocess.run([self.bench / "bench_ping_pong"], capture_output=True, check=True).stdout)


def packets_of(file):
    """Counts by walking the record headers: little-endian pcap, as gen_mix.py writes it."""
    count = 0
    with open(file, "rb") as stream:
        stream.seek(24)
        while len(header := stream.read(16)) == 16:
            stream.seek(int.from_bytes(header[8:12], "little"), 1)
            count += 1
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the build folder of the release preset")
    parser.add_argument("--input", type=pathlib.Path, required=True, help="what gen_mix.py wrote")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for program in ("tshark", "kcat"):
        if shutil.which(program) is None:
            sys.exit(f"pipeline.py: {program} is not installed: tests/support/install_deps.sh bench")

    pipeline = Pipeline(options.build, options.input, packets_of(options.input))
    size = pipeline.message_bytes()
    print(f"{pipeline.packets} packets, {size} bytes of JSON each on average, {options.rounds} rounds")
    results = {name: [] for name in (f"floor: librdkafka alone, {size} B, no key", "capture-svc and publisher-svc",
                                     "capture-svc and publisher-svc --key none", "textbook", "tshark -T ek into kcat")}
    with mock_broker(pipeline.bench / "bench_mock_cluster") as brokers:
        for number in range(1, options.rounds + 1):
            before = pipeline.core_distance_ns()
            round_results = (pipeline.floor(brokers, size), pipeline.pair(brokers),
                             pipeline.pair(brokers, "--key", "none"), pipeline.textbook(brokers),
                             pipeline.tshark(brokers))
            after = pipeline.core_distance_ns()
            mixed = max(before, after) > MIXED * min(before, after)
            print(f"round {number}: ping-pong {before} ns before, {after} ns after{': discarded' if mixed else ''}; "
                  f"CPU us/packet {', '.join(f'{result.cpu_us:.2f}' for result in round_results)}", flush=True)
            if not mixed:
                for kept, result in zip(results.values(), round_results):
                    kept.append(result)

    if not all(results.values()):
        sys.exit("pipeline.py: the machine was never still for a whole round: run it again")
    floor_us = statistics.median(result.cpu_us for result in next(iter(results.values())))
    print("\n| program | packets/s | CPU us/packet | times the floor | resident MiB |\n|---|---|---|---|---|")
    for name, kept in results.items():
        median = {key: statistics.median(getattr(result, key) for result in kept)
                  for key in ("packets_per_s", "cpu_us", "rss_mib")}
        print(f"| {name} | {median['packets_per_s']:,.0f} | {median['cpu_us']:.2f} | {median['cpu_us'] / floor_us:.2f} "
              f"| {median['rss_mib']:.0f} |")


if __name__ == "__main__":
    main()
