// Ring to (mock) Kafka with everything real in between: at least once through what goes wrong, and the books close.
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "publisher-svc/publish_loop.hpp"
#include "publisher-svc/sink/kafka_sink.hpp"
#include "tests/publisher-svc/fake_sink.hpp"
#include "tests/publisher-svc/mock_cluster.hpp"
#include "tests/shared/ring/ring_fixture.hpp"
#include "tests/support/eventually.hpp"

namespace pktferry::publisher {
namespace {

using ring::FailReason;

class PublishToKafka : public ring::RingTest {
 protected:
  PublishToKafka() : capture_(options({1, 1, 4 * ring::kMinLaneSize})), writer_(capture_.lane_writer(0)) {
    cluster_.create_topic("network-traffic");
  }

  void start(std::vector<KafkaProperty> properties = {}) {
    properties.push_back({"log_level", "2"});
    properties.push_back({"retry.backoff.ms", "10"});
    properties.push_back({"reconnect.backoff.max.ms", "100"});
    sink_ = std::make_unique<KafkaSink>(KafkaOptions{.brokers = cluster_.brokers(),
                                                     .topic = "network-traffic",
                                                     .properties = std::move(properties),
                                                     .max_messages = PublishLoop::max_messages(arena_),
                                                     .max_bytes = PublishLoop::max_bytes(arena_)});
    owner_ = std::make_unique<LaneOwner>(directory(), LaneOwner::Mode::kDeliver, sink_->destination());
    loop_ = std::make_unique<PublishLoop>(*owner_, *sink_, arena_, metrics_, PublishOptions{});
  }
  void write(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_TRUE(ring::capture_packet(capture_, writer_));
    writer_.publish();
  }
  [[nodiscard]] bool run_until_committed(std::uint64_t count) {
    return testing::eventually([&] {
      for (int i = 0; i < 100; ++i) {
        if (loop_->work() == 0) break;
      }
      loop_->idle();
      return ring::read_ledger(directory()).lanes[0].in_ring == 0 && owner_->lanes()[0]->counts.ordinal == count;
    });
  }
  std::set<std::uint64_t> consumed_ordinals(std::uint64_t at_least) {
    std::set<std::uint64_t> ordinals;
    for (const auto& stored : cluster_.consume("network-traffic", at_least)) {
      ordinals.insert(number_in(stored.value, "ordinal"));
    }
    return ordinals;
  }

  MockCluster cluster_;
  ring::CaptureRing capture_;
  ring::LaneWriter writer_;
  Arena arena_{1u << 20};
  PublisherMetrics metrics_;
  std::unique_ptr<KafkaSink> sink_;
  std::unique_ptr<LaneOwner> owner_;
  std::unique_ptr<PublishLoop> loop_;
};

TEST_F(PublishToKafka, DeliversEveryRecord) {
  start();
  write(5'000);
  ASSERT_TRUE(run_until_committed(5'000));
  EXPECT_EQ(consumed_ordinals(5'000).size(), 5'000u);
  EXPECT_EQ(metrics_.messages_delivered.get(), 5'000u);
  EXPECT_EQ(metrics_.recoveries.get(), 0u);
  ring::expect_closed(ring::read_ledger(directory()));
}

TEST_F(PublishToKafka, LosesNothingThroughRefusedAndHeldBatches) {
  start();
  write(1'000);
  ASSERT_TRUE(run_until_committed(1'000));
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  write(1'000);
  ASSERT_TRUE(run_until_committed(2'000));
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_POLICY_VIOLATION, 2);
  write(1'000);
  ASSERT_TRUE(run_until_committed(3'000));
  EXPECT_EQ(consumed_ordinals(3'000).size(), 3'000u);
  EXPECT_EQ(metrics_.messages_delivered.get(), 3'000u);
  EXPECT_GE(metrics_.recoveries.get(), 2u);
  EXPECT_EQ(metrics_.failed[static_cast<std::size_t>(FailReason::kTooLarge)].get(), 0u);
  ring::expect_closed(ring::read_ledger(directory()));
}

TEST_F(PublishToKafka, GivesUpTheRecordThatIsRefusedHoweverFewAreSentWithIt) {
  start();
  write(1);
  ASSERT_TRUE(run_until_committed(1));
  // The first record of what follows: refused in every batch it is in, down to itself.
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, 6);
  write(32);
  ASSERT_TRUE(run_until_committed(33));
  EXPECT_EQ(metrics_.failed[static_cast<std::size_t>(FailReason::kInvalidTimestamp)].get(), 1u);
  EXPECT_EQ(metrics_.messages_delivered.get(), 32u);
  const auto ordinals = consumed_ordinals(32);
  EXPECT_EQ(ordinals.size(), 32u);
  EXPECT_FALSE(ordinals.contains(1));
  ring::expect_closed(ring::read_ledger(directory()));
}

TEST_F(PublishToKafka, HoldsRecordsInFixedMemoryWhileTheBrokerIsDown) {
  // More than the arena holds, and less than the 5 MiB that a partition of the mock cluster keeps.
  constexpr std::size_t kRecords = 6'000;
  start();
  write(1);
  ASSERT_TRUE(run_until_committed(1));
  cluster_.set_down(true);
  write(kRecords);
  for (int i = 0; i < 300; ++i) {
    loop_->work();
    ASSERT_LE(metrics_.arena_used_bytes.get(), arena_.size_bytes());
  }
  const auto held = metrics_.in_flight.get();
  EXPECT_GT(held, 500u);
  EXPECT_LT(held, kRecords);
  cluster_.set_down(false);
  ASSERT_TRUE(run_until_committed(kRecords + 1));
  EXPECT_EQ(metrics_.messages_delivered.get(), kRecords + 1);
  EXPECT_EQ(consumed_ordinals(kRecords + 1).size(), kRecords + 1);
  ring::expect_closed(ring::read_ledger(directory()));
}

TEST_F(PublishToKafka, StopsWithTheBrokerDownAndTheNextOneDelivers) {
  start();
  write(1);
  ASSERT_TRUE(run_until_committed(1));
  cluster_.set_down(true);
  write(500);
  for (int i = 0; i < 20; ++i) loop_->work();
  loop_->finish();
  EXPECT_EQ(ring::read_ledger(directory()).in_ring, 500u);
  loop_.reset();
  owner_.reset();
  sink_.reset();
  cluster_.set_down(false);
  start();
  ASSERT_TRUE(run_until_committed(501));
  EXPECT_EQ(consumed_ordinals(501).size(), 501u);
  ring::expect_closed(ring::read_ledger(directory()));
}

}  // namespace
}  // namespace pktferry::publisher
