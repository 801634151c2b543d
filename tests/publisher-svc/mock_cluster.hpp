// A Kafka cluster inside the test's process: librdkafka's own mock, with its ways to fail.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace pktferry::publisher {

class MockCluster {
 public:
  struct Stored {
    std::string key;
    bool has_key;
    std::string value;
    std::int64_t timestamp_ms;
    std::int32_t partition;
  };

  explicit MockCluster(int brokers = 1) : client_(make_client({})) {
    cluster_ = rd_kafka_mock_cluster_new(client_.get(), brokers);
    if (cluster_ == nullptr) throw std::runtime_error("no mock cluster");
  }
  ~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }

  void create_topic(const std::string& topic, int partitions = 1) {
    rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1);
  }
  // NO_ERROR ends it.
  void set_topic_error(const std::string& topic, rd_kafka_resp_err_t error) {
    rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), error);
  }
  // The next `count` produce requests are answered with `error`: one batch each.
  void fail_produce(rd_kafka_resp_err_t error, std::size_t count = 1) {
    const std::vector<rd_kafka_resp_err_t> errors(count, error);
    constexpr std::int16_t kProduce = 0;
    rd_kafka_mock_push_request_errors_array(cluster_, kProduce, count, errors.data());
  }
  void set_down(bool is_down) {
    is_down ? rd_kafka_mock_broker_set_down(cluster_, 1) : rd_kafka_mock_broker_set_up(cluster_, 1);
  }

  // The first `count` messages of a partition, or those that came within ten seconds.
  std::vector<Stored> consume(const std::string& topic, std::size_t count, std::int32_t partition = 0) const {
    const auto consumer = make_client(brokers());
    rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer.get(), list);
    rd_kafka_topic_partition_list_destroy(list);
    std::vector<Stored> stored;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (stored.size() < count && std::chrono::steady_clock::now() < deadline) {
      const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message(
          rd_kafka_consumer_poll(consumer.get(), 100), &rd_kafka_message_destroy);
      if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      stored.push_back({{static_cast<const char*>(message->key), message->key_len},
                        message->key != nullptr,
                        {static_cast<const char*>(message->payload), message->len},
                        rd_kafka_message_timestamp(message.get(), nullptr),
                        message->partition});
    }
    rd_kafka_consumer_close(consumer.get());
    return stored;
  }

 private:
  using Client = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;

  // A consumer of `brokers`, or the producer that carries a mock cluster.
  static Client make_client(const std::string& brokers) {
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    char why[256];
    const auto set = [&](const char* name, const std::string& value) {
      if (rd_kafka_conf_set(conf, name, value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK)
        throw std::runtime_error(why);
    };
    if (!brokers.empty()) {
      set("bootstrap.servers", brokers);
      set("group.id", "test");
      set("enable.auto.commit", "false");
    }
    set("log_level", "2");
    Client client(rd_kafka_new(brokers.empty() ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, why, sizeof why),
                  &rd_kafka_destroy);
    if (client == nullptr) throw std::runtime_error(why);
    return client;
  }

  Client client_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace pktferry::publisher
