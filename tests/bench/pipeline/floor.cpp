// The floor: librdkafka alone, one constant message again and again. Nothing that ends in librdkafka costs less.
//
//   floor BROKERS TOPIC COUNT SIZE
#include <cstdio>
#include <cstdlib>
#include <string>

#include <librdkafka/rdkafka.h>

namespace {

long delivered = 0;

void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++delivered;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("floor BROKERS TOPIC COUNT SIZE\n", stderr);
    return 2;
  }
  const long count = std::atol(argv[3]);
  std::string payload(std::strtoul(argv[4], nullptr, 10), '\0');
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = "{\"abcdefghij\":0123456789,"[i % 24];

  char error[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], error, sizeof error);
  rd_kafka_conf_set_dr_msg_cb(conf, on_report);
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  rd_kafka_topic_t* topic = producer == nullptr ? nullptr : rd_kafka_topic_new(producer, argv[2], nullptr);
  if (topic == nullptr) {
    std::fprintf(stderr, "floor: %s\n", error);
    return 1;
  }
  for (long i = 0; i < count; ++i) {
    while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, payload.data(), payload.size(), nullptr,
                            0, nullptr) == -1) {
      rd_kafka_poll(producer, 100);  // its queue is full
    }
    if (i % 64 == 0) rd_kafka_poll(producer, 0);
  }
  rd_kafka_flush(producer, 60'000);
  rd_kafka_topic_destroy(topic);
  rd_kafka_destroy(producer);
  return delivered == count ? 0 : 1;
}
