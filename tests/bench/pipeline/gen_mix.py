#!/usr/bin/env python3
"""Writes the benchmarks' traffic: deterministic, and a shorter file is the beginning of a longer one.

    gen_mix.py OUT.pcap [PACKETS=1000000] [SEED=1]

65 % TCP, 20 % UDP, 15 % DNS packets of 10,000 flows with heavy-tailed popularity; 16 % IPv6, 8 % 802.1Q, 1 % QinQ;
428 bytes a packet on average. Standard library only. Prints what it wrote as one JSON object.
"""

import itertools
import json
import random
import struct
import sys

FLOWS = 10_000
START_US = 1_700_000_000_000_000
SYN_OPTIONS = b"\x02\x04\x05\xb4\x04\x02\x08\x0a"
LABELS = (b"www", b"api", b"cdn", b"mail", b"ns1")
DOMAINS = (b"com", b"net", b"org", b"example", b"test")
LETTERS = b"abcdefghijklmnopqrstuvwxyz0123456789"

pack = struct.pack
out = sys.argv[1]
packets = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
rng = random.Random(seed)


def word_sum(data):
    if len(data) & 1:
        data += b"\0"
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


def fold(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def random_bytes(count):
    return bytes(rng.getrandbits(8) for _ in range(count))


def random_name():
    labels = (rng.choice(LABELS), bytes(rng.choice(LETTERS) for _ in range(rng.randint(4, 16))), rng.choice(DOMAINS))
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


NOISE = random_bytes(65536)
NAMES = [random_name() for _ in range(500)]


def noise(count):
    start = rng.randrange(0, 65536 - count)
    return NOISE[start:start + count]


class Flow:
    """Two endpoints; index 0 is the client in every pair."""

    def __init__(self, index):
        self.kind = "tcp" if index < 6500 else "udp" if index < 8500 else "dns"
        self.six = rng.random() < 0.15
        chance = rng.random()
        self.tags = b""
        if chance < 0.10:
            self.tags = pack("!HH", 0x8100, rng.randint(0, 7) << 13 | rng.randint(1, 4094))
        elif chance < 0.11:
            self.tags = pack("!HHHH", 0x88A8, rng.randint(1, 4094), 0x8100, rng.randint(1, 4094))
        self.macs = (b"\x02" + random_bytes(5), b"\x02" + random_bytes(5))
        if self.six:
            self.addresses = (b"\x20\x01\x0d\xb8" + random_bytes(12), b"\x20\x01\x0d\xb8\0\1" + random_bytes(10))
        else:
            self.addresses = (bytes([10, rng.getrandbits(8), rng.getrandbits(8), rng.randint(1, 254)]),
                              bytes([198, rng.randint(18, 19), rng.getrandbits(8), rng.randint(1, 254)]))
        client_port = rng.randint(1024, 65535)
        self.ports = (client_port, {"tcp": rng.choice([80, 443, 443, 443, 22, 25, 8080, 5432]),
                                    "udp": rng.choice([123, 443, 443, 4790, 5004, 1900, 27015]),
                                    "dns": 53}[self.kind])
        self.sequence = [rng.getrandbits(32), rng.getrandbits(32)]
        self.ip_id = rng.getrandbits(16)
        self.count = 0
        self.address_sum = word_sum(self.addresses[0]) + word_sum(self.addresses[1])


flows = {"tcp": [], "udp": [], "dns": []}
for number in range(FLOWS):
    flow = Flow(number)
    flows[flow.kind].append(flow)
popularity = {}
for kind, members in flows.items():
    weights = [1.0 / ((rank + 1) ** 0.7) for rank in range(len(members))]
    rng.shuffle(weights)
    popularity[kind] = list(itertools.accumulate(weights))


def with_checksum(flow, segment, protocol, offset):
    total = fold(flow.address_sum + protocol + len(segment) + word_sum(segment))
    if protocol == 17 and total == 0:
        total = 0xFFFF
    return segment[:offset] + pack("!H", total) + segment[offset + 2:]


def tcp_segment(flow):
    direction = rng.getrandbits(1) if flow.count > 2 else flow.count - 1
    if flow.count <= 2:
        flags, size = (0x02 if flow.count == 1 else 0x12), 0
        options = SYN_OPTIONS + pack("!II", flow.count * 1000, 0) + b"\x01\x03\x03\x07"
    else:
        chance = rng.random()
        if chance < 0.46:
            size, flags = 0, 0x10
        elif chance < 0.76:
            size, flags = rng.randint(34, 634), 0x18
        else:
            size, flags = rng.randint(1200, 1448), 0x10
        if size == 0 and rng.random() < 0.01:
            flags = 0x11
        options = b"\x01\x01\x08\x0a" + pack("!II", flow.count * 1000 & 0xFFFFFFFF, flow.count * 999 & 0xFFFFFFFF)
    header = pack("!HHIIBBHHH", flow.ports[direction], flow.ports[1 - direction], flow.sequence[direction],
                  flow.sequence[1 - direction] if flags & 0x10 else 0, (20 + len(options)) // 4 << 4, flags,
                  rng.randint(200, 65535), 0, 0) + options
    flow.sequence[direction] = flow.sequence[direction] + size + (1 if flags & 3 else 0) & 0xFFFFFFFF
    return direction, with_checksum(flow, header + noise(size), 6, 16)


def dns_message(flow):
    """Query, response, query, ... of one client."""
    direction = (flow.count + 1) & 1
    if direction == 0:
        flow.query_id = rng.getrandbits(16)
        flow.query_name = rng.choice(NAMES)
        flow.query_type = 28 if rng.random() < 0.3 else 1
    question = flow.query_name + pack("!HH", flow.query_type, 1)
    if direction == 0:
        return direction, pack("!HHHHHH", flow.query_id, 0x0100, 1, 0, 0, 0) + question
    answers, code = rng.randint(1, 3), 0
    if rng.random() < 0.05:
        answers, code = 0, 3
    message = pack("!HHHHHH", flow.query_id, 0x8180 | code, 1, answers, 0, 0) + question
    for _ in range(answers):
        data = random_bytes(16 if flow.query_type == 28 else 4)
        message += pack("!HHHIH", 0xC00C, flow.query_type, 1, 300, len(data)) + data
    return direction, message


def udp_message():
    direction = rng.getrandbits(1)
    chance = rng.random()
    if chance < 0.5:
        return direction, noise(rng.randint(20, 200))
    return direction, noise(rng.randint(200, 1000) if chance < 0.8 else rng.randint(1000, 1300))


def network_packet(flow, direction, segment, protocol):
    src, dst = flow.addresses[direction], flow.addresses[1 - direction]
    if flow.six:
        return 0x86DD, pack("!IHBB", 0x60000000 | (flow.ports[0] * 7 & 0xFFFFF), len(segment), protocol,
                            64) + src + dst + segment
    flow.ip_id = (flow.ip_id + 1) & 0xFFFF
    header = pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), flow.ip_id, 0x4000, 64 if direction == 0 else 57, protocol,
                  0) + src + dst
    return 0x0800, header[:10] + pack("!H", fold(word_sum(header))) + header[12:] + segment


def next_frame():
    chance = rng.random()
    kind = "tcp" if chance < 0.65 else "udp" if chance < 0.85 else "dns"
    flow = rng.choices(flows[kind], cum_weights=popularity[kind])[0]
    flow.count += 1
    if kind == "tcp":
        protocol = 6
        direction, segment = tcp_segment(flow)
    else:
        protocol = 17
        direction, message = dns_message(flow) if kind == "dns" else udp_message()
        segment = with_checksum(flow, pack("!HHHH", flow.ports[direction], flow.ports[1 - direction],
                                           8 + len(message), 0) + message, 17, 6)
    ethertype, packet = network_packet(flow, direction, segment, protocol)
    frame = flow.macs[1 - direction] + flow.macs[direction] + flow.tags + pack("!H", ethertype) + packet
    return flow, frame + bytes(max(0, 60 - len(frame)))


written = {"packets": packets, "seed": seed, "tcp": 0, "udp": 0, "dns": 0, "ipv6": 0, "vlan": 0, "qinq": 0}
total_bytes = 0
with open(out, "wb", 1 << 20) as file:
    file.write(pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    clock_us = START_US
    for _ in range(packets):
        clock_us += 1 + int(rng.expovariate(1 / 9.5))
        flow, frame = next_frame()
        file.write(pack("<IIII", clock_us // 1_000_000, clock_us % 1_000_000, len(frame), len(frame)) + frame)
        written[flow.kind] += 1
        written["ipv6"] += flow.six
        written["vlan"] += len(flow.tags) == 4
        written["qinq"] += len(flow.tags) == 8
        total_bytes += len(frame)
written["mean_bytes"] = round(total_bytes / packets, 1)
print(json.dumps(written))
