// A test's view of the real broker: makes topics and reads them back, from the first record to the last.
#pragma once

#include <chrono>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace pktferry::testing {

// Where the broker listens: the fixture that CTest starts for the tests (tests/support/kafka/CMakeLists.txt) wrote it
// to this file.
inline std::string kafka_brokers() {
  std::ifstream file(PKTFERRY_KAFKA_BOOTSTRAP_FILE);
  std::string brokers;
  if (!std::getline(file, brokers)) {
    throw std::runtime_error(
        "no broker: start the tests with ctest, which starts one, or write HOST:PORT "
        "to " PKTFERRY_KAFKA_BOOTSTRAP_FILE);
  }
  return brokers;
}

struct KafkaRecord {
  std::int32_t partition;
  std::int64_t offset;
  std::int64_t timestamp_ms;
  std::string key;
  std::string value;
};

class KafkaTopic {
 public:
  // Every test has a topic of its own; `name` is only its beginning.
  explicit KafkaTopic(const std::string& name)
      : name_(name + '-' + std::to_string(std::chrono::system_clock::now().time_since_epoch().count())),
        client_(make_client()) {}

  const std::string& name() const { return name_; }

  void create(int partitions = 3) {
    char error[256];
    std::unique_ptr<rd_kafka_NewTopic_t, decltype(&rd_kafka_NewTopic_destroy)> topic(
        rd_kafka_NewTopic_new(name_.c_str(), partitions, 1, error, sizeof error), &rd_kafka_NewTopic_destroy);
    std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)> queue(rd_kafka_queue_new(client_.get()),
                                                                               &rd_kafka_queue_destroy);
    rd_kafka_NewTopic_t* topics[] = {topic.get()};
    rd_kafka_CreateTopics(client_.get(), topics, 1, nullptr, queue.get());
    std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)> event(
        rd_kafka_queue_poll(queue.get(), kPatienceMs), &rd_kafka_event_destroy);
    const rd_kafka_CreateTopics_result_t* result = event ? rd_kafka_event_CreateTopics_result(event.get()) : nullptr;
    std::size_t count = 0;
    const rd_kafka_topic_result_t** results = result ? rd_kafka_CreateTopics_result_topics(result, &count) : nullptr;
    if (count != 1 || rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw std::runtime_error("cannot create topic " + name_);
    }
    partitions_ = partitions;
  }

  // How many records the broker has for the topic now.
  std::size_t size() {
    std::size_t total = 0;
    for (int partition = 0; partition < partitions_; ++partition) total += static_cast<std::size_t>(end_of(partition));
    return total;
  }

  // Every record of the topic, partition by partition, in their order.
  std::vector<KafkaRecord> read_all() {
    std::vector<KafkaRecord> records;
    for (int partition = 0; partition < partitions_; ++partition) read_partition(partition, records);
    return records;
  }

 private:
  static constexpr int kPatienceMs = 30'000;
  struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };
  using Client = std::unique_ptr<rd_kafka_t, Destroy>;

  static Client make_client() {
    char error[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const std::string brokers = kafka_brokers();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), error, sizeof error);
    rd_kafka_conf_set(conf, "group.id", "tests", error, sizeof error);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", error, sizeof error);
    Client client(rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error));
    if (!client) throw std::runtime_error(error);
    rd_kafka_poll_set_consumer(client.get());
    return client;
  }

  std::int64_t end_of(int partition) {
    std::int64_t first = 0;
    std::int64_t end = 0;
    if (rd_kafka_query_watermark_offsets(client_.get(), name_.c_str(), partition, &first, &end, kPatienceMs) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
      throw std::runtime_error("cannot ask for the end of topic " + name_);
    }
    return end;
  }

  void read_partition(int partition, std::vector<KafkaRecord>& records) {
    const std::int64_t end = end_of(partition);
    std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> assignment(
        rd_kafka_topic_partition_list_new(1), &rd_kafka_topic_partition_list_destroy);
    rd_kafka_topic_partition_list_add(assignment.get(), name_.c_str(), partition)->offset = 0;
    rd_kafka_assign(client_.get(), assignment.get());
    for (std::int64_t next = 0; next < end;) {
      std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message(
          rd_kafka_consumer_poll(client_.get(), kPatienceMs), &rd_kafka_message_destroy);
      if (!message || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw std::runtime_error("topic " + name_ + " ends before " + std::to_string(end) + " records");
      }
      records.push_back({message->partition, message->offset, rd_kafka_message_timestamp(message.get(), nullptr),
                         std::string(static_cast<const char*>(message->key), message->key_len),
                         std::string(static_cast<const char*>(message->payload), message->len)});
      next = message->offset + 1;
    }
    rd_kafka_assign(client_.get(), nullptr);
  }

  std::string name_;
  Client client_;
  int partitions_ = 0;
};

}  // namespace pktferry::testing
