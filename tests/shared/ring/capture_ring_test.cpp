// What capture finds in a ring's directory, and what it makes of it.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "tests/shared/ring/ring_fixture.hpp"

namespace pktferry::ring {
namespace {

namespace fs = std::filesystem;

// Puts a file system of `size` over `path`, for this process alone; false where the system does not let us.
bool mount_small(const fs::path& path, const char* size) {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (uid != 0) {
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << uid << ' ' << uid << " 1";
    std::ofstream("/proc/self/gid_map") << gid << ' ' << gid << " 1";
  }
  const std::string limits = std::string("mode=0700,size=") + size;
  return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         mount("tmpfs", path.c_str(), "tmpfs", 0, limits.c_str()) == 0;
}

class CaptureRingTest : public RingTest {
 protected:
  mode_t mode_of(const fs::path& path) const {
    struct stat status {};
    EXPECT_EQ(lstat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }
  // Makes a ring whose first lane holds `records` records, and ends in order.
  void make_ring_with(int records, const Geometry& geometry = kSmallGeometry) {
    CaptureRing ring(options(geometry));
    LaneWriter writer = ring.lane_writer(0);
    for (int i = 0; i < records; ++i) ASSERT_TRUE(capture_packet(ring, writer));
    writer.publish();
    ring.mark_clean();
  }
  void deliver_everything() {
    const auto publisher = attach();
    ASSERT_TRUE(publisher);
    for (std::uint32_t lane = 0; lane < publisher->geometry().lane_count; ++lane) deliver_all(*publisher, lane);
  }
  void write_garbage(const fs::path& file, std::size_t size) {
    std::ofstream(file, std::ios::binary) << std::string(size, 'x');
    ASSERT_EQ(chmod(file.c_str(), 0660), 0);
  }
};

TEST_F(CaptureRingTest, MakesEverythingWithItsModesWhateverTheUmask) {
  const mode_t before = umask(077);
  const CaptureRing ring(options());
  umask(before);
  EXPECT_TRUE(ring.warnings().empty());
  EXPECT_EQ(mode_of(directory()), 02770u);
  EXPECT_EQ(mode_of(directory() / "data"), 02770u);
  EXPECT_EQ(mode_of(directory() / "state"), 02770u);
  for (const auto& file : {ring_file(), cursors_file(), directory() / "data" / "capture.lock"}) {
    EXPECT_EQ(mode_of(file), 0660u) << file;
  }
  for (std::uint32_t i = 0; i < kSmallGeometry.lane_count; ++i) {
    EXPECT_EQ(mode_of(directory() / "state" / ("lane-" + std::to_string(i) + ".lock")), 0660u);
  }
  for (std::uint32_t i = 0; i < kMaxPublishers; ++i) {
    EXPECT_EQ(mode_of(directory() / "state" / ("publisher-" + std::to_string(i) + ".lock")), 0660u);
  }
  EXPECT_EQ(fs::file_size(ring_file()), ring_file_size(kSmallGeometry));
  EXPECT_EQ(fs::file_size(cursors_file()), cursors_file_size(kSmallGeometry));
  EXPECT_FALSE(fs::exists(directory() / "data" / "ring.new"));
}

TEST_F(CaptureRingTest, StartsWithAnEmptyLedgerThatCloses) {
  const CaptureRing ring(options());
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.ring_id, ring.ring_id());
  EXPECT_EQ(ledger.ring_id.size(), 32u);
  EXPECT_EQ(ledger.node, "n1");
  EXPECT_EQ(ledger.destination, "");
  EXPECT_TRUE(ledger.capturing);
  EXPECT_EQ(ledger.publishers, 0u);
  EXPECT_EQ(ledger.runs, 1u);
  EXPECT_EQ(ledger.unclean_runs, 0u);
  EXPECT_EQ(ledger.read, 0u);
  EXPECT_EQ(ledger.lanes.size(), kSmallGeometry.lane_count);
  expect_closed(ledger);
}

TEST_F(CaptureRingTest, GivesEveryRingAnIdOfItsOwn) {
  std::string first;
  { first = CaptureRing(options()).ring_id(); }
  fs::remove(ring_file());
  EXPECT_NE(CaptureRing(options()).ring_id(), first);
}

TEST_F(CaptureRingTest, GoesOnWithTheRingThatIsThere) {
  std::string id;
  {
    CaptureRing ring(options());
    id = ring.ring_id();
    LaneWriter writer = ring.lane_writer(0);
    ASSERT_TRUE(capture_packet(ring, writer));
    writer.publish();
    ring.mark_clean();
  }
  CaptureRing again(options());
  EXPECT_TRUE(again.warnings().empty());
  EXPECT_EQ(again.ring_id(), id);
  EXPECT_EQ(again.lane_writer(0).counts().ordinal, 1u);
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.runs, 2u);
  EXPECT_EQ(ledger.unclean_runs, 0u);
  EXPECT_EQ(ledger.in_ring, 1u);
  expect_closed(ledger);
}

TEST_F(CaptureRingTest, RefusesASecondCaptureAndNamesTheLock) {
  const CaptureRing first(options());
  const std::string error = ring_error([&] { CaptureRing second(options()); });
  EXPECT_TRUE(mentions(error, "another capture holds " + directory().string()));
  EXPECT_TRUE(mentions(error, "capture.lock"));
}

TEST_F(CaptureRingTest, WaitsForAnotherCaptureThatIsAboutToEnd) {
  auto first = std::make_unique<CaptureRing>(options());
  first->mark_clean();
  CaptureOptions patient = options();
  patient.lock_patience = std::chrono::seconds(30);
  std::unique_ptr<CaptureRing> second;
  std::thread starting([&] { second = std::make_unique<CaptureRing>(patient); });
  first.reset();
  starting.join();
  ASSERT_TRUE(second);
  EXPECT_EQ(read_ledger(directory()).runs, 2u);
}

TEST_F(CaptureRingTest, RefusesAnImpossibleGeometryAndALongNode) {
  for (const Geometry& geometry : {Geometry{0, 1, kMinLaneSize}, Geometry{2, 3, kMinLaneSize},
                                   Geometry{1, 1, kMinLaneSize + 8}, Geometry{1, kMaxLanes + 1, kMinLaneSize}}) {
    EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(options(geometry)); }), "impossible"));
  }
  CaptureOptions named = options();
  named.node = std::string(64, 'n');
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(named); }), "longer than 63 bytes"));
  EXPECT_FALSE(fs::exists(directory()));
}

TEST_F(CaptureRingTest, RefusesAGroupThatDoesNotExist) {
  CaptureOptions grouped = options();
  grouped.group = "no-such-group-here";
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(grouped); }), "there is no such group"));
}

TEST_F(CaptureRingTest, GivesEverythingToTheGroup) {
  // Root may give files to any group, everybody else to one of their own.
  const gid_t group = geteuid() == 0 ? 54321 : getegid();
  CaptureOptions grouped = options();
  grouped.group = std::to_string(group);
  const CaptureRing ring(grouped);
  for (const auto& path : {directory(), directory() / "data", directory() / "state", ring_file(), cursors_file(),
                           directory() / "data" / "capture.lock", directory() / "state" / "lane-1.lock",
                           directory() / "state" / "publisher-15.lock"}) {
    struct stat status {};
    ASSERT_EQ(lstat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_gid, group) << path;
  }
}

TEST_F(CaptureRingTest, AdoptsAnEmptyDirectoryAndLeavesTheModeOfAUsedOne) {
  ASSERT_EQ(mkdir(directory().c_str(), 0700), 0);
  { const CaptureRing ring(options()); }
  EXPECT_EQ(mode_of(directory()), 02770u);
  ASSERT_EQ(chmod(directory().c_str(), 0750), 0);
  { const CaptureRing ring(options()); }
  EXPECT_EQ(mode_of(directory()), 0750u);
}

TEST_F(CaptureRingTest, RefusesADirectoryThatEverybodyMayWriteTo) {
  ASSERT_EQ(mkdir(directory().c_str(), 0700), 0);
  ASSERT_EQ(chmod(directory().c_str(), 0777), 0);
  const std::string error = ring_error([&] { CaptureRing ring(options()); });
  EXPECT_TRUE(mentions(error, "everybody may write"));
  EXPECT_TRUE(mentions(error, "chmod o-w"));
}

TEST_F(CaptureRingTest, RefusesAFileThatEverybodyMayWriteTo) {
  make_ring_with(1);
  ASSERT_EQ(chmod(cursors_file().c_str(), 0666), 0);
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(options()); }), "chmod o-w " + cursors_file().string()));
}

TEST_F(CaptureRingTest, RefusesSymbolicLinks) {
  const fs::path elsewhere = temp() / "elsewhere";
  fs::create_directory(elsewhere);
  fs::create_directory_symlink(elsewhere, directory());
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(options()); }), "symbolic link"));
  CaptureOptions with_slash = options();
  with_slash.directory += "/";
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(with_slash); }), "symbolic link"));
  fs::remove(directory());

  make_ring_with(1);
  fs::rename(ring_file(), temp() / "moved");
  fs::create_symlink(temp() / "moved", ring_file());
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(options()); }), "symbolic link"));
  fs::remove(ring_file());
  fs::remove(directory() / "data" / "capture.lock");
  fs::create_symlink(temp() / "moved", directory() / "data" / "capture.lock");
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(options()); }), "symbolic link"));
}

TEST_F(CaptureRingTest, RefusesAFifoWithoutHangingOnIt) {
  make_ring_with(1);
  fs::remove(ring_file());
  ASSERT_EQ(mkfifo(ring_file().c_str(), 0660), 0);
  EXPECT_TRUE(mentions(ring_error([&] { CaptureRing ring(options()); }), "not a regular file"));
}

TEST_F(CaptureRingTest, RefusesWhatAStrangerOwns) {
  make_ring_with(1);
  const int result = in_child([&] {
    fs::path target = directory();
    if (geteuid() == 0) {
      if (chown(target.c_str(), 12345, static_cast<gid_t>(-1)) != 0) return 2;
    } else {
      // In a user namespace of our own the machine's root is a stranger.
      const std::string map = "0 " + std::to_string(geteuid()) + " 1";
      if (unshare(CLONE_NEWUSER) != 0) return 3;
      std::ofstream("/proc/self/uid_map") << map;
      target = "/usr";
    }
    CaptureOptions foreign = options();
    foreign.directory = target;
    const std::string error = ring_error([&] { CaptureRing ring(foreign); });
    return error.find("neither root nor us") != std::string::npos ? 0 : 4;
  });
  EXPECT_EQ(result, 0);
}

TEST_F(CaptureRingTest, NamesSizeAndRoomWhereThereIsNone) {
  const int result = in_child([&] {
    if (mount_small(temp().path(), "1m")) {
      const std::string error = ring_error([&] { CaptureRing ring(options()); });
      const bool names_all =
          error.find("no room for 2 lanes of 1 MiB") != std::string::npos &&
          error.find(std::to_string(ring_file_size(kSmallGeometry)) + " bytes") != std::string::npos &&
          error.find("are free") != std::string::npos && error.find("--lane-mib") != std::string::npos &&
          error.find("No space left") != std::string::npos;
      if (!names_all) return 2;
    } else {
      // Not allowed to mount: a limit on the size of files stands in for the full file system.
      signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{1u << 20, 1u << 20};
      if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
      const std::string error = ring_error([&] { CaptureRing ring(options()); });
      if (error.find("no room for 2 lanes of 1 MiB") == std::string::npos) return 4;
    }
    return fs::exists(ring_file()) || fs::exists(directory() / "data" / "ring.new") ? 5 : 0;
  });
  EXPECT_EQ(result, 0);
}

TEST_F(CaptureRingTest, ReplacesADrainedRingWhereThereIsNoRoomForTwo) {
  const int result = in_child([&] {
    const bool is_small = mount_small(temp().path(), "3m");
    make_ring_with(0, {1, 1, kMinLaneSize});
    const CaptureRing ring(options({1, 2, kMinLaneSize}));
    if (ring.geometry().lane_count != 2 || (is_small && fs::space(directory()).free > kMinLaneSize)) return 2;
    return 0;
  });
  EXPECT_EQ(result, 0);
}

TEST_F(CaptureRingTest, ReplacesWhatIsNoRing) {
  const auto ring_with = [&](std::size_t size) {
    fs::remove(ring_file());
    write_garbage(ring_file(), size);
  };
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{31}, std::size_t{4096},
                                 static_cast<std::size_t>(ring_file_size(kSmallGeometry))}) {
    make_ring_with(0);
    ring_with(size);
    const CaptureRing ring(options());
    ASSERT_EQ(ring.warnings().size(), 1u) << size;
    EXPECT_TRUE(mentions(ring.warnings()[0], "it is replaced"));
    EXPECT_TRUE(mentions(ring.warnings()[0], "cannot be told"));
    const Ledger ledger = read_ledger(directory());
    EXPECT_EQ(ledger.replaced, 0u);
    EXPECT_EQ(ledger.in_ring, 0u);
    expect_closed(ledger);
  }
}

TEST_F(CaptureRingTest, ReplacesAFileOfZeros) {
  make_ring_with(0);
  fs::remove(ring_file());
  write_garbage(ring_file(), 0);
  fs::resize_file(ring_file(), ring_file_size(kSmallGeometry));
  const CaptureRing ring(options());
  ASSERT_EQ(ring.warnings().size(), 1u);
  EXPECT_TRUE(mentions(ring.warnings()[0], "is not a ring"));
}

TEST_F(CaptureRingTest, ReplacesATruncatedRingAndCountsWhatItHeld) {
  make_ring_with(5);
  fs::resize_file(ring_file(), ring_file_size(kSmallGeometry) - 4096);
  const CaptureRing ring(options());
  ASSERT_EQ(ring.warnings().size(), 1u);
  EXPECT_TRUE(mentions(ring.warnings()[0], "5 undelivered records are lost and counted as replaced"));
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.replaced, 5u);
  EXPECT_EQ(ledger.read, 5u);
  EXPECT_EQ(ledger.written, 5u);
  EXPECT_EQ(ledger.in_ring, 0u);
  expect_closed(ledger);
}

TEST_F(CaptureRingTest, ReplacesARingOfAnotherVersion) {
  make_ring_with(0);
  {
    std::fstream file(ring_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(8);
    file.put(99);
  }
  const CaptureRing ring(options());
  ASSERT_EQ(ring.warnings().size(), 1u);
  EXPECT_TRUE(mentions(ring.warnings()[0], "layout version 99"));
}

TEST_F(CaptureRingTest, ReplacesARingWhoseLanesMakeNoSense) {
  make_ring_with(3);
  {
    std::fstream file(ring_file(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(lane_controls_offset(kSmallGeometry)));
    file.write("\xff\xff\xff\xff\xff\xff\xff\x00", 8);
  }
  const CaptureRing ring(options());
  ASSERT_EQ(ring.warnings().size(), 1u);
  EXPECT_TRUE(mentions(ring.warnings()[0], "its lanes make no sense"));
  expect_closed(read_ledger(directory()));
}

TEST_F(CaptureRingTest, ReplacesARingWhoseCursorsAreGone) {
  make_ring_with(3);
  fs::remove(cursors_file());
  const CaptureRing ring(options());
  ASSERT_EQ(ring.warnings().size(), 1u);
  EXPECT_TRUE(mentions(ring.warnings()[0], "cannot be told"));
  EXPECT_TRUE(attach());
}

TEST_F(CaptureRingTest, ReplacesAnEmptyRingWithoutCursorsSilently) {
  // What a capture leaves that is killed between the two renames.
  make_ring_with(0);
  fs::remove(cursors_file());
  EXPECT_FALSE(attach()) << "not ready";
  const CaptureRing ring(options());
  EXPECT_TRUE(ring.warnings().empty());
  EXPECT_TRUE(attach());
}

TEST_F(CaptureRingTest, RemembersWhatEarlierReplacementsLost) {
  make_ring_with(5);
  fs::resize_file(ring_file(), ring_file_size(kSmallGeometry) - 4096);
  make_ring_with(2);
  fs::resize_file(ring_file(), ring_file_size(kSmallGeometry) - 4096);
  const CaptureRing ring(options());
  EXPECT_EQ(read_ledger(directory()).replaced, 7u);
  expect_closed(read_ledger(directory()));
}

TEST_F(CaptureRingTest, TakesNoHarmFromLeftoversOfAKilledCreation) {
  make_ring_with(0);
  write_garbage(directory() / "data" / "ring.new", 100);
  write_garbage(directory() / "state" / "cursors.new", 100);
  fs::remove(ring_file());
  const CaptureRing ring(options());
  EXPECT_TRUE(ring.warnings().empty());
  EXPECT_FALSE(fs::exists(directory() / "data" / "ring.new"));
  EXPECT_TRUE(attach());
}

TEST_F(CaptureRingTest, ChangesTheGeometryOfADrainedRing) {
  make_ring_with(3);
  deliver_everything();
  const CaptureRing ring(options({2, 4, 2 * kMinLaneSize}));
  EXPECT_TRUE(ring.warnings().empty());
  EXPECT_EQ(ring.geometry(), (Geometry{2, 4, 2 * kMinLaneSize}));
  EXPECT_EQ(read_ledger(directory()).replaced, 0u);
  EXPECT_TRUE(fs::exists(directory() / "state" / "lane-3.lock"));
}

TEST_F(CaptureRingTest, KeepsTheGeometryOfARingWithABacklogAndSaysSo) {
  make_ring_with(3);
  CaptureRing ring(options({2, 4, 2 * kMinLaneSize}));
  EXPECT_EQ(ring.geometry(), kSmallGeometry);
  ASSERT_EQ(ring.warnings().size(), 1u);
  EXPECT_TRUE(mentions(ring.warnings()[0], "still holds undelivered records and keeps its shape"));
  EXPECT_EQ(read_ledger(directory()).in_ring, 3u);
}

TEST_F(CaptureRingTest, ChangesTheNodeOfADrainedRingOnly) {
  make_ring_with(1);
  CaptureOptions renamed = options();
  renamed.node = "n2";
  {
    CaptureRing ring(renamed);
    ASSERT_EQ(ring.warnings().size(), 1u);
    ring.mark_clean();
  }
  EXPECT_EQ(read_ledger(directory()).node, "n1");
  deliver_everything();
  const CaptureRing ring(renamed);
  EXPECT_TRUE(ring.warnings().empty());
  EXPECT_EQ(read_ledger(directory()).node, "n2");
}

TEST_F(CaptureRingTest, CountsAsKilledWhatAnUncleanRunReadAndNeverPublished) {
  {
    CaptureRing ring(options());
    LaneWriter writer = ring.lane_writer(0);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(capture_packet(ring, writer));
    writer.publish();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(capture_packet(ring, writer));
    ring.worker(0).read.store(9);  // and one more in hand
  }
  const CaptureRing ring(options());
  const Ledger ledger = read_ledger(directory());
  EXPECT_EQ(ledger.runs, 2u);
  EXPECT_EQ(ledger.unclean_runs, 1u);
  EXPECT_EQ(ledger.read, 9u);
  EXPECT_EQ(ledger.written, 3u);
  EXPECT_EQ(killed(ledger), 6u);
  expect_closed(ledger);
}

TEST_F(CaptureRingTest, CountsKilledByWorker) {
  const Geometry geometry{2, 4, kMinLaneSize};
  {
    CaptureRing ring(options(geometry));
    LaneWriter first = ring.lane_writer(0);
    LaneWriter second = ring.lane_writer(3);
    for (auto* writer : {&first, &second}) {
      std::byte* const room = writer->reserve();
      testing::fill_record(room, testing::kSmallestRecord, 0);
      writer->commit(testing::kSmallestRecord);
      writer->publish();
    }
    ring.worker(0).read.store(1);
    ring.worker(1).read.store(8);
    ring.worker(1).dropped[static_cast<std::uint32_t>(DropReason::kUnsupported)].store(3);
  }
  CaptureRing ring(options(geometry));
  constexpr auto kKilled = static_cast<std::uint32_t>(DropReason::kKilled);
  EXPECT_EQ(ring.worker(0).dropped[kKilled].load(), 0u);
  EXPECT_EQ(ring.worker(1).dropped[kKilled].load(), 4u);
  expect_closed(read_ledger(directory()));
}

TEST_F(CaptureRingTest, CountsNothingAsKilledWhereMoreIsAccountedForThanWasRead) {
  make_ring_with(3);
  {
    CaptureRing ring(options());
    ring.worker(0).read.store(1);  // not possible by a capture: somebody else wrote there
  }
  const CaptureRing ring(options());
  EXPECT_EQ(killed(read_ledger(directory())), 0u);
  EXPECT_EQ(read_ledger(directory()).read_unexplained(), -2);
}

TEST_F(CaptureRingTest, ListsInterfacesOnceAndInOrder) {
  CaptureRing ring(options());
  EXPECT_EQ(ring.interface_index("eth0"), 0u);
  EXPECT_EQ(ring.interface_index("eth1"), 1u);
  EXPECT_EQ(ring.interface_index("eth0"), 0u);
  const auto publisher = attach();
  EXPECT_EQ(publisher->interface_name(0), "eth0");
  EXPECT_EQ(publisher->interface_name(1), "eth1");
  EXPECT_EQ(publisher->interface_name(2), "");
  EXPECT_EQ(publisher->interface_name(0xffff), "");
}

TEST_F(CaptureRingTest, CutsLongInterfaceNames) {
  CaptureRing ring(options());
  const std::string name(100, 'i');
  EXPECT_EQ(ring.interface_index(name), 0u);
  EXPECT_EQ(ring.interface_index(name), 0u);
  EXPECT_EQ(attach()->interface_name(0), std::string(kInterfaceNameSize - 1, 'i'));
}

TEST_F(CaptureRingTest, LetsInterfacesBeyondTheTableShareItsLastEntry) {
  CaptureRing ring(options());
  for (std::uint32_t i = 0; i < 100; ++i) {
    EXPECT_EQ(ring.interface_index("if" + std::to_string(i)), std::min(i, kMaxInterfaces - 1));
  }
  EXPECT_EQ(attach()->interface_name(62), "if62");
  EXPECT_EQ(attach()->interface_name(63), "other");
}

TEST_F(CaptureRingTest, KeepsTheInterfaceTableWhileRecordsAreUndelivered) {
  make_ring_with(1);
  {
    CaptureRing ring(options());
    EXPECT_EQ(ring.interface_index("eth0"), 0u);
    ring.mark_clean();
  }
  {
    CaptureRing ring(options());
    EXPECT_EQ(ring.interface_index("eth9"), 1u);
    ring.mark_clean();
  }
  deliver_everything();
  CaptureRing ring(options());
  EXPECT_EQ(ring.interface_index("eth9"), 0u) << "drained: the table starts over";
}

TEST_F(CaptureRingTest, CountsAWildCursorAndGoesOn) {
  make_ring_with(3);
  {
    const auto publisher = attach();
    publisher->commit(0, {5 * kMinLaneSize, 1, 1, 0, {}});
  }
  CaptureRing ring(options());
  EXPECT_TRUE(ring.warnings().empty());
  LaneWriter writer = ring.lane_writer(0);
  EXPECT_EQ(read_ledger(directory()).wild_cursors, 1u);
  // The next owner skips to the writer and commits an honest position.
  const auto publisher = attach();
  EXPECT_EQ(deliver_all(*publisher, 0), 0u);
  EXPECT_EQ(writer.undrained(), 0u);
  const CursorCounts cursor = publisher->cursor(0);
  EXPECT_EQ(cursor.ordinal, 3u);
  EXPECT_EQ(cursor.corrupt, 2u);
}

}  // namespace
}  // namespace pktferry::ring
