// publisher-svc: takes records out of the ring, and to Kafka. The composition root.
#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>

#include "publisher-svc/arena.hpp"
#include "publisher-svc/lane_owner.hpp"
#include "publisher-svc/publish_loop.hpp"
#include "publisher-svc/publish_report.hpp"
#include "publisher-svc/publisher_config.hpp"
#include "publisher-svc/publisher_metrics.hpp"
#include "publisher-svc/sink/file_sink.hpp"
#include "publisher-svc/sink/kafka_sink.hpp"
#include "shared/ring/ring_directory.hpp"
#include "shared/service/http_server.hpp"
#include "shared/service/log.hpp"
#include "shared/service/run_loop.hpp"
#include "shared/service/shutdown.hpp"
#include "shared/service/standard_streams.hpp"

namespace {

using namespace pktferry;
using namespace pktferry::publisher;

std::unique_ptr<MessageSink> make_sink(const PublisherConfig& config, const Arena& arena) {
  switch (config.sink) {
    case SinkKind::kStdout: return std::make_unique<FileSink>();
    case SinkKind::kFile: return std::make_unique<FileSink>(config.file);
    case SinkKind::kKafka: break;
  }
  return std::make_unique<KafkaSink>(KafkaOptions{.brokers = config.brokers,
                                                  .topic = config.topic,
                                                  .properties = config.properties,
                                                  .max_messages = PublishLoop::max_messages(arena),
                                                  .max_bytes = PublishLoop::max_bytes(arena)});
}

std::unique_ptr<service::HttpServer> serve(const std::string& address, service::HttpPages pages) {
  if (address == "none") return nullptr;
  auto server = std::make_unique<service::HttpServer>(address, std::move(pages));
  spdlog::info("serving /metrics, /healthz, /readyz and /status on port {}", server->port());
  return server;
}

int run(const PublisherConfig& config) {
  service::Shutdown shutdown;  // before any thread: all of them inherit its signal mask
  ring::exit_on_sigbus();

  const auto metrics = std::make_shared<PublisherMetrics>();
  service::Heartbeat heartbeat;
  Arena arena(config.memory_mib << 20);  // before the sink: librdkafka's threads send from it
  if (config.common.check && config.sink == SinkKind::kFile) return 0;  // a check creates no file
  const auto sink = make_sink(config, arena);
  if (config.common.check) return 0;

  LaneOwner owner(config.common.ring_directory, config.peek ? LaneOwner::Mode::kPeek : LaneOwner::Mode::kDeliver,
                  sink->destination());
  PublishLoop loop(owner, *sink, arena, *metrics,
                   {.key = config.key,
                    .fields = config.fields,
                    .timestamp_unit = config.timestamp_unit,
                    .max_age = config.max_age,
                    .until_end = config.until_end,
                    .drain_timeout = config.drain_timeout});
  const auto server =
      serve(config.common.listen, {.metrics = metrics,
                                   .is_live = [&] { return heartbeat.is_alive(); },
                                   .not_ready = [&] { return metrics->trouble(); },
                                   .status = [&] { return status_json(*metrics, sink->destination()); }});

  const PublishReport report(config.common.ring_directory, *metrics);
  service::run_loop(
      heartbeat, [&] { return loop.is_over(shutdown.requested()); }, [&] { return loop.work(); }, [&] { loop.idle(); });
  loop.finish();
  return report.log_and_judge(*loop.end());
}

}  // namespace

int main(int argc, char** argv) {
  service::reserve_standard_streams();
  PublisherConfig config;
  if (const auto exit_code = parse_publisher_config(argc, argv, config)) return *exit_code;
  if (config.schema) {
    std::cout << encode::schema(*config.schema);
    return std::cout.flush() ? 0 : 1;
  }
  service::configure_log("publisher-svc", config.common.log_level, config.common.log_format);
  try {
    return run(config);
  } catch (const SinkError& error) {
    spdlog::critical("{}", error.what());
    return 2;
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
    return 1;
  }
}
