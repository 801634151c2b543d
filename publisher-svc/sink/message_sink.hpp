// Where messages go: the edge of publisher-svc that librdkafka stands behind.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "shared/ring/ring_layout.hpp"

namespace pktferry::publisher {

// Start-up failure of a sink: names the option, its value and what helps. One line; no secret in it.
class SinkError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Message {
  std::string_view payload;   // must stay where it is until its report
  std::string_view key;       // copied; empty: no key
  std::int64_t timestamp_ms;  // Kafka's record timestamp, ms since the Unix epoch
  void* token;                // comes back with the report
};

// What became of a message.
struct Report {
  enum class Outcome {
    kDelivered,
    kRefused,  // by the broker, for what the record is: final when it was alone in its batch
    kHeld,     // anything else: the record must be sent again
  };
  void* token;
  Outcome outcome;
  ring::FailReason reason;  // with kRefused
  std::string_view error;   // for the log; valid during the call
};

class MessageSink {
 public:
  enum class SendStatus {
    kAccepted,  // a report will come
    kFull,      // no room now: poll(), then try again
    kRefused,   // this message can never be sent; no report will come. last_refusal() says why
  };
  using ReportHandler = std::function<void(const Report&)>;

  virtual ~MessageSink() = default;
  virtual SendStatus send(const Message& message) = 0;
  virtual ring::FailReason last_refusal() const = 0;
  // Waits up to `timeout` for reports and hands each to the handler, in the order they came.
  virtual void poll(std::chrono::milliseconds timeout, const ReportHandler& handler) = 0;
  // Gives up everything under way: every message not yet reported will be reported (kHeld) by later polls. After a
  // fatal error it also makes a new producer once the old one owes no report.
  virtual void purge() = 0;
  // Set by an error that no message can survive (fatal idempotence error): the loop must recover.
  virtual bool needs_recovery() const = 0;
  // Nothing can ever be sent again (stdout's reader is gone): the loop must end. trouble() says why.
  virtual bool is_closed() const = 0;
  // For /readyz and the log: nothing when all is well, else one line.
  virtual std::optional<std::string> trouble() const = 0;
  // What a ring remembers its records go to: "kafka://BROKERS/TOPIC", "stdout", "file:/absolute/path".
  virtual const std::string& destination() const = 0;
};

}  // namespace pktferry::publisher
