// Numbers that belong together, kept by one writer where others read them and where a kill may come at any store.
//
// Two slots and an epoch: the writer fills the slot that is not current and then steps the epoch, so that at every
// instant one slot is whole. What a killed writer had begun in the other slot is never looked at.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

namespace pktferry::ring {

inline constexpr std::size_t kIndexAlignment = 128;  // two cache lines: adjacent-line prefetch drags in the next one

// T: trivially copyable, made of 64-bit words.
// Thread rights: store() by one thread of one process; load() by anyone, from a read-only mapping too.
template <typename T>
class alignas(kIndexAlignment) SnapshotCell {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) % sizeof(std::uint64_t) == 0);
  static constexpr std::size_t kWords = sizeof(T) / sizeof(std::uint64_t);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

 public:
  void store(const T& value) noexcept {
    std::array<std::uint64_t, kWords> words;
    std::memcpy(words.data(), &value, sizeof(T));
    const std::uint64_t epoch = epoch_.load(std::memory_order_relaxed) + 1;  // only this thread writes it
    auto& slot = slots_[epoch & 1];
    // Release, partner: load()'s acquire of the same word. A reader that sees a word of this round also sees the
    // epoch of the round before and knows that its slot is being overwritten.
    for (std::size_t i = 0; i < kWords; ++i) slot[i].store(words[i], std::memory_order_release);
    // Release, partner: load()'s first acquire. Publishes the slot.
    epoch_.store(epoch, std::memory_order_release);
  }

  // The newest whole value. Nothing only where the writer is so fast, or so hostile, that no try of many found a slot
  // standing still.
  [[nodiscard]] std::optional<T> load() const noexcept {
    for (int tries = 0; tries < 1000; ++tries) {
      const std::uint64_t epoch = epoch_.load(std::memory_order_acquire);
      std::array<std::uint64_t, kWords> words;
      const auto& slot = slots_[epoch & 1];
      for (std::size_t i = 0; i < kWords; ++i) words[i] = slot[i].load(std::memory_order_acquire);
      if (epoch_.load(std::memory_order_relaxed) == epoch) {
        T value;
        std::memcpy(&value, words.data(), sizeof(T));
        return value;
      }
    }
    return std::nullopt;
  }

 private:
  std::atomic<std::uint64_t> epoch_;
  std::array<std::array<std::atomic<std::uint64_t>, kWords>, 2> slots_;
};

}  // namespace pktferry::ring
