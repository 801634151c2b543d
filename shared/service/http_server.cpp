#include "shared/service/http_server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <charconv>
#include <chrono>
#include <exception>
#include <sstream>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <civetweb.h>
#include <prometheus/text_serializer.h>

namespace pktferry::service {
namespace {

constexpr const char* kPlainText = "text/plain; charset=utf-8";

struct Response {
  int status = 200;
  std::string content_type = kPlainText;
  std::string body;
};

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 500: return "Internal Server Error";
    default: return "Service Unavailable";
  }
}

Response respond(const HttpPages& pages, std::string_view path) {
  if (path == "/metrics") {
    // The text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/
    std::ostringstream text;
    prometheus::TextSerializer().Serialize(text, pages.metrics->Collect());
    return {200, "text/plain; version=0.0.4; charset=utf-8", text.str()};
  }
  if (path == "/healthz")
    return pages.is_live() ? Response{200, kPlainText, "ok\n"} : Response{503, kPlainText, "stuck\n"};
  if (path == "/readyz") {
    const std::optional<std::string> reason = pages.not_ready();
    return reason ? Response{503, kPlainText, *reason + '\n'} : Response{200, kPlainText, "ok\n"};
  }
  if (path == "/status") return {200, "application/json", pages.status()};
  return {404, kPlainText, "There are /metrics, /healthz, /readyz and /status.\n"};
}

void send(mg_connection* connection, const Response& response, bool with_body) {
  std::ostringstream head;
  head << "HTTP/1.1 " << response.status << ' ' << reason_phrase(response.status)
       << "\r\nContent-Type: " << response.content_type << "\r\nContent-Length: " << response.body.size()
       << "\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  if (response.status == 405) head << "Allow: GET, HEAD\r\n";
  head << "\r\n";
  if (with_body) head << response.body;
  const std::string bytes = head.str();
  mg_write(connection, bytes.data(), bytes.size());
}

// HOST:PORT or [IPv6]:PORT, and nothing of what else CivetWeb would read into a port list ("80s", "80r", "80,81").
struct Address {
  std::string host;  // without brackets
  bool is_ipv6 = false;
  unsigned port = 0;
};

Address parse_address(const std::string& text) {
  Address address;
  const auto colon = text.rfind(':');
  address.host = text.substr(0, colon == std::string::npos ? 0 : colon);
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
    address.is_ipv6 = true;
  }
  constexpr std::string_view kIpv6Characters = "0123456789abcdefABCDEF:.";
  const bool host_is_good =
      !address.host.empty() && std::all_of(address.host.begin(), address.host.end(), [&](unsigned char c) {
        if (address.is_ipv6) return kIpv6Characters.find(static_cast<char>(c)) != std::string_view::npos;
        return std::isalnum(c) != 0 || c == '.' || c == '-';
      });
  const char* port = text.data() + (colon == std::string::npos ? text.size() : colon + 1);
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(port, end, address.port);
  if (!host_is_good || parsed.ec != std::errc{} || parsed.ptr != end || address.port > 65535) {
    throw HttpError("--listen " + text + ": not an address; give HOST:PORT such as 127.0.0.1:9780, or none");
  }
  if (address.is_ipv6 && mg_check_feature(MG_FEATURES_IPV6) == 0) {
    throw HttpError("--listen " + text + ": this system's CivetWeb library has no IPv6; give an IPv4 address");
  }
  return address;
}

}  // namespace

struct HttpServer::Impl {
  explicit Impl(HttpPages given) : pages(std::move(given)) { mg_init_library(MG_FEATURES_DEFAULT); }
  ~Impl() {
    if (context != nullptr) stop();
    mg_exit_library();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t port() const {
    mg_server_port bound{};
    mg_get_server_ports(context, 1, &bound);
    return static_cast<std::uint16_t>(bound.port);
  }

  // CivetWeb's accepting thread looks at its stop flag when a connection comes, or every two seconds: too long for a
  // service that is to stop at once. So a connection comes.
  void stop() {
    const int bound_port = port();
    std::atomic<bool> stopped{false};
    std::thread stopping([&] {
      mg_stop(context);
      stopped = true;
    });
    while (!stopped) {
      std::array<char, 64> ignored{};
      mg_connection* nudge = mg_connect_client(address.host.c_str(), bound_port, 0, ignored.data(), ignored.size());
      if (nudge != nullptr) mg_close_connection(nudge);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    stopping.join();
  }

  // CivetWeb asks this for every request, before it would look for files (it has no folder to serve).
  static int on_request(mg_connection* connection) noexcept {
    const mg_request_info* request = mg_get_request_info(connection);
    const auto& impl = *static_cast<const Impl*>(mg_get_user_data(mg_get_context(connection)));
    const std::string_view method = request->request_method;
    Response response;
    if (method != "GET" && method != "HEAD") {
      response = {405, kPlainText, "GET and HEAD only.\n"};
    } else {
      try {
        response = respond(impl.pages, request->local_uri != nullptr ? request->local_uri : "");
      } catch (const std::exception& error) {
        response = {500, kPlainText, std::string(error.what()) + '\n'};
      }
    }
    send(connection, response, method != "HEAD");
    return response.status;  // what was sent: CivetWeb has nothing to add
  }

  // While it starts, what CivetWeb complains of is why it does not; afterwards it is the clients' business.
  static int on_log_message(const mg_connection* connection, const char* message) noexcept {
    auto& impl = *static_cast<Impl*>(mg_get_user_data(mg_get_context(connection)));
    if (impl.starting) impl.complaint = message;
    return 1;
  }

  const HttpPages pages;
  Address address;
  mg_context* context = nullptr;
  std::atomic<bool> starting{true};
  std::string complaint;
};

HttpServer::HttpServer(const std::string& address, HttpPages pages) : impl_(std::make_unique<Impl>(std::move(pages))) {
  impl_->address = parse_address(address);

  mg_callbacks callbacks{};
  callbacks.begin_request = Impl::on_request;
  callbacks.log_message = Impl::on_log_message;
  // A scraper, two probes and a person with curl: four threads. A client that dawdles has five seconds.
  const std::array<std::pair<const char*, const char*>, 4> settings{{{"listening_ports", address.c_str()},
                                                                     {"num_threads", "4"},
                                                                     {"request_timeout_ms", "5000"},
                                                                     {"enable_keep_alive", "no"}}};
  std::vector<const char*> options;
  for (const auto& [name, value] : settings) options.insert(options.end(), {name, value});
  options.push_back(nullptr);

  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = impl_.get();
  init.configuration_options = options.data();
  impl_->context = mg_start2(&init, nullptr);
  impl_->starting = false;
  if (impl_->context == nullptr) {
    throw HttpError("--listen " + address + ": cannot listen there (" + impl_->complaint +
                    "); free the port, or choose another address with --listen");
  }
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const {
  return impl_->port();
}

}  // namespace pktferry::service
