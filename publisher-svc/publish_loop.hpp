// The work of publisher-svc: read → encode → send → poll → commit, in one thread with fixed memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "publisher-svc/arena.hpp"
#include "publisher-svc/encode/encoder.hpp"
#include "publisher-svc/in_flight.hpp"
#include "publisher-svc/lane_owner.hpp"
#include "publisher-svc/log_limiter.hpp"
#include "publisher-svc/publisher_metrics.hpp"
#include "publisher-svc/send_window.hpp"
#include "publisher-svc/sink/message_sink.hpp"

namespace pktferry::publisher {

struct PublishOptions {
  encode::Key key = encode::Key::kFlow;
  std::vector<std::string> fields{};
  encode::TimestampUnit timestamp_unit = encode::TimestampUnit::kMicroseconds;
  std::chrono::milliseconds max_age = std::chrono::hours(1);
  bool until_end = false;
  std::chrono::milliseconds drain_timeout = std::chrono::seconds(10);
};

// Time, so that tests can step it.
struct PublishClock {
  std::function<std::chrono::steady_clock::time_point()> monotonic = std::chrono::steady_clock::now;
  std::function<std::chrono::system_clock::time_point()> wall = std::chrono::system_clock::now;
};

// Invariants
//  P1  A record leaves the ring (its lane's cursor passes it) only when it was acknowledged, or given up and counted.
//  P2  Cursors move in the order of reading, by popping the finished head of one queue: a record that is acknowledged
//      behind an unfinished one waits, and a kill sends it again.
//  P3  For each lane, cursor.ordinal == delivered + failed + corrupt: what could not be read has its place in the
//      queue.
//  P4  Memory is the arena and the queue, both of fixed size. When either is full, reading stops.
//  P5  One recovery for every failure: stop reading, purge, await every report that is owed, go back to the cursors,
//      wait (after kHeld: 100 ms, doubling up to 5 s until all that was taken back is through; after kRefused: not at
//      all, the window has narrowed), go on.
//  P6  A record is given up only if send() itself refuses it or if it was refused when it was alone under way.
//      Everything else holds, for ever.
//  P7  A token is looked at only while its report is owed: entries are forgotten only when no report is.
class PublishLoop {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class End {
    kReachedEnd,   // --until-end: capture is gone and everything is delivered
    kDrained,      // asked to stop: everything that was in its lanes then is delivered
    kHeldNothing,  // asked to stop: it held no lane
    kDeadline,     // asked to stop: drain_timeout passed before that
    kSinkClosed,   // nothing can be sent any more
  };

  // How many messages, and bytes of keys and payloads, the loop may have under way with this arena: what the sink must
  // have room for.
  static std::size_t max_messages(const Arena& arena);
  static std::size_t max_bytes(const Arena& arena);

  // All of them must outlive the loop, and the arena the sink. `options.fields` must be good (encode::Encoder).
  PublishLoop(LaneOwner& owner, MessageSink& sink, Arena& arena, PublisherMetrics& metrics, PublishOptions options,
              PublishClock clock = {});

  // One turn; how much was done. Throws ring::RingError (LaneOwner::look).
  std::size_t work();
  // Waits for reports, 1 to 5 ms.
  void idle();
  // Whether the loop is over; once it is, it stays so. From the first call with `stop_requested` on it drains.
  bool is_over(bool stop_requested);
  std::optional<End> end() const { return end_; }
  // Takes back what is still under way and commits what was acknowledged, so that the ring is exact. The last call.
  void finish();

 private:
  enum class State { kSending, kAwaitingReports, kBackingOff };
  enum class Step { kDone, kEmpty, kBlocked };
  enum class Cause { kHeld, kRefused };

  void look_at_ring();
  void attach();
  void detach();

  std::size_t collect(std::chrono::milliseconds timeout);
  void take_report(const Report& report);
  void pop_finished();
  void count(const InFlightEntry& entry, std::uint64_t now_ns);
  void log_given_up(const InFlightEntry& entry, std::string_view error);

  std::size_t send_turn();
  Step send_next(OwnedLane& lane);
  std::int64_t kafka_timestamp_ms(std::uint64_t packet_ns) const;

  void begin_recovery(Cause cause);
  void go_back();

  void begin_drain();
  bool is_drained() const;
  bool is_at_end();
  void watch_trouble();

  LaneOwner& owner_;
  MessageSink& sink_;
  Arena& arena_;
  PublisherMetrics& metrics_;
  const PublishOptions options_;
  const PublishClock clock_;
  const MessageSink::ReportHandler handler_;

  std::optional<encode::Encoder> encoder_;  // of the ring attached
  InFlight in_flight_;
  SendWindow window_;
  std::size_t records_in_flight_ = 0;  // entries but the skipped ones
  std::size_t owed_reports_ = 0;
  std::size_t next_lane_ = 0;  // whose turn is first
  TimePoint now_{};            // of this turn
  std::int64_t wall_ms_ = 0;   // of this turn

  State state_ = State::kSending;
  Cause cause_ = Cause::kHeld;            // of the recovery under way
  std::size_t refused_ = 0;               // reports since the last recovery
  bool has_held_ = false;                 // a report since the last recovery was
  std::string first_error_;               // of them
  std::chrono::milliseconds backoff_{0};  // of the last recovery, until it is made good
  std::uint64_t recovered_at_ = 0;        // InFlight::popped() at which it is
  TimePoint resume_at_{};

  bool is_replaced_ = false;          // the ring is: let go of it when nothing is in flight
  bool was_idle_ = false;             // the last turn found every lane empty
  bool has_seen_capture_ = false;     // for --until-end: capture ran, or has left something
  std::uint64_t runs_at_attach_ = 0;  // of capture, on this ring
  TimePoint next_end_check_{};
  std::optional<TimePoint> deadline_;  // draining
  std::optional<End> end_;

  TimePoint last_report_{};
  TimePoint next_trouble_check_{};
  bool is_in_trouble_ = false;
  std::chrono::milliseconds idle_time_{1};
  LogLimiter given_up_log_{5, std::chrono::seconds(10)};
  LogLimiter corrupt_log_{5, std::chrono::seconds(10)};
  LogLimiter recovery_log_{5, std::chrono::seconds(10)};
  LogLimiter trouble_log_{1, std::chrono::seconds(30)};
};

}  // namespace pktferry::publisher
