// Capture files byte by byte, as the formats' specifications have them: draft-ietf-opsawg-pcap and -pcapng.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace pktferry::testing {

enum class ByteOrder { kLittle, kBig };

// Appends integers to a file.
class FileBytes {
 public:
  explicit FileBytes(ByteOrder order) : order_(order) {}

  FileBytes& u16(std::uint16_t value) { return integer(value, 2); }
  FileBytes& u32(std::uint32_t value) { return integer(value, 4); }
  FileBytes& text(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  const std::string& bytes() const { return bytes_; }

 private:
  FileBytes& integer(std::uint32_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) {
      const unsigned shift = 8 * (order_ == ByteOrder::kLittle ? i : size - 1 - i);
      bytes_ += static_cast<char>(value >> shift & 0xff);
    }
    return *this;
  }

  ByteOrder order_;
  std::string bytes_;
};

inline constexpr std::uint32_t kMicrosecondMagic = 0xa1b2c3d4;
inline constexpr std::uint32_t kNanosecondMagic = 0xa1b23c4d;

inline FileBytes pcap_header(ByteOrder order = ByteOrder::kLittle, std::uint32_t magic = kMicrosecondMagic,
                             std::uint32_t link_type = 1) {
  FileBytes file(order);
  file.u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262144).u32(link_type);
  return file;
}

inline void add_pcap_packet(FileBytes& file, std::uint32_t seconds, std::uint32_t fraction, const std::string& packet,
                            std::uint32_t wire_length) {
  file.u32(seconds).u32(fraction).u32(static_cast<std::uint32_t>(packet.size())).u32(wire_length).text(packet);
}

inline FileBytes pcapng_header(ByteOrder order = ByteOrder::kLittle) {
  FileBytes file(order);
  file.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff).u32(28);
  return file;
}

// `nanoseconds`: the interface's times are in ns (if_tsresol 9), else in µs.
inline void add_pcapng_interface(FileBytes& file, std::uint16_t link_type, bool nanoseconds = false) {
  const std::uint32_t size = nanoseconds ? 32 : 20;
  file.u32(1).u32(size).u16(link_type).u16(0).u32(262144);
  if (nanoseconds) file.u16(9).u16(1).text(std::string("\x09\0\0\0", 4)).u16(0).u16(0);
  file.u32(size);
}

inline void add_pcapng_packet(FileBytes& file, std::uint32_t interface, std::uint64_t time, const std::string& packet,
                              std::uint32_t wire_length) {
  const std::string padding((4 - packet.size() % 4) % 4, '\0');
  const auto size = static_cast<std::uint32_t>(32 + packet.size() + padding.size());
  file.u32(6).u32(size).u32(interface).u32(static_cast<std::uint32_t>(time >> 32));
  file.u32(static_cast<std::uint32_t>(time)).u32(static_cast<std::uint32_t>(packet.size())).u32(wire_length);
  file.text(packet).text(padding).u32(size);
}

}  // namespace pktferry::testing
