// One record through the ring, written by one core and read by another, against boost::lockfree::spsc_queue carrying
// the same bytes, and against the copy alone on one core. Prints ns per record and their ratios.
//
//   build/release/tests/bench/ring_bench
//
// The contenders take turns (random interleaving), so that a machine which drifts drifts for all of them. Before and
// after each round the time of a cache line's way from core to core and back is taken: rounds that the two processors
// did not spend as close to each other as they can be are left out. The queue
// is favoured: it carries a fixed struct, built once, and nobody checks what comes out; the ring carries any size, its
// reader validates every record (RecordView::parse) on a private copy.
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/lockfree/spsc_queue.hpp>

#include "shared/ring/ring_reader.hpp"
#include "shared/ring/ring_writer.hpp"
#include "tests/support/records.hpp"

namespace pktferry {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kRecords = 2'000'000;  // per round
constexpr std::uint64_t kLaneSize = 8u << 20;  // bytes, the default
constexpr std::uint64_t kCommitInterval = 64;  // records; a publisher commits a batch of acknowledged ones

constexpr std::size_t kNoProcessor = CPU_SETSIZE;

std::array<std::size_t, 2> find_two_processors() {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  std::array<std::size_t, 2> found{kNoProcessor, kNoProcessor};
  std::size_t count = 0;
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && count < 2; ++cpu) {
    if (CPU_ISSET(cpu, &allowed)) found[count++] = cpu;
  }
  return found;
}

// The first two that we may run on. Found once, before anything is pinned: what is pinned sees one only.
const std::array<std::size_t, 2> kProcessors = find_two_processors();

void pin(std::size_t cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

// What a core does that finds the lane full or empty: it leaves the other one alone, which may share its execution
// units.
void wait_a_moment() {
  for (int i = 0; i < 32; ++i) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");
#endif
  }
}

// Runs both on a processor each, started together; seconds until both are done.
template <typename Write, typename Read>
double seconds_of(Write&& write, Read&& read) {
  std::atomic<int> ready{0};
  const auto start = [&](std::size_t cpu) {
    pin(cpu);
    ready.fetch_add(1);
    while (ready.load() < 2) {
    }
  };
  Clock::time_point began;
  std::thread reader([&] {
    start(kProcessors[1]);
    read();
  });
  std::thread writer([&] {
    start(kProcessors[0]);
    began = Clock::now();
    write();
  });
  writer.join();
  reader.join();
  return std::chrono::duration<double>(Clock::now() - began).count();
}

double round_trip_ns() {
  constexpr int kTrips = 20'000;
  alignas(128) std::atomic<int> ball{0};
  const double seconds = seconds_of(
      [&] {
        for (int i = 0; i < kTrips; ++i) {
          ball.store(1, std::memory_order_release);
          while (ball.load(std::memory_order_acquire) != 0) {
          }
        }
      },
      [&] {
        for (int i = 0; i < kTrips; ++i) {
          while (ball.load(std::memory_order_acquire) != 1) {
          }
          ball.store(0, std::memory_order_release);
        }
      });
  return seconds * 1e9 / kTrips;
}

// One round of a contender, with the distance of the two processors as it was meanwhile.
template <typename Write, typename Read>
void time_round(benchmark::State& state, Write&& write, Read&& read) {
  const double before = round_trip_ns();
  state.SetIterationTime(seconds_of(write, read) / static_cast<double>(kRecords));
  state.counters["trip_ns"] = std::max(before, round_trip_ns());
}

template <std::uint32_t kSize>
struct Template {
  alignas(record::kRecordAlignment) std::byte bytes[kSize];
  Template() { testing::fill_record(bytes, kSize, 0); }
};

template <std::uint32_t kSize>
void ring_two_cores(benchmark::State& state) {
  struct Lane {
    ring::LaneControl control{};
    ring::LaneCursor cursor{};
    std::atomic<std::uint64_t> wild_cursors{0};
    alignas(4096) std::byte data[kLaneSize]{};
  };
  const auto lane = std::make_unique<Lane>();
  const Template<kSize> record;
  ring::LaneWriter writer(lane->control, lane->cursor, lane->data, kLaneSize, lane->wild_cursors);
  ring::LaneReader reader(lane->control, lane->data, kLaneSize, 0, 0);
  std::uint64_t sum = 0;
  for (auto _ : state) {
    time_round(
        state,
        [&] {
          for (std::uint64_t i = 0; i < kRecords;) {
            std::byte* const room = writer.reserve();
            if (room == nullptr) {
              wait_a_moment();
              continue;
            }
            std::memcpy(room, record.bytes, kSize);
            writer.commit(kSize);
            ++i;
          }
          writer.publish();
        },
        [&] {
          for (std::uint64_t i = 0; i < kRecords;) {
            const ring::ReadResult result = reader.read();
            if (result.status != ring::ReadResult::Status::kRecord) {
              wait_a_moment();
              continue;
            }
            sum += result.record->header().ordinal;
            if (++i % kCommitInterval == 0) {
              lane->cursor.committed_position.store(reader.position(), std::memory_order_release);
            }
          }
          lane->cursor.committed_position.store(reader.position(), std::memory_order_release);
        });
  }
  benchmark::DoNotOptimize(sum);
}

template <std::uint32_t kSize>
void spsc_queue_two_cores(benchmark::State& state) {
  using Record = Template<kSize>;
  boost::lockfree::spsc_queue<Record> queue(kLaneSize / kSize);
  Record record;
  std::uint64_t sum = 0;
  for (auto _ : state) {
    time_round(
        state,
        [&] {
          auto& header = *static_cast<record::RecordHeader*>(static_cast<void*>(record.bytes));
          for (std::uint64_t i = 0; i < kRecords;) {
            header.ordinal = i;
            if (queue.push(record)) {
              ++i;
            } else {
              wait_a_moment();
            }
          }
        },
        [&] {
          Record out;
          for (std::uint64_t i = 0; i < kRecords;) {
            if (!queue.pop(out)) {
              wait_a_moment();
              continue;
            }
            sum += static_cast<const record::RecordHeader*>(static_cast<const void*>(out.bytes))->ordinal;
            ++i;
          }
        });
  }
  benchmark::DoNotOptimize(sum);
}

// In and out again, 8 MiB round and round: what the bytes alone cost.
template <std::uint32_t kSize>
void memcpy_one_core(benchmark::State& state) {
  std::vector<std::byte> data(kLaneSize);
  const Template<kSize> record;
  Template<kSize> out;
  for (auto _ : state) {
    time_round(
        state,
        [&] {
          for (std::uint64_t i = 0; i < kRecords; ++i) {
            std::byte* const room = data.data() + i * kSize % kLaneSize;
            std::memcpy(room, record.bytes, kSize);
            benchmark::ClobberMemory();
            std::memcpy(out.bytes, room, kSize);
            benchmark::DoNotOptimize(out);
          }
        },
        [] {});
  }
}

#define PKTFERRY_RING_BENCHMARK(function, size) \
  BENCHMARK_TEMPLATE(function, size)->UseManualTime()->Iterations(1)->Unit(benchmark::kNanosecond)
PKTFERRY_RING_BENCHMARK(ring_two_cores, 128);
PKTFERRY_RING_BENCHMARK(spsc_queue_two_cores, 128);
PKTFERRY_RING_BENCHMARK(memcpy_one_core, 128);
PKTFERRY_RING_BENCHMARK(ring_two_cores, 256);
PKTFERRY_RING_BENCHMARK(spsc_queue_two_cores, 256);
PKTFERRY_RING_BENCHMARK(memcpy_one_core, 256);

// Keeps every round, so that the comparable ones can be compared at the end.
class RatioReporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type != Run::RT_Iteration) continue;
      const double trip_ns = run.counters.at("trip_ns");
      rounds_[run.run_name.function_name].push_back({trip_ns, run.GetAdjustedRealTime()});
      shortest_trip_ns_ = std::min(shortest_trip_ns_, trip_ns);
    }
  }
  void print() {
    const double longest_trip_ns = 1.6 * shortest_trip_ns_;
    std::printf("ns per record, rounds with a cache line there and back within %.0f ns:\n", longest_trip_ns);
    std::printf("%-28s %8s %8s %8s  rounds\n", "", "median", "lowest", "highest");
    for (const auto& [name, rounds] : rounds_) {
      std::vector<double> times;
      for (const Round& round : rounds) {
        if (round.trip_ns <= longest_trip_ns) times.push_back(round.time_ns);
      }
      if (times.empty()) continue;
      std::sort(times.begin(), times.end());
      medians_[name] = times[times.size() / 2];
      std::printf("%-28s %8.1f %8.1f %8.1f  %zu of %zu\n", name.c_str(), medians_[name], times.front(), times.back(),
                  times.size(), rounds.size());
    }
    for (const char* size : {"128", "256"}) {
      const auto of = [&](const char* contender) { return medians_[contender + ("<" + std::string(size) + ">")]; };
      const double ring = of("ring_two_cores");
      std::printf("%s bytes: spsc_queue / ring = %.2f, ring / memcpy on one core = %.2f\n", size,
                  of("spsc_queue_two_cores") / ring, ring / of("memcpy_one_core"));
    }
  }

 private:
  struct Round {
    double trip_ns;
    double time_ns;
  };
  std::map<std::string, std::vector<Round>> rounds_;
  std::map<std::string, double> medians_;
  double shortest_trip_ns_ = 1e9;
};

}  // namespace
}  // namespace pktferry

int main(int argc, char** argv) {
  if (pktferry::kProcessors[1] == pktferry::kNoProcessor) {
    std::fprintf(stderr, "ring_bench: needs two processors, this process may use one (see taskset -p)\n");
    return 1;
  }
  std::string repetitions = "--benchmark_repetitions=11";
  std::string interleaving = "--benchmark_enable_random_interleaving=true";
  std::vector<char*> arguments{argv[0], repetitions.data(), interleaving.data()};
  for (int i = 1; i < argc; ++i) arguments.push_back(argv[i]);  // the command line has the last word
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;

  pktferry::RatioReporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  reporter.print();
  return 0;
}
