// Messages into one Kafka topic: the only user of librdkafka.
//
// Zero copy: librdkafka sends each payload from where the publisher encoded it and says by a delivery report when it
// needs it no longer. The defaults hold records for ever (message.timeout.ms=0, acks=all): whatever the brokers do,
// a message ends only as delivered, refused for what it is, or handed back to be sent again.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "publisher-svc/log_limiter.hpp"
#include "publisher-svc/sink/kafka_properties.hpp"
#include "publisher-svc/sink/message_sink.hpp"

namespace pktferry::publisher {

struct KafkaOptions {
  std::string brokers;  // HOST:PORT,…; empty: bootstrap.servers of the properties
  std::string topic;
  // Later ones win over earlier ones, and all of them over the defaults of kafka_sink.cpp. Refused are those that the
  // delivery guarantee rests on: delivery.report.only.error, transactional.id, and idempotence where the library's
  // is faulty. acks may be lowered (a warning says what that means); message.timeout.ms may be set: what times out is
  // sent again.
  std::vector<KafkaProperty> properties;
  // librdkafka's own limits are put above these, so that the publisher's arena is the one bound.
  std::size_t max_messages;
  std::size_t max_bytes;
};

// Thread rights: one thread, that of the publish loop.
class KafkaSink final : public MessageSink {
 public:
  // Does not wait for a broker. Throws SinkError: unknown property or value, missing certificate, no brokers.
  explicit KafkaSink(const KafkaOptions& options);
  // Messages under way are dropped; their payloads must still exist.
  ~KafkaSink() override;

  SendStatus send(const Message& message) override;
  ring::FailReason last_refusal() const override;
  void poll(std::chrono::milliseconds timeout, const ReportHandler& handler) override;
  void purge() override;
  bool needs_recovery() const override;
  bool is_closed() const override { return false; }
  std::optional<std::string> trouble() const override;
  const std::string& destination() const override { return destination_; }

 private:
  struct Producer;
  struct Callbacks;

  std::unique_ptr<Producer> make_producer();
  void replace_producer();
  void probe_connection();
  void hold(const char* error);

  const KafkaOptions options_;
  const std::string destination_;
  std::size_t owed_reports_ = 0;
  ring::FailReason last_refusal_{};
  const ReportHandler* handler_ = nullptr;  // during poll()
  bool is_fatal_ = false;
  std::chrono::steady_clock::time_point next_replacement_{};
  std::chrono::steady_clock::time_point next_probe_{};
  std::string broker_error_;                              // the newest one of a single broker: why all are down
  std::string connection_trouble_;                        // ends with the next answer of a broker
  std::string delivery_trouble_;                          // ends with the next acknowledgement
  LogLimiter log_limiter_{10, std::chrono::seconds(10)};  // librdkafka's threads use it
  std::unique_ptr<Producer> producer_;  // last: its threads use what is above. Nothing while no new one can be made
};

// Whether any of the properties names the brokers.
bool names_brokers(const std::vector<KafkaProperty>& properties);

}  // namespace pktferry::publisher
