// librdkafka's mock cluster as a process of its own: a broker that costs little and keeps little, so that the cost of
// producing shows. Prints HOST:PORT and ends with its standard input.
#include <cstdio>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

int main() {
  char error[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "log_level", "3", error, sizeof error);  // it would warn that it has no brokers
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  rd_kafka_mock_cluster_t* cluster = client == nullptr ? nullptr : rd_kafka_mock_cluster_new(client, 1);
  if (cluster == nullptr) {
    std::fputs("mock_cluster: cannot start\n", stderr);
    return 1;
  }
  std::puts(rd_kafka_mock_cluster_bootstraps(cluster));
  std::fflush(stdout);
  while (std::getchar() != EOF) continue;
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(client);
}
