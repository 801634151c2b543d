// Every packet of every capture file there is: the public corpus where it lies beside the source tree, the tree's own
// fixtures otherwise. Run under AddressSanitizer and UndefinedBehaviorSanitizer.
#include <gtest/gtest.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <vector>

#include "capture-svc/decode/flow.hpp"
#include "tests/capture-svc/decode/decoded.hpp"

namespace pktferry::decode::test {
namespace {

std::vector<std::filesystem::path> capture_files(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::is_directory(directory)) return files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const auto extension = entry.path().extension();
    if (extension == ".pcap" || extension == ".pcapng" || extension == ".cap") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::filesystem::path> all_capture_files() {
  const std::filesystem::path tree = PKTFERRY_SOURCE_DIR;
  const auto corpus = capture_files(tree / ".." / "shared" / "corpus");
  return corpus.empty() ? capture_files(tree / "tests" / "fixtures") : corpus;
}

struct Totals {
  std::size_t files = 0;
  std::size_t refused_files = 0;  // libpcap does not read them
  std::size_t packets = 0;
  std::size_t unsupported = 0;  // of a link type that we do not decode
  std::size_t records = 0;
  std::size_t malformed = 0;
  std::size_t truncated = 0;
  std::size_t limited = 0;
  std::size_t layers = 0;
};

void decode_file(const std::filesystem::path& path, Totals& totals) {
  char error[PCAP_ERRBUF_SIZE];
  const std::unique_ptr<pcap_t, decltype(&pcap_close)> pcap(pcap_open_offline(path.c_str(), error), pcap_close);
  if (!pcap) {
    ++totals.refused_files;
    return;
  }
  const auto link_type = link_type_of(pcap_datalink(pcap.get()));
  pcap_pkthdr* header;
  const u_char* data;
  while (pcap_next_ex(pcap.get(), &header, &data) == 1) {
    ++totals.packets;
    if (!link_type) {
      ++totals.unsupported;
      continue;
    }
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    const Bytes frame(bytes, bytes + header->caplen);
    const Decoded decoded(frame, *link_type, header->len);
    const std::uint32_t hash = flow_hash({frame, header->len, *link_type});
    EXPECT_EQ(hash, flow_hash({frame, header->len, *link_type}));
    ++totals.records;
    totals.malformed += (decoded.faults() & record::kMalformed) != 0;
    totals.truncated += (decoded.faults() & record::kTruncated) != 0;
    totals.limited += (decoded.faults() & record::kLimited) != 0;
    totals.layers += decoded.layers().size();
    EXPECT_LE(decoded.payload_length(), frame.size());
  }
}

TEST(DecodeCorpus, MakesARecordOfEveryPacketWhoseLinkTypeIsSupported) {
  const auto files = all_capture_files();
  ASSERT_FALSE(files.empty());
  Totals totals;
  for (const auto& path : files) {
    SCOPED_TRACE(path.string());
    ++totals.files;
    decode_file(path, totals);
  }
  EXPECT_EQ(totals.packets, totals.records + totals.unsupported);
  EXPECT_GT(totals.records, 0u);
  EXPECT_GT(totals.layers, totals.records);
  std::cout << totals.files << " files (" << totals.refused_files << " refused by libpcap), " << totals.packets
            << " packets = " << totals.records << " records + " << totals.unsupported << " unsupported; "
            << totals.layers << " layers; " << totals.malformed << " malformed, " << totals.truncated << " truncated, "
            << totals.limited << " limited\n";
}

}  // namespace
}  // namespace pktferry::decode::test
