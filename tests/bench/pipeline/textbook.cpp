// What anyone would write in an afternoon: one process, a capture thread that copies packets into a queue under a
// mutex, a worker that parses them with libtins, writes JSON with RapidJSON and hands it to librdkafka. Fewer fields
// than the pair gives.
//
//   textbook FILE BROKERS TOPIC
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <librdkafka/rdkafkacpp.h>
#include <pcap/pcap.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <tins/tins.h>

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

struct Packet {
  std::uint64_t microseconds;
  std::uint64_t number;
  std::uint32_t wire_length;
  std::vector<std::uint8_t> bytes;
};

class Queue {
 public:
  void push(Packet packet) {
    {
      std::unique_lock lock(mutex_);
      has_room_.wait(lock, [this] { return packets_.size() < 100'000; });
      packets_.push(std::move(packet));
    }
    has_packet_.notify_one();
  }
  void finish() {
    {
      std::lock_guard lock(mutex_);
      finished_ = true;
    }
    has_packet_.notify_all();
  }
  bool pop(Packet& packet) {
    {
      std::unique_lock lock(mutex_);
      has_packet_.wait(lock, [this] { return finished_ || !packets_.empty(); });
      if (packets_.empty()) return false;
      packet = std::move(packets_.front());
      packets_.pop();
    }
    has_room_.notify_one();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable has_packet_;
  std::condition_variable has_room_;
  std::queue<Packet> packets_;
  bool finished_ = false;
};

void number(Writer& json, const char* key, std::uint64_t value) {
  json.Key(key);
  json.Uint64(value);
}

void text(Writer& json, const char* key, const std::string& value) {
  json.Key(key);
  json.String(value.c_str());
}

void write_network(Writer& json, const Tins::EthernetII& frame) {
  if (const auto* ip = frame.find_pdu<Tins::IP>()) {
    json.Key("ip");
    json.StartObject();
    number(json, "version", 4);
    number(json, "hdr_len", ip->head_len());
    number(json, "tos", ip->tos());
    number(json, "len", ip->tot_len());
    number(json, "id", ip->id());
    number(json, "flags", ip->flags());
    number(json, "frag_offset", ip->fragment_offset());
    number(json, "ttl", ip->ttl());
    number(json, "proto", ip->protocol());
    number(json, "checksum", ip->checksum());
    text(json, "src", ip->src_addr().to_string());
    text(json, "dst", ip->dst_addr().to_string());
    json.EndObject();
  }
  if (const auto* ip = frame.find_pdu<Tins::IPv6>()) {
    json.Key("ipv6");
    json.StartObject();
    number(json, "version", 6);
    number(json, "tclass", ip->traffic_class());
    number(json, "flow", ip->flow_label());
    number(json, "plen", ip->payload_length());
    number(json, "nxt", ip->next_header());
    number(json, "hlim", ip->hop_limit());
    text(json, "src", ip->src_addr().to_string());
    text(json, "dst", ip->dst_addr().to_string());
    json.EndObject();
  }
}

void write_dns(Writer& json, const Tins::UDP& udp) {
  const auto* payload = udp.find_pdu<Tins::RawPDU>();
  if ((udp.dport() != 53 && udp.sport() != 53) || payload == nullptr) return;
  const Tins::DNS dns(payload->payload().data(), static_cast<std::uint32_t>(payload->payload().size()));
  json.Key("dns");
  json.StartObject();
  number(json, "id", dns.id());
  number(json, "response", dns.type());
  number(json, "rcode", dns.rcode());
  number(json, "queries", dns.questions_count());
  number(json, "answers", dns.answers_count());
  const auto queries = dns.queries();
  if (!queries.empty()) {
    text(json, "qry_name", queries.front().dname());
    number(json, "qry_type", queries.front().query_type());
  }
  json.EndObject();
}

void write_transport(Writer& json, const Tins::EthernetII& frame) {
  if (const auto* tcp = frame.find_pdu<Tins::TCP>()) {
    json.Key("tcp");
    json.StartObject();
    number(json, "srcport", tcp->sport());
    number(json, "dstport", tcp->dport());
    number(json, "seq", tcp->seq());
    number(json, "ack", tcp->ack_seq());
    number(json, "hdr_len", tcp->data_offset());
    number(json, "flags", tcp->flags());
    number(json, "window", tcp->window());
    number(json, "checksum", tcp->checksum());
    json.EndObject();
  }
  if (const auto* udp = frame.find_pdu<Tins::UDP>()) {
    json.Key("udp");
    json.StartObject();
    number(json, "srcport", udp->sport());
    number(json, "dstport", udp->dport());
    number(json, "length", udp->length());
    number(json, "checksum", udp->checksum());
    json.EndObject();
    write_dns(json, *udp);
  }
}

void write_packet(Writer& json, const Packet& packet) {
  const Tins::EthernetII frame(packet.bytes.data(), static_cast<std::uint32_t>(packet.bytes.size()));
  json.StartObject();
  number(json, "timestamp", packet.microseconds);
  number(json, "number", packet.number);
  number(json, "len", packet.wire_length);
  json.Key("eth");
  json.StartObject();
  text(json, "src", frame.src_addr().to_string());
  text(json, "dst", frame.dst_addr().to_string());
  number(json, "type", frame.payload_type());
  json.EndObject();
  if (const auto* vlan = frame.find_pdu<Tins::Dot1Q>()) {
    json.Key("vlan");
    json.StartObject();
    number(json, "id", vlan->id());
    number(json, "priority", vlan->priority());
    json.EndObject();
  }
  write_network(json, frame);
  write_transport(json, frame);
  json.EndObject();
}

void work(Queue& queue, RdKafka::Producer& producer, const std::string& topic) {
  for (Packet packet; queue.pop(packet);) {
    rapidjson::StringBuffer buffer;
    Writer json(buffer);
    try {
      write_packet(json, packet);
    } catch (const Tins::exception_base&) {
      continue;  // as such programs do: malformed packets vanish
    }
    while (producer.produce(topic, RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY,
                            const_cast<char*>(buffer.GetString()), buffer.GetSize(), nullptr, 0, 0, nullptr,
                            nullptr) == RdKafka::ERR__QUEUE_FULL) {
      producer.poll(100);
    }
    producer.poll(0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("textbook FILE BROKERS TOPIC\n", stderr);
    return 2;
  }
  char error[PCAP_ERRBUF_SIZE];
  pcap_t* file = pcap_open_offline(argv[1], error);
  if (file == nullptr) {
    std::fprintf(stderr, "textbook: %s\n", error);
    return 1;
  }
  std::string problem;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", argv[2], problem);
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), problem));
  if (!producer) {
    std::fprintf(stderr, "textbook: %s\n", problem.c_str());
    return 1;
  }

  Queue queue;
  std::thread worker(work, std::ref(queue), std::ref(*producer), std::string(argv[3]));
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  for (std::uint64_t count = 1; pcap_next_ex(file, &header, &bytes) == 1; ++count) {
    queue.push(
        {static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(header->ts.tv_usec),
         count, header->len, std::vector<std::uint8_t>(bytes, bytes + header->caplen)});
  }
  queue.finish();
  worker.join();
  producer->flush(60'000);
  pcap_close(file);
  return producer->outq_len() == 0 ? 0 : 1;
}
