#include "publisher-svc/publish_loop.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "shared/ring/ledger.hpp"
#include "shared/service/log.hpp"

namespace pktferry::publisher {
namespace {

using std::chrono::milliseconds;

constexpr int kRecordsPerTurn = 128;  // of one lane, before the next one's turn
// Arena per queue entry: less than a usual message takes, so that the arena is the bound.
constexpr std::size_t kBytesPerEntry = 512;
constexpr milliseconds kFirstBackoff{100};
constexpr milliseconds kLongestBackoff{5000};
constexpr milliseconds kLongestIdle{5};
constexpr milliseconds kEndCheckInterval{20};
constexpr milliseconds kTroubleCheckInterval{100};
constexpr std::chrono::seconds kAckPatience{10};
constexpr std::int64_t kFutureTolerance_ms = 1000;  // clocks of brokers differ as much
constexpr int kFinishPolls = 500;
constexpr milliseconds kFinishPollTime{10};
constexpr std::size_t kMaxKeySize = 48;

std::int64_t since_epoch_ms(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

std::size_t PublishLoop::max_messages(const Arena& arena) {
  return std::bit_ceil(arena.size_bytes() / kBytesPerEntry);
}

std::size_t PublishLoop::max_bytes(const Arena& arena) {
  return arena.size_bytes() + max_messages(arena) * kMaxKeySize;
}

PublishLoop::PublishLoop(LaneOwner& owner, MessageSink& sink, Arena& arena, PublisherMetrics& metrics,
                         PublishOptions options, PublishClock clock)
    : owner_(owner),
      sink_(sink),
      arena_(arena),
      metrics_(metrics),
      options_(std::move(options)),
      clock_(std::move(clock)),
      handler_([this](const Report& report) { take_report(report); }),
      in_flight_(max_messages(arena)),
      window_(in_flight_.capacity()) {
  metrics_.arena_size_bytes.set(arena_.size_bytes());
}

std::size_t PublishLoop::work() {
  now_ = clock_.monotonic();
  look_at_ring();
  std::size_t done = collect(milliseconds(0));
  if (is_replaced_ && in_flight_.is_empty()) detach();
  switch (state_) {
    case State::kSending: done += send_turn(); break;
    case State::kAwaitingReports:
      if (owed_reports_ == 0) go_back();
      break;
    case State::kBackingOff:
      if (now_ >= resume_at_) state_ = State::kSending;
      break;
  }
  watch_trouble();
  metrics_.in_flight.set(records_in_flight_);
  metrics_.arena_used_bytes.set(arena_.used_bytes());
  metrics_.lanes_owned.set(owner_.is_peeking() ? 0 : owner_.lanes().size());
  idle_time_ = done > 0 ? milliseconds(1) : idle_time_;
  return done;
}

void PublishLoop::idle() {
  now_ = clock_.monotonic();
  collect(idle_time_);
  idle_time_ = std::min(idle_time_ + milliseconds(1), kLongestIdle);
}

// The ring

void PublishLoop::look_at_ring() {
  if (deadline_) return;  // while draining, nothing more is taken on
  switch (owner_.look(now_)) {
    case LaneOwner::Change::kNone: break;
    case LaneOwner::Change::kAttached: attach(); break;
    case LaneOwner::Change::kReplaced:
      if (!is_replaced_) spdlog::warn("{} holds another ring now: letting go", owner_.directory().string());
      is_replaced_ = true;
      break;
  }
  if (owner_.ring() == nullptr) has_seen_capture_ = true;  // whoever waits for a ring will see it being made
}

void PublishLoop::attach() {
  encoder_.emplace(encode::EncoderOptions{.node = owner_.ring()->node(),
                                          .ring_id = owner_.ring()->ring_id(),
                                          .timestamp_unit = options_.timestamp_unit,
                                          .fields = options_.fields});
  next_lane_ = 0;
  runs_at_attach_ = owner_.capture_runs();
}

void PublishLoop::detach() {
  owner_.release();
  encoder_.reset();
  is_replaced_ = false;
}

// Reports and commits

std::size_t PublishLoop::collect(milliseconds timeout) {
  const std::size_t owed = owed_reports_;
  sink_.poll(timeout, handler_);
  const std::size_t reports = owed - owed_reports_;
  if (reports > 0) last_report_ = now_;
  pop_finished();
  if (state_ == State::kSending) {
    if (refused_ > 0) {
      begin_recovery(Cause::kRefused);
    } else if (has_held_ || sink_.needs_recovery()) {
      begin_recovery(Cause::kHeld);
    }
  }
  return reports;
}

void PublishLoop::take_report(const Report& report) {
  --owed_reports_;
  auto& entry = *static_cast<InFlightEntry*>(report.token);
  switch (report.outcome) {
    case Report::Outcome::kDelivered:
      entry.state = InFlightEntry::State::kDelivered;
      window_.delivered();
      return;
    case Report::Outcome::kRefused:
      if (entry.is_alone) {
        entry.state = InFlightEntry::State::kFailed;
        entry.reason = report.reason;
        log_given_up(entry, report.error);
        return;
      }
      ++refused_;
      break;
    case Report::Outcome::kHeld: has_held_ = true; break;
  }
  if (first_error_.empty()) first_error_ = report.error;
}

void PublishLoop::pop_finished() {
  if (in_flight_.is_empty() || in_flight_.front().state == InFlightEntry::State::kSent) return;
  const auto now = clock_.monotonic().time_since_epoch();
  const auto now_ns = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  while (!in_flight_.is_empty() && in_flight_.front().state != InFlightEntry::State::kSent) {
    const InFlightEntry& entry = in_flight_.front();
    ring::CursorCounts& counts = entry.lane->counts;
    counts.position = entry.position;
    counts.ordinal = entry.ordinal;
    counts.corrupt += entry.lost;
    count(entry, now_ns);
    entry.lane->is_uncommitted = true;
    arena_.release(entry.arena_end);
    in_flight_.pop();
  }
  for (const auto& lane : owner_.lanes()) {
    if (lane->is_uncommitted) owner_.commit(*lane);
  }
  if (in_flight_.popped() >= recovered_at_) backoff_ = milliseconds(0);
}

void PublishLoop::count(const InFlightEntry& entry, std::uint64_t now_ns) {
  if (entry.lost > 0) {
    metrics_.corrupt.add(entry.lost);
    if (const auto suppressed = corrupt_log_.admit(now_)) {
      spdlog::error("lane {}: {} records before ordinal {} could not be read{}; passed over and counted as corrupt",
                    entry.lane->index, entry.lost, entry.ordinal,
                    owner_.is_peeking() ? " (capture may have overwritten them: peeking holds nothing back)" : "");
    }
  }
  switch (entry.state) {
    case InFlightEntry::State::kDelivered:
      ++entry.lane->counts.delivered;
      metrics_.messages_delivered.add(1);
      metrics_.bytes_delivered.add(entry.size_bytes);
      metrics_.read_to_ack.record(now_ns > entry.read_at_ns ? now_ns - entry.read_at_ns : 0);
      --records_in_flight_;
      break;
    case InFlightEntry::State::kFailed:
      ++entry.lane->counts.failed[static_cast<std::size_t>(entry.reason)];
      metrics_.failed[static_cast<std::size_t>(entry.reason)].add(1);
      --records_in_flight_;
      break;
    case InFlightEntry::State::kSkipped:
    case InFlightEntry::State::kSent: break;
  }
}

void PublishLoop::log_given_up(const InFlightEntry& entry, std::string_view error) {
  const auto suppressed = given_up_log_.admit(now_);
  if (!suppressed) return;
  spdlog::error("lane {}: record {} was given up as {}: {}", entry.lane->index, entry.ordinal - 1,
                ring::label(entry.reason), error);
}

// Sending

std::size_t PublishLoop::send_turn() {
  const auto lanes = owner_.lanes();
  if (lanes.empty() || is_replaced_ || sink_.is_closed()) {
    was_idle_ = true;
    return 0;
  }
  wall_ms_ = since_epoch_ms(clock_.wall());
  std::size_t sent = 0;
  bool is_blocked = false;
  for (std::size_t i = 0; i < lanes.size() && !is_blocked; ++i) {
    OwnedLane& lane = *lanes[(next_lane_ + i) % lanes.size()];
    for (int n = 0; n < kRecordsPerTurn; ++n) {
      const Step step = send_next(lane);
      is_blocked = step == Step::kBlocked;
      if (step != Step::kDone) break;
      ++sent;
    }
  }
  next_lane_ = (next_lane_ + 1) % lanes.size();
  was_idle_ = sent == 0 && !is_blocked;
  return sent;
}

PublishLoop::Step PublishLoop::send_next(OwnedLane& lane) {
  if (lane.reader.position() >= lane.read_until) return Step::kEmpty;
  if (!window_.allows(owed_reports_) || in_flight_.is_full()) return Step::kBlocked;
  char* const room = arena_.reserve(encode::Encoder::kMaxMessageSize);
  if (room == nullptr) return Step::kBlocked;

  const std::uint64_t position = lane.reader.position();
  const std::uint64_t ordinal = lane.reader.ordinal();
  const ring::ReadResult result = lane.reader.read();
  if (result.status == ring::ReadResult::Status::kEmpty) return Step::kEmpty;

  InFlightEntry& entry = in_flight_.next();
  entry = {.lane = &lane,
           .position = lane.reader.position(),
           .ordinal = lane.reader.ordinal(),
           .lost = result.lost,
           .read_at_ns = 0,
           .arena_end = arena_.end(),
           .size_bytes = 0,
           .state = InFlightEntry::State::kSkipped,
           .is_alone = false,
           .reason = {}};
  if (result.status == ring::ReadResult::Status::kSkipped) {
    in_flight_.push();
    return Step::kDone;
  }

  const record::RecordView& record = *result.record;
  // Asked each time: a capture that finds the ring drained starts the table of names over.
  const std::string interface = owner_.ring()->interface_name(record.header().interface_index);
  const std::size_t size = encoder_->encode(record, lane.index, interface, room);
  std::array<char, kMaxKeySize> key_room;
  const Message message{.payload = {room, size},
                        .key = encode::encode_key(options_.key, record, key_room.data()),
                        .timestamp_ms = kafka_timestamp_ms(record.header().timestamp_ns),
                        .token = &entry};
  switch (sink_.send(message)) {
    case MessageSink::SendStatus::kFull: lane.reader.rewind(position, ordinal); return Step::kBlocked;
    case MessageSink::SendStatus::kRefused:
      entry.state = InFlightEntry::State::kFailed;
      entry.reason = sink_.last_refusal();
      log_given_up(entry, "it can never be sent");
      break;
    case MessageSink::SendStatus::kAccepted:
      arena_.commit(size);
      entry.arena_end = arena_.end();
      entry.state = InFlightEntry::State::kSent;
      entry.is_alone = window_.isolates();
      if (owed_reports_++ == 0) last_report_ = now_;
      break;
  }
  entry.read_at_ns = record.header().read_at_ns;
  entry.size_bytes = static_cast<std::uint32_t>(size);
  in_flight_.push();
  ++records_in_flight_;
  metrics_.records_read.add(1);
  return Step::kDone;
}

std::int64_t PublishLoop::kafka_timestamp_ms(std::uint64_t packet_ns) const {
  const auto packet_ms = static_cast<std::int64_t>(packet_ns / 1'000'000);
  const bool is_plausible =
      packet_ms >= wall_ms_ - options_.max_age.count() && packet_ms <= wall_ms_ + kFutureTolerance_ms;
  return is_plausible ? packet_ms : wall_ms_;
}

// Recovery

void PublishLoop::begin_recovery(Cause cause) {
  cause_ = cause;
  state_ = State::kAwaitingReports;
  sink_.purge();
}

void PublishLoop::go_back() {
  if (refused_ > 0) window_.refused(refused_);
  for (const auto& lane : owner_.lanes()) lane->reader.rewind(lane->counts.position, lane->counts.ordinal);
  recovered_at_ = in_flight_.popped() + in_flight_.size();
  const std::size_t taken_back = std::exchange(records_in_flight_, 0);
  in_flight_.clear();
  arena_.release(arena_.end());

  if (cause_ == Cause::kHeld) {
    backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
    resume_at_ = now_ + backoff_;
    state_ = State::kBackingOff;
  } else {
    state_ = State::kSending;
  }
  metrics_.recoveries.add(1);
  metrics_.records_resent.add(taken_back);
  if (recovery_log_.admit(now_)) {
    spdlog::warn("took {} in flight back to the ring, to send again{}: {}", taken_back,
                 cause_ == Cause::kHeld ? fmt::format(" in {} ms", backoff_.count()) : ", fewer at a time",
                 first_error_.empty() ? sink_.trouble().value_or("the producer must be made anew") : first_error_);
  }
  refused_ = 0;
  has_held_ = false;
  first_error_.clear();
}

// The end

bool PublishLoop::is_over(bool stop_requested) {
  if (end_) return true;
  if (sink_.is_closed()) {
    end_ = End::kSinkClosed;
  } else if (stop_requested) {
    if (!deadline_) begin_drain();
    if (is_drained()) {
      end_ = owner_.lanes().empty() ? End::kHeldNothing : End::kDrained;
    } else if (clock_.monotonic() >= *deadline_) {
      end_ = End::kDeadline;
    }
  } else if (options_.until_end && is_at_end()) {
    end_ = End::kReachedEnd;
  }
  return end_.has_value();
}

// Live capture goes on writing: draining is over when what was there at its beginning is delivered.
void PublishLoop::begin_drain() {
  deadline_ = clock_.monotonic() + options_.drain_timeout;
  for (const auto& lane : owner_.lanes()) {
    lane->read_until =
        owner_.is_peeking() ? lane->reader.position() : lane->counts.position + owner_.ring()->backlog(lane->index);
  }
  was_idle_ = owner_.lanes().empty();
}

bool PublishLoop::is_drained() const {
  return was_idle_ && in_flight_.is_empty() && state_ == State::kSending;
}

bool PublishLoop::is_at_end() {
  ring::PublisherRing* const ring = owner_.ring();
  if (ring == nullptr || is_replaced_ || !was_idle_ || !is_drained()) return false;
  if (owner_.is_peeking()) return true;
  const auto now = clock_.monotonic();
  if (now < next_end_check_) return false;
  next_end_check_ = now + kEndCheckInterval;
  // In this order: what capture wrote before it was seen gone is in the backlog.
  const bool is_capturing = ring->capture_is_alive();
  std::uint64_t backlog = 0;
  for (std::uint32_t lane = 0; lane < ring->geometry().lane_count; ++lane) backlog += ring->backlog(lane);
  // The runs are counted for a capture that found nothing to write and was gone between two looks.
  has_seen_capture_ = has_seen_capture_ || is_capturing || backlog > 0 || metrics_.records_read.get() > 0 ||
                      owner_.capture_runs() > runs_at_attach_;
  return has_seen_capture_ && !is_capturing && backlog == 0;
}

void PublishLoop::finish() {
  if (owed_reports_ > 0) sink_.purge();
  for (int i = 0; i < kFinishPolls && owed_reports_ > 0; ++i) sink_.poll(kFinishPollTime, handler_);
  pop_finished();
  metrics_.in_flight.set(0);
}

// Trouble is looked for in this thread, so that the HTTP server's threads never touch the sink.
void PublishLoop::watch_trouble() {
  if (now_ < next_trouble_check_) return;
  next_trouble_check_ = now_ + kTroubleCheckInterval;
  std::optional<std::string> trouble = sink_.trouble();
  if (!trouble && owed_reports_ > 0 && now_ - last_report_ > kAckPatience) {
    trouble = fmt::format("{} has acknowledged nothing for {} s", sink_.destination(), kAckPatience.count());
  }
  if (trouble) {
    if (trouble_log_.admit(now_)) spdlog::warn("records are held in the ring: {}", *trouble);
  } else if (is_in_trouble_) {
    spdlog::info("records are delivered again");
  }
  is_in_trouble_ = trouble.has_value();
  if (!trouble && owner_.ring() == nullptr) {
    trouble = "waiting for capture to create " + owner_.directory().string();
  }
  metrics_.set_trouble(std::move(trouble));
}

}  // namespace pktferry::publisher
