// One HTTP request to a service under test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pktferry::testing {

struct HttpResponse {
  int status = 0;    // 0: nobody answered
  std::string head;  // status line and header fields, the last line end included
  std::string body;
};

// METHOD http://127.0.0.1:PORT PATH
inline HttpResponse http_request(std::uint16_t port, std::string_view method, std::string_view path) {
  HttpResponse response;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = std::string(method) + ' ' + std::string(path) + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
  std::string answer;
  if (connect(fd, static_cast<sockaddr*>(static_cast<void*>(&address)), sizeof address) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t got; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  const std::size_t body = answer.find("\r\n\r\n");
  if (body == std::string::npos || answer.size() < 12) return response;
  response.status = std::stoi(answer.substr(9, 3));
  response.head = answer.substr(0, body + 2);
  response.body = answer.substr(body + 4);
  return response;
}

inline HttpResponse http_get(std::uint16_t port, std::string_view path) {
  return http_request(port, "GET", path);
}

}  // namespace pktferry::testing
