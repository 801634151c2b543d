// A destination that does what a test tells it, message by message, and remembers what it was given.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "publisher-svc/sink/message_sink.hpp"

namespace pktferry::publisher {

// The number behind "name": in a message.
inline std::uint64_t number_in(std::string_view message, std::string_view name) {
  const std::string quoted = '"' + std::string(name) + "\":";
  const auto at = message.find(quoted);
  if (at == std::string_view::npos) return ~0ull;
  return std::strtoull(std::string(message.substr(at + quoted.size(), 20)).c_str(), nullptr, 10);
}

class FakeSink final : public MessageSink {
 public:
  struct Sent {
    std::string_view in_arena;
    std::string payload;
    std::string key;
    std::int64_t timestamp_ms;
    void* token;

    std::uint64_t lane() const { return number_in(payload, "lane"); }
    std::uint64_t ordinal() const { return number_in(payload, "ordinal"); }
  };
  using Batch = std::vector<Sent>;

  // Settings of the test
  bool acknowledges_by_itself = true;      // else acknowledge(), refuse() and hold() decide
  std::set<std::uint64_t> poisonous;       // ordinals: whatever batch they are in is refused as a whole
  std::set<std::uint64_t> too_large;       // ordinals: send() itself refuses them
  std::size_t capacity = ~std::size_t{0};  // messages under way before kFull
  std::optional<std::string> says_trouble;
  bool says_closed = false;
  bool is_fatal = false;  // every send() fails with it until purged
  std::string says_destination = "fake:1";

  // What it saw
  std::vector<Sent> delivered;  // in the order of acknowledgement
  std::size_t sends = 0;        // accepted
  std::size_t most_under_way = 0;
  std::size_t purges = 0;
  std::size_t batches_refused = 0;

  std::deque<Sent>& under_way() { return under_way_; }

  // Reports about the message at `index` of those under way.
  void acknowledge(std::size_t index = 0) { decide(index, {{}, Report::Outcome::kDelivered, {}, {}}); }
  void refuse(std::size_t index, ring::FailReason reason) {
    decide(index, {{}, Report::Outcome::kRefused, reason, "refused by the test"});
  }
  void hold(std::size_t index) { decide(index, {{}, Report::Outcome::kHeld, {}, "held by the test"}); }

  SendStatus send(const Message& message) override {
    if (is_fatal || under_way_.size() >= capacity) return SendStatus::kFull;
    Sent sent{message.payload, std::string(message.payload), std::string(message.key), message.timestamp_ms,
              message.token};
    if (too_large.contains(sent.ordinal())) return SendStatus::kRefused;
    under_way_.push_back(std::move(sent));
    ++sends;
    most_under_way = std::max(most_under_way, under_way_.size());
    return SendStatus::kAccepted;
  }
  ring::FailReason last_refusal() const override { return ring::FailReason::kTooLarge; }

  void poll(std::chrono::milliseconds, const ReportHandler& handler) override {
    if (acknowledges_by_itself && !under_way_.empty()) answer_batch();
    for (; !reports_.empty(); reports_.pop_front()) {
      auto& [sent, report] = reports_.front();
      EXPECT_EQ(sent.in_arena, sent.payload) << "the message must stay as it is until its report";
      report.token = sent.token;
      handler(report);
      if (report.outcome == Report::Outcome::kDelivered) delivered.push_back(std::move(sent));
    }
  }

  void purge() override {
    ++purges;
    is_fatal = false;
    while (!under_way_.empty()) hold(0);
  }

  bool needs_recovery() const override { return is_fatal; }
  bool is_closed() const override { return says_closed; }
  std::optional<std::string> trouble() const override { return says_trouble; }
  const std::string& destination() const override { return says_destination; }

 private:
  void decide(std::size_t index, const Report& report) {
    const auto at = under_way_.begin() + static_cast<std::ptrdiff_t>(index);
    reports_.emplace_back(std::move(*at), report);
    under_way_.erase(at);
  }

  // Everything under way is one batch.
  void answer_batch() {
    bool is_refused = false;
    for (const Sent& sent : under_way_) is_refused = is_refused || poisonous.contains(sent.ordinal());
    batches_refused += is_refused ? 1 : 0;
    while (!under_way_.empty()) {
      if (is_refused) {
        refuse(0, ring::FailReason::kInvalidRecord);
      } else {
        acknowledge(0);
      }
    }
  }

  std::deque<Sent> under_way_;
  std::deque<std::pair<Sent, Report>> reports_;
};

}  // namespace pktferry::publisher
