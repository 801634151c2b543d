#include "publisher-svc/sink/kafka_sink.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <thread>
#include <utility>

#include "shared/service/log.hpp"

namespace pktferry::publisher {
namespace {

constexpr std::size_t kErrorTextSize = 512;
constexpr std::chrono::seconds kReplacementInterval{1};
constexpr std::chrono::seconds kProbeInterval{2};
constexpr int kProbeTime_ms = 500;

// The first librdkafka whose idempotent producer neither loses nor reorders (its issues 4438 and 4750).
constexpr int kSoundIdempotence = 0x020500ff;

// What becomes of a message that the cluster did not take.
struct Verdict {
  Report::Outcome outcome;
  ring::FailReason reason;
};

// The one place where librdkafka's codes get their meaning. Only what is due to the record itself is refused. All the
// rest (time-outs, leaders, permissions, unknown topics, purges, codes of later versions) can pass: it is held.
Verdict verdict(rd_kafka_resp_err_t error) {
  using enum Report::Outcome;
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return {kDelivered, {}};
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE: return {kRefused, ring::FailReason::kTooLarge};
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP: return {kRefused, ring::FailReason::kInvalidTimestamp};
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_MSG: return {kRefused, ring::FailReason::kInvalidRecord};
    default: return {kHeld, {}};
  }
}

bool is_purge(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

bool is_broker_list(const std::string& name) {
  return name == "bootstrap.servers" || name == "metadata.broker.list";
}

std::string broker_list(const KafkaOptions& options) {
  std::string brokers = options.brokers;
  for (const auto& property : options.properties) {
    if (options.brokers.empty() && is_broker_list(property.name)) brokers = property.value;
  }
  return brokers;
}

// The same cluster gives the same text, in whatever order its brokers were named. A list that is too long for the ring
// to remember is given by its hash (FNV-1a).
std::string destination_of(const KafkaOptions& options) {
  constexpr std::size_t kMaxBrokersText = 200;
  std::vector<std::string> brokers;
  std::string broker;
  for (const char c : broker_list(options) + ',') {
    if (c == ' ' || c == '\t') continue;
    if (c != ',') {
      broker += c;
      continue;
    }
    if (!broker.empty()) brokers.push_back(std::exchange(broker, {}));
  }
  std::sort(brokers.begin(), brokers.end());
  brokers.erase(std::unique(brokers.begin(), brokers.end()), brokers.end());
  std::string text;
  for (const auto& each : brokers) text += (text.empty() ? "" : ",") + each;
  if (text.size() > kMaxBrokersText) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    text = fmt::format("{},...#{:016x}", brokers.front().substr(0, kMaxBrokersText), hash);
  }
  return "kafka://" + text + '/' + options.topic;
}

using Conf = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

void set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, kErrorTextSize> why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) == RD_KAFKA_CONF_OK) return;
  // librdkafka's text repeats values it refuses; none of its secrets has a value that it refuses.
  throw SinkError("-X " + name + ": " + why.data() + "; librdkafka's CONFIGURATION.md lists the properties");
}

std::string get(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, kErrorTextSize> value{};
  std::size_t size = value.size();
  return rd_kafka_conf_get(conf, name, value.data(), &size) == RD_KAFKA_CONF_OK ? value.data() : "";
}

void set_defaults(rd_kafka_conf_t* conf, const KafkaOptions& options) {
  set(conf, "client.id", "pktferry-publisher");
  set(conf, "acks", "all");
  set(conf, "message.timeout.ms", "0");  // records are held for ever
  set(conf, "linger.ms", "5");
  set(conf, "batch.num.messages", "10000");
  set(conf, "queue.buffering.max.messages", std::to_string(options.max_messages + 1));
  set(conf, "queue.buffering.max.kbytes", std::to_string(options.max_bytes / 1024 + 1));
  // How long an unknown topic may be one that is just being created, before it is reported as trouble.
  set(conf, "topic.metadata.propagation.max.ms", "5000");
  // How soon a topic that an operator has created meanwhile is seen.
  set(conf, "topic.metadata.refresh.interval.ms", "10000");
  set(conf, "reconnect.backoff.max.ms", "5000");
}

void set_properties(rd_kafka_conf_t* conf, const KafkaOptions& options) {
  for (const auto& [name, value] : options.properties) {
    if (name == "delivery.report.only.error" && value != "false") {
      throw SinkError("-X " + name + "=" + value +
                      ": without reports of success nothing would ever leave the ring; leave it out");
    }
    if (name == "transactional.id") {
      throw SinkError("-X transactional.id: records are delivered at least once, without transactions; leave it out");
    }
    if (!is_broker_list(name)) set(conf, name, value);
  }
  const std::string acks = get(conf, "acks");
  if (acks != "-1" && acks != "all") {
    spdlog::warn(
        "-X acks={}: a record counts as delivered before all in-sync replicas hold it, and a broker's crash "
        "may lose it; acks=all does not",
        acks);
  }
  if (get(conf, "enable.idempotence") == "true" && rd_kafka_version() < kSoundIdempotence) {
    throw SinkError(std::string("-X enable.idempotence=true: librdkafka ") + rd_kafka_version_str() +
                    " has a faulty idempotent producer; use 2.5.0 or later, or leave it out");
  }
}

}  // namespace

bool names_brokers(const std::vector<KafkaProperty>& properties) {
  return std::any_of(properties.begin(), properties.end(),
                     [](const auto& property) { return is_broker_list(property.name) && !property.value.empty(); });
}

// One librdkafka client and its topic, and the arguments of produce, of which only the words that differ are written
// for each message.
struct KafkaSink::Producer {
  std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)> client{nullptr, &rd_kafka_destroy};
  std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> topic{nullptr, &rd_kafka_topic_destroy};
  std::array<rd_kafka_vu_t, 5> arguments{};

  rd_kafka_vu_t& value() { return arguments[1]; }
  rd_kafka_vu_t& key() { return arguments[2]; }
  rd_kafka_vu_t& timestamp() { return arguments[3]; }
  rd_kafka_vu_t& token() { return arguments[4]; }
};

// What librdkafka calls: reports and errors in the loop's thread, out of poll(); log lines in its own threads.
struct KafkaSink::Callbacks {
  static void report(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto& sink = *static_cast<KafkaSink*>(opaque);
    --sink.owed_reports_;
    const auto [outcome, reason] = verdict(message->err);
    const char* error = outcome == Report::Outcome::kDelivered ? "" : rd_kafka_err2str(message->err);
    if (outcome == Report::Outcome::kDelivered) {
      sink.delivery_trouble_.clear();
      sink.connection_trouble_.clear();
    } else if (outcome == Report::Outcome::kHeld && !is_purge(message->err)) {
      sink.hold(error);
    }
    (*sink.handler_)({message->_private, outcome, reason, error});
  }

  static void error(rd_kafka_t* client, int code, const char* reason, void* opaque) {
    auto& sink = *static_cast<KafkaSink*>(opaque);
    switch (static_cast<rd_kafka_resp_err_t>(code)) {
      case RD_KAFKA_RESP_ERR__FATAL: {
        std::array<char, kErrorTextSize> why{};
        rd_kafka_fatal_error(client, why.data(), why.size());
        sink.is_fatal_ = true;
        sink.hold(why.data());
        break;
      }
      case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        sink.connection_trouble_ = std::string(reason) + (sink.broker_error_.empty() ? "" : ": " + sink.broker_error_);
        break;
      case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      case RD_KAFKA_RESP_ERR__SSL: sink.connection_trouble_ = reason; break;
      default: sink.broker_error_ = reason;
    }
  }

  static void log(const rd_kafka_t* client, int level, const char* facility, const char* text) {
    constexpr int kSyslogError = 3, kSyslogWarning = 4, kSyslogInfo = 6;
    // Broken connections come to error() as well, and from there into trouble(): once in the log is enough.
    const bool is_repeated = std::string_view(facility) == "FAIL" || std::string_view(facility) == "ERROR";
    const auto severity = is_repeated               ? spdlog::level::debug
                          : level <= kSyslogError   ? spdlog::level::err
                          : level <= kSyslogWarning ? spdlog::level::warn
                          : level <= kSyslogInfo    ? spdlog::level::info
                                                    : spdlog::level::debug;
    if (!spdlog::should_log(severity)) return;
    const auto suppressed = static_cast<KafkaSink*>(rd_kafka_opaque(client))->log_limiter_.admit();
    if (!suppressed) return;
    spdlog::log(severity, "librdkafka: {}: {}", facility, text);
    if (*suppressed > 0) spdlog::log(severity, "librdkafka: {} more lines were left out", *suppressed);
  }
};

KafkaSink::KafkaSink(const KafkaOptions& options)
    : options_(options), destination_(destination_of(options)), producer_(make_producer()) {}

KafkaSink::~KafkaSink() = default;

std::unique_ptr<KafkaSink::Producer> KafkaSink::make_producer() {
  Conf conf{rd_kafka_conf_new(), &rd_kafka_conf_destroy};
  rd_kafka_conf_set_opaque(conf.get(), this);
  rd_kafka_conf_set_dr_msg_cb(conf.get(), &Callbacks::report);
  rd_kafka_conf_set_error_cb(conf.get(), &Callbacks::error);
  rd_kafka_conf_set_log_cb(conf.get(), &Callbacks::log);
  set_defaults(conf.get(), options_);
  set_properties(conf.get(), options_);
  set(conf.get(), "bootstrap.servers", broker_list(options_));

  auto producer = std::make_unique<Producer>();
  std::array<char, kErrorTextSize> why{};
  producer->client.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
  if (producer->client == nullptr) throw SinkError(std::string("Kafka: ") + why.data());
  (void)conf.release();  // the client's now
  producer->topic.reset(rd_kafka_topic_new(producer->client.get(), options_.topic.c_str(), nullptr));
  if (producer->topic == nullptr) {
    throw SinkError("--topic " + options_.topic + ": " + rd_kafka_err2str(rd_kafka_last_error()) +
                    "; a topic's name is at most 249 of a-z A-Z 0-9 . _ -");
  }
  producer->arguments[0].vtype = RD_KAFKA_VTYPE_RKT;
  producer->arguments[0].u.rkt = producer->topic.get();
  producer->value().vtype = RD_KAFKA_VTYPE_VALUE;
  producer->key().vtype = RD_KAFKA_VTYPE_KEY;
  producer->timestamp().vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  producer->token().vtype = RD_KAFKA_VTYPE_OPAQUE;
  return producer;
}

MessageSink::SendStatus KafkaSink::send(const Message& message) {
  if (producer_ == nullptr || is_fatal_) return SendStatus::kFull;
  // librdkafka takes pointers to non-const and only reads from them.
  producer_->value().u.mem = {const_cast<char*>(message.payload.data()), message.payload.size()};
  producer_->key().u.mem = {message.key.empty() ? nullptr : const_cast<char*>(message.key.data()), message.key.size()};
  producer_->timestamp().u.i64 = message.timestamp_ms;
  producer_->token().u.ptr = message.token;
  rd_kafka_error_t* const error =
      rd_kafka_produceva(producer_->client.get(), producer_->arguments.data(), producer_->arguments.size());
  if (error == nullptr) {
    ++owed_reports_;
    return SendStatus::kAccepted;
  }
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  const auto [outcome, reason] = verdict(code);
  if (outcome == Report::Outcome::kRefused) {
    last_refusal_ = reason;
    return SendStatus::kRefused;
  }
  if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) hold(rd_kafka_err2str(code));
  return SendStatus::kFull;
}

ring::FailReason KafkaSink::last_refusal() const {
  return last_refusal_;
}

void KafkaSink::hold(const char* error) {
  delivery_trouble_ = "topic \"" + options_.topic + "\": " + error;
}

void KafkaSink::poll(std::chrono::milliseconds timeout, const ReportHandler& handler) {
  if (is_fatal_ && owed_reports_ == 0) replace_producer();
  if (producer_ == nullptr) {
    std::this_thread::sleep_for(timeout);
    return;
  }
  handler_ = &handler;
  rd_kafka_poll(producer_->client.get(), static_cast<int>(timeout.count()));
  handler_ = nullptr;
  if (!connection_trouble_.empty() && owed_reports_ == 0) probe_connection();
}

// librdkafka tells when the last broker is gone, but not when one is back. With messages under way an acknowledgement
// tells; without, a broker is asked.
void KafkaSink::probe_connection() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_probe_) return;
  next_probe_ = now + kProbeInterval;
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(producer_->client.get(), 0, producer_->topic.get(), &metadata, kProbeTime_ms) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return;
  }
  rd_kafka_metadata_destroy(metadata);
  connection_trouble_.clear();
}

void KafkaSink::purge() {
  if (producer_ == nullptr) return;
  rd_kafka_purge(producer_->client.get(),
                 RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
}

// A fatal error ends a producer for good.
void KafkaSink::replace_producer() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_replacement_) return;
  next_replacement_ = now + kReplacementInterval;
  producer_.reset();
  try {
    producer_ = make_producer();
    is_fatal_ = false;
  } catch (const SinkError& error) {  // a certificate that is just being renewed, say
    hold(error.what());
  }
}

bool KafkaSink::needs_recovery() const {
  return is_fatal_;
}

std::optional<std::string> KafkaSink::trouble() const {
  if (!delivery_trouble_.empty()) return delivery_trouble_;
  if (!connection_trouble_.empty()) return connection_trouble_;
  return std::nullopt;
}

}  // namespace pktferry::publisher
