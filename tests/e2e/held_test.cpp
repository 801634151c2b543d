// When Kafka does not take the records they are held in the ring, with one clear line in the log, and go on when it
// does again.
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "tests/support/pipeline.hpp"

namespace pktferry::testing {
namespace {

const std::string kHeld = "records are held in the ring";

std::size_t count_of(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

// A broker that can be switched off and on again at the same address.
class SwitchedBroker {
 public:
  SwitchedBroker() {
    char error[256];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "3", error, sizeof error);
    client_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error));
    cluster_.reset(rd_kafka_mock_cluster_new(client_.get(), 1));
  }
  std::string address() const { return rd_kafka_mock_cluster_bootstraps(cluster_.get()); }
  void switch_off() { rd_kafka_mock_broker_set_down(cluster_.get(), 1); }
  void switch_on() { rd_kafka_mock_broker_set_up(cluster_.get(), 1); }

 private:
  struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
    void operator()(rd_kafka_mock_cluster_t* cluster) const { rd_kafka_mock_cluster_destroy(cluster); }
  };
  std::unique_ptr<rd_kafka_t, Destroy> client_;
  std::unique_ptr<rd_kafka_mock_cluster_t, Destroy> cluster_;
};

class Held : public ::testing::Test {
 protected:
  void SetUp() override { capture_sample(); }

  void capture_sample() const {
    const Finished captured = run(pipeline.capture({"--read", kSample}));
    ASSERT_EQ(captured.code, 0) << captured.errors;
  }
  void expect_everything_held() const {
    EXPECT_EQ(pipeline.ledger().delivered, 0u);
    EXPECT_EQ(pipeline.ledger().in_ring, kSamplePackets);
    expect_closed(pipeline.ledger());
  }

  Pipeline pipeline;
};

TEST_F(Held, UnreachableBrokerIsToldOnceAndSigtermEndsItWithEverythingInTheRing) {
  // Port 1 of the loopback address: nobody listens there.
  Process publisher(pipeline.publisher({"--brokers", "127.0.0.1:1", "--topic", "t", "--drain-timeout", "1s"}));
  ASSERT_TRUE(eventually([&] { return count_of(publisher.errors(), kHeld) > 0; })) << publisher.errors();
  const std::optional<Exit> exit = publisher.stop();
  ASSERT_TRUE(exit) << "hangs on SIGTERM";
  EXPECT_EQ(exit->code, 1) << "records stay behind: " << publisher.errors();
  EXPECT_EQ(count_of(publisher.errors(), kHeld), 1u) << publisher.errors();
  EXPECT_EQ(count_of(publisher.errors(), "left in the ring 3549"), 1u) << publisher.errors();
  EXPECT_EQ(count_of(publisher.errors(), " error "), 0u) << publisher.errors();
  EXPECT_EQ(count_of(publisher.errors(), " warning "), 2u) << "held, and what stays at the end: " << publisher.errors();
  expect_everything_held();
}

TEST_F(Held, BrokerThatWasOffFromTheStartGetsEverythingOnceItIsOn) {
  SwitchedBroker broker;
  broker.switch_off();
  Process publisher(pipeline.publisher({"--brokers", broker.address(), "--topic", "t", "--until-end"}));
  ASSERT_TRUE(eventually([&] { return count_of(publisher.errors(), kHeld) > 0; })) << publisher.errors();
  expect_everything_held();

  broker.switch_on();
  ASSERT_EQ(publisher.wait_for()->code, 0) << publisher.errors();
  EXPECT_EQ(pipeline.ledger().delivered, kSamplePackets);
  expect_closed(pipeline.ledger());
}

TEST_F(Held, BrokerThatGoesAwayInMidFlowHoldsTheRecordsUntilItIsBack) {
  SwitchedBroker broker;
  Process publisher(pipeline.publisher({"--brokers", broker.address(), "--topic", "t"}));
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().delivered == kSamplePackets; })) << publisher.errors();

  broker.switch_off();
  capture_sample();
  ASSERT_TRUE(eventually([&] { return count_of(publisher.errors(), kHeld) > 0; })) << publisher.errors();
  EXPECT_EQ(pipeline.ledger().delivered, kSamplePackets);
  EXPECT_EQ(pipeline.ledger().in_ring, kSamplePackets);

  broker.switch_on();
  ASSERT_TRUE(eventually([&] { return pipeline.ledger().delivered == 2 * kSamplePackets; })) << publisher.errors();
  ASSERT_EQ(publisher.stop()->code, 0) << publisher.errors();
  expect_closed(pipeline.ledger());
}

TEST_F(Held, UnknownTopicIsHeldAndDeliveredOnceItExists) {
  KafkaTopic topic("held");
  Process publisher(pipeline.publisher(topic, {"--until-end"}));
  ASSERT_TRUE(eventually([&] { return count_of(publisher.errors(), kHeld) > 0; })) << publisher.errors();
  expect_everything_held();

  topic.create();
  ASSERT_EQ(publisher.wait_for()->code, 0) << publisher.errors();
  EXPECT_EQ(count_of(publisher.errors(), kHeld), 1u) << publisher.errors();
  EXPECT_EQ(pipeline.ledger().delivered, kSamplePackets);
  expect_closed(pipeline.ledger());
  EXPECT_EQ(topic.size(), kSamplePackets);
}

}  // namespace
}  // namespace pktferry::testing
