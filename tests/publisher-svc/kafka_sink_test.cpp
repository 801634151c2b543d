// The Kafka sink against librdkafka's mock cluster.
#include "publisher-svc/sink/kafka_sink.hpp"

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/publisher-svc/mock_cluster.hpp"
#include "tests/support/eventually.hpp"

namespace pktferry::publisher {
namespace {

using SendStatus = MessageSink::SendStatus;
using Outcome = Report::Outcome;
using std::chrono::milliseconds;

KafkaOptions options(const std::string& brokers, std::vector<KafkaProperty> properties = {}) {
  properties.insert(properties.begin(), {"log_level", "2"});
  return {.brokers = brokers,
          .topic = "network-traffic",
          .properties = std::move(properties),
          .max_messages = 100'000,
          .max_bytes = 64u << 20};
}

std::string sink_error(const KafkaOptions& options) {
  try {
    const KafkaSink sink(options);
  } catch (const SinkError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << "one line";
    return error.what();
  }
  return {};
}

class KafkaSinkTest : public ::testing::Test {
 protected:
  KafkaSinkTest() { cluster_.create_topic("network-traffic"); }

  void start(std::vector<KafkaProperty> properties = {}) {
    sink_ = std::make_unique<KafkaSink>(options(cluster_.brokers(), std::move(properties)));
  }
  SendStatus send(const std::string& payload, const std::string& key = "", std::int64_t timestamp_ms = 1'000) {
    payloads_.push_back(payload);
    const SendStatus status = sink_->send(
        {.payload = payloads_.back(), .key = key, .timestamp_ms = timestamp_ms, .token = &payloads_.back()});
    owed_ += status == SendStatus::kAccepted ? 1 : 0;
    return status;
  }
  void send_many(int count) {
    for (int i = 0; i < count; ++i) ASSERT_EQ(send("message " + std::to_string(i)), SendStatus::kAccepted);
  }
  void poll(milliseconds timeout = milliseconds(10)) {
    sink_->poll(timeout, [this](const Report& report) {
      --owed_;
      ++outcomes_[report.outcome];
      reason_ = report.reason;
      errors_.emplace_back(report.error);
      reported_.push_back(*static_cast<std::string*>(report.token));
    });
  }
  [[nodiscard]] bool await_reports() {
    return testing::eventually([this] {
      poll();
      return owed_ == 0;
    });
  }

  MockCluster cluster_;
  std::deque<std::string> payloads_;  // outlive the sink
  std::unique_ptr<KafkaSink> sink_;
  int owed_ = 0;
  std::map<Outcome, int> outcomes_;
  ring::FailReason reason_{};
  std::vector<std::string> errors_;
  std::vector<std::string> reported_;
};

TEST_F(KafkaSinkTest, DeliversPayloadKeyAndTimestampAsGiven) {
  start();
  ASSERT_EQ(send(R"({"a":1})", "8badf00d", 1'661'859'047'292), SendStatus::kAccepted);
  ASSERT_EQ(send(R"({"a":2})", "", 1'661'859'047'293), SendStatus::kAccepted);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kDelivered], 2);
  EXPECT_EQ(sink_->trouble(), std::nullopt);

  const auto stored = cluster_.consume("network-traffic", 2);
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[0].value, R"({"a":1})");
  EXPECT_EQ(stored[0].key, "8badf00d");
  EXPECT_EQ(stored[0].timestamp_ms, 1'661'859'047'292);
  EXPECT_EQ(stored[1].value, R"({"a":2})");
  EXPECT_FALSE(stored[1].has_key);
  EXPECT_EQ(stored[1].timestamp_ms, 1'661'859'047'293);
}

TEST_F(KafkaSinkTest, ReportsEachOfManyMessagesOnceAndInOrder) {
  start();
  send_many(10'000);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kDelivered], 10'000);
  EXPECT_EQ(reported_, std::vector<std::string>(payloads_.begin(), payloads_.end()));
}

TEST_F(KafkaSinkTest, RetriesByItselfWhatCanPass) {
  start({{"retry.backoff.ms", "10"}});
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 3);
  send_many(10);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kDelivered], 10);
}

TEST_F(KafkaSinkTest, ABatchThatIsTooLargeIsRefusedAsAWhole) {
  start();
  for (const auto error : {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
                           RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE}) {
    outcomes_.clear();
    cluster_.fail_produce(error);
    send_many(100);
    ASSERT_TRUE(await_reports());
    EXPECT_EQ(outcomes_[Outcome::kRefused], 100) << rd_kafka_err2name(error);
    EXPECT_EQ(reason_, ring::FailReason::kTooLarge);
    EXPECT_FALSE(errors_.back().empty());
  }
}

TEST_F(KafkaSinkTest, ToldWhyABatchIsRefused) {
  start();
  const std::pair<rd_kafka_resp_err_t, ring::FailReason> cases[] = {
      {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ring::FailReason::kInvalidTimestamp},
      {RD_KAFKA_RESP_ERR_INVALID_RECORD, ring::FailReason::kInvalidRecord}};
  for (const auto& [error, reason] : cases) {
    outcomes_.clear();
    cluster_.fail_produce(error);
    ASSERT_EQ(send("message"), SendStatus::kAccepted);
    ASSERT_TRUE(await_reports());
    EXPECT_EQ(outcomes_[Outcome::kRefused], 1) << rd_kafka_err2name(error);
    EXPECT_EQ(reason_, reason);
  }
}

TEST_F(KafkaSinkTest, AMessageThatArrivesCorruptIsRetriedByLaterLibrdkafkasAndRefusedByEarlierOnes) {
  start({{"retry.backoff.ms", "10"}});
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_INVALID_MSG);
  ASSERT_EQ(send("message"), SendStatus::kAccepted);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kHeld], 0);
  if (outcomes_[Outcome::kRefused] > 0) {
    EXPECT_EQ(reason_, ring::FailReason::kInvalidRecord);
  }
}

TEST_F(KafkaSinkTest, WhateverElseFailsIsHeldAndItsTroubleNamedUntilTheNextAcknowledgement) {
  start();
  for (const auto error : {RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, RD_KAFKA_RESP_ERR_POLICY_VIOLATION}) {
    outcomes_.clear();
    cluster_.fail_produce(error);
    send_many(3);
    ASSERT_TRUE(await_reports());
    EXPECT_EQ(outcomes_[Outcome::kHeld], 3) << rd_kafka_err2name(error);
    ASSERT_TRUE(sink_->trouble());
    EXPECT_NE(sink_->trouble()->find("network-traffic"), std::string::npos);
    EXPECT_NE(sink_->trouble()->find(rd_kafka_err2str(error)), std::string::npos) << *sink_->trouble();
  }
  send_many(1);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(sink_->trouble(), std::nullopt);
}

TEST_F(KafkaSinkTest, AMissingPermissionIsHeldUntilItIsGiven) {
  start({{"topic.metadata.refresh.interval.ms", "200"}});
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
  send_many(3);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kHeld], 3);
  ASSERT_TRUE(sink_->trouble());
  EXPECT_NE(sink_->trouble()->find("authorization"), std::string::npos) << *sink_->trouble();
  ASSERT_TRUE(testing::eventually([&] {
    EXPECT_NE(send("again"), SendStatus::kRefused);
    poll();
    return outcomes_[Outcome::kDelivered] > 0;
  }));
  ASSERT_TRUE(await_reports());
}

TEST_F(KafkaSinkTest, RefusesAtOnceWhatLibrdkafkaNeverSends) {
  start({{"message.max.bytes", "1000"}});
  EXPECT_EQ(send(std::string(2000, 'x')), SendStatus::kRefused);
  EXPECT_EQ(sink_->last_refusal(), ring::FailReason::kTooLarge);
}

TEST_F(KafkaSinkTest, SaysFullAndTakesMoreOnceReportsWereFetched) {
  start({{"queue.buffering.max.messages", "2"}});
  send_many(2);
  EXPECT_EQ(send("one too many"), SendStatus::kFull);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(send("now"), SendStatus::kAccepted);
  ASSERT_TRUE(await_reports());
}

TEST_F(KafkaSinkTest, HoldsMessagesWhileTheBrokerIsDownAndDeliversThemWhenItIsBack) {
  start({{"reconnect.backoff.max.ms", "100"}});
  send_many(1);
  ASSERT_TRUE(await_reports());
  cluster_.set_down(true);
  send_many(5);
  ASSERT_TRUE(testing::eventually([&] {
    poll();
    return sink_->trouble().has_value();
  }));
  EXPECT_EQ(owed_, 5);
  cluster_.set_down(false);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kDelivered], 6);
  EXPECT_EQ(sink_->trouble(), std::nullopt);
}

TEST_F(KafkaSinkTest, TroubleEndsWhenABrokerAnswersAgainThoughNothingIsSent) {
  start({{"reconnect.backoff.max.ms", "100"}});
  send_many(1);
  ASSERT_TRUE(await_reports());
  cluster_.set_down(true);
  ASSERT_TRUE(testing::eventually([&] {
    poll();
    return sink_->trouble().has_value();
  }));
  cluster_.set_down(false);
  EXPECT_TRUE(testing::eventually([&] {
    poll();
    return !sink_->trouble().has_value();
  }));
}

TEST_F(KafkaSinkTest, PurgingReportsEverythingUnderWayAsHeldWithoutTrouble) {
  cluster_.set_down(true);
  start();
  send_many(100);
  sink_->purge();
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kHeld], 100);
  cluster_.set_down(false);
  send_many(1);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kDelivered], 1);
}

TEST_F(KafkaSinkTest, AnUnknownTopicHoldsMessagesUntilItIsCreated) {
  cluster_.set_topic_error("network-traffic", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  start({{"topic.metadata.propagation.max.ms", "100"}, {"topic.metadata.refresh.interval.ms", "200"}});
  // Asynchronously at first, then at once, when librdkafka has learnt it.
  ASSERT_EQ(send("early"), SendStatus::kAccepted);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kHeld], 1);
  ASSERT_TRUE(sink_->trouble());
  EXPECT_NE(sink_->trouble()->find("nknown topic"), std::string::npos) << *sink_->trouble();
  EXPECT_NE(send("known to be unknown"), SendStatus::kRefused);

  cluster_.set_topic_error("network-traffic", RD_KAFKA_RESP_ERR_NO_ERROR);
  ASSERT_TRUE(testing::eventually([&] {
    poll(milliseconds(50));
    if (owed_ == 0) (void)send("again");
    return outcomes_[Outcome::kDelivered] > 0;
  }));
  EXPECT_EQ(sink_->trouble(), std::nullopt);
}

TEST_F(KafkaSinkTest, IsMadeWithoutABrokerAndTellsTheTrouble) {
  sink_ = std::make_unique<KafkaSink>(options("127.0.0.1:1"));
  EXPECT_TRUE(testing::eventually([&] {
    poll();
    return sink_->trouble().has_value();
  }));
  EXPECT_NE(sink_->trouble()->find("127.0.0.1:1"), std::string::npos) << *sink_->trouble();
}

TEST_F(KafkaSinkTest, ASoundIdempotentProducerSurvivesItsFatalErrorsAndAFaultyOneIsRefused) {
  const std::vector<KafkaProperty> idempotent{{"enable.idempotence", "true"}};
  if (rd_kafka_version() < 0x020500ff) {
    const std::string error = sink_error(options(cluster_.brokers(), idempotent));
    EXPECT_NE(error.find("enable.idempotence"), std::string::npos) << error;
    EXPECT_NE(error.find("2.5.0"), std::string::npos) << error;
    return;
  }
  start(idempotent);
  cluster_.fail_produce(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
  send_many(5);
  ASSERT_TRUE(testing::eventually([&] {
    poll();
    return sink_->needs_recovery();
  }));
  EXPECT_EQ(send("not now"), SendStatus::kFull);
  sink_->purge();
  ASSERT_TRUE(await_reports());
  ASSERT_TRUE(testing::eventually([&] {
    poll();
    return !sink_->needs_recovery();
  }));
  outcomes_.clear();
  send_many(5);
  ASSERT_TRUE(await_reports());
  EXPECT_EQ(outcomes_[Outcome::kDelivered], 5);
}

TEST(KafkaSink, NamesAPropertyThatDoesNotExist) {
  const std::string error = sink_error(options("127.0.0.1:1", {{"linger.mss", "5"}}));
  EXPECT_NE(error.find("No such configuration property"), std::string::npos) << error;
  EXPECT_NE(error.find("linger.mss"), std::string::npos) << error;
}

TEST(KafkaSink, NamesAPropertyWhoseValueIsWrong) {
  const std::string error = sink_error(options("127.0.0.1:1", {{"compression.type", "rar"}}));
  EXPECT_NE(error.find("compression.type"), std::string::npos) << error;
  EXPECT_NE(error.find("rar"), std::string::npos) << error;
}

TEST(KafkaSink, RefusesWhatTheDeliveryGuaranteeRestsOn) {
  EXPECT_NE(sink_error(options("127.0.0.1:1", {{"delivery.report.only.error", "true"}})), "");
  EXPECT_NE(sink_error(options("127.0.0.1:1", {{"transactional.id", "me"}})), "");
  EXPECT_EQ(sink_error(options("127.0.0.1:1", {{"acks", "1"}, {"message.timeout.ms", "1000"}})), "");
}

TEST(KafkaSink, NeverShowsASecret) {
  const std::string error = sink_error(options("127.0.0.1:1", {{"security.protocol", "sasl_ssl"},
                                                               {"sasl.mechanism", "PLAIN"},
                                                               {"sasl.username", "me"},
                                                               {"sasl.password", "hunter2"},
                                                               {"ssl.key.password", "hunter2"},
                                                               {"ssl.ca.location", "/does/not/exist"}}));
  EXPECT_NE(error.find("ssl.ca.location"), std::string::npos) << error;
  EXPECT_EQ(error.find("hunter2"), std::string::npos) << error;
}

TEST(KafkaSink, TheDestinationIsTheSameInWhateverOrderBrokersAreNamed) {
  const auto destination = [](const std::string& brokers, std::vector<KafkaProperty> properties = {}) {
    return KafkaSink(options(brokers, std::move(properties))).destination();
  };
  EXPECT_EQ(destination("127.0.0.1:1, 127.0.0.1:2"), "kafka://127.0.0.1:1,127.0.0.1:2/network-traffic");
  EXPECT_EQ(destination("127.0.0.1:2,127.0.0.1:1,,127.0.0.1:2"), destination("127.0.0.1:1,127.0.0.1:2"));
  EXPECT_EQ(destination("", {{"bootstrap.servers", "127.0.0.1:1"}}), "kafka://127.0.0.1:1/network-traffic");

  std::string many = "127.0.0.1:1";
  for (int port = 2; port < 60; ++port) many += ",127.0.0.1:" + std::to_string(port);
  EXPECT_LT(destination(many).size(), ring::kDestinationSize);
  EXPECT_NE(destination(many), destination(many + ",127.0.0.1:60"));
}

}  // namespace
}  // namespace pktferry::publisher
