// How the window narrows and widens.
#include "publisher-svc/send_window.hpp"

#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace pktferry::publisher {
namespace {

std::size_t size_of(const SendWindow& window) {
  std::size_t size = 0;
  while (size < 1'000'000 && window.allows(size)) ++size;
  return size;
}

void deliver(SendWindow& window, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) window.delivered();
}

TEST(SendWindow, IsUnlimitedAtFirst) {
  SendWindow window(1000);
  EXPECT_TRUE(window.allows(999'999));
  deliver(window, 100'000);
  EXPECT_TRUE(window.allows(999'999));
  EXPECT_FALSE(window.isolates());
}

TEST(SendWindow, ARefusalLeavesHalfOfWhatWasRefused) {
  SendWindow window(100'000);
  window.refused(1000);
  EXPECT_EQ(size_of(window), 500u);
}

TEST(SendWindow, EveryRefusalHalvesItDownToOne) {
  SendWindow window(100'000);
  int refusals = 0;
  for (; !window.isolates(); ++refusals) window.refused(100'000);
  EXPECT_EQ(refusals, 16);
  EXPECT_EQ(size_of(window), 1u);
  window.refused(1);
  EXPECT_EQ(size_of(window), 1u);
}

TEST(SendWindow, NeverWidensByARefusal) {
  SendWindow window(100'000);
  window.refused(20);
  window.refused(5000);
  EXPECT_EQ(size_of(window), 5u);
}

TEST(SendWindow, DoublesAfterSeveralWindowsWithoutARefusal) {
  SendWindow window(100'000);
  window.refused(20);
  deliver(window, 10 * SendWindow::kWindowsToGrow - 1);
  EXPECT_EQ(size_of(window), 10u);
  deliver(window, 1);
  EXPECT_EQ(size_of(window), 20u);
}

TEST(SendWindow, ARefusalStartsTheCountAnew) {
  SendWindow window(100'000);
  window.refused(20);
  deliver(window, 10 * SendWindow::kWindowsToGrow - 1);
  window.refused(10);
  deliver(window, 5 * SendWindow::kWindowsToGrow - 1);
  EXPECT_EQ(size_of(window), 5u);
}

TEST(SendWindow, IsUnlimitedAgainOnceItReachesTheWidest) {
  SendWindow window(8);
  window.refused(2);
  deliver(window, (1 + 2 + 4) * SendWindow::kWindowsToGrow);
  EXPECT_TRUE(window.allows(999'999));
}

}  // namespace
}  // namespace pktferry::publisher
