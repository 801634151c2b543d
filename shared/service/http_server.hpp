// /metrics, /healthz, /readyz and /status of a service, on one port (CivetWeb).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <prometheus/collectable.h>

namespace pktferry::service {

// The address cannot be listened on: names it and what helps. One line.
class HttpError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What the pages are made of. Called by the server's threads, any time between construction and destruction: they must
// be thread-safe, must not wait, and may not throw.
struct HttpPages {
  std::shared_ptr<prometheus::Collectable> metrics;
  std::function<bool()> is_live;                          // /healthz: 200 or 503
  std::function<std::optional<std::string>()> not_ready;  // /readyz: nothing is 200, a reason is 503
  std::function<std::string()> status;                    // /status: a JSON object
};

class HttpServer {
 public:
  // `address`: HOST:PORT, or [IPv6]:PORT where the system's CivetWeb has IPv6 (Debian's has not); port 0 picks a free
  // one. Throws HttpError.
  HttpServer(const std::string& address, HttpPages pages);
  ~HttpServer();
  // What was bound.
  std::uint16_t port() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pktferry::service
