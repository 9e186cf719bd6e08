#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace session::gateway::test {

// FastCGI as a web server would send it, made byte by byte (FastCGI 1.0, section 3.3) and without any of the
// gateway's code, so that a mistake on one side does not hide behind the same mistake on the other.

enum Type : unsigned char {
  kBegin = 1,
  kAbort = 2,
  kEnd = 3,
  kParams = 4,
  kStdin = 5,
  kStdout = 6,
  kStderr = 7,
  kData = 8,
  kGetValues = 9,
  kGetValuesResult = 10,
  kUnknownType = 11,
};

inline std::string header(unsigned type, std::uint16_t id, std::size_t content, std::size_t padding = 0,
                          unsigned version = 1) {
  const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xff); };
  return {byte(version),      byte(type),    byte(id >> 8U), byte(id),
          byte(content >> 8), byte(content), byte(padding),  0};
}

// The padding is of bytes that mean something elsewhere, so that who takes it for content is found out.
inline std::string record(unsigned type, std::uint16_t id, std::string_view content = {},
                          std::size_t padding = 0) {
  std::string out = header(type, id, content.size(), padding);
  out.append(content).append(padding, '\x01');
  return out;
}

inline std::string begin(std::uint16_t id, bool keep = true, unsigned role = 1, std::size_t padding = 0) {
  const char content[8] = {
      static_cast<char>(role >> 8), static_cast<char>(role), keep ? '\1' : '\0', 0, 0, 0, 0, 0};
  return record(kBegin, id, {content, sizeof content}, padding);
}

inline std::string long_length(std::size_t length) {
  const auto byte = [&](unsigned shift) { return static_cast<char>(length >> shift & 0xff); };
  return {static_cast<char>(byte(24) | '\x80'), byte(16), byte(8), byte(0)};
}

inline std::string length(std::size_t length) {
  return length < 128 ? std::string(1, static_cast<char>(length)) : long_length(length);
}

inline std::string pair(std::string_view name, std::string_view value) {
  return length(name.size()) + length(value.size()) + std::string(name) + std::string(value);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

inline std::string pairs_text(const Pairs& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) text += pair(name, value);
  return text;
}

// A stream's records with at most `most` bytes each, its empty last one included.
inline std::string stream(unsigned type, std::uint16_t id, std::string_view content, std::size_t most = 65535,
                          std::size_t padding = 0) {
  std::string out;
  while (!content.empty()) {
    out += record(type, id, content.substr(0, most), padding);
    content.remove_prefix(content.size() < most ? content.size() : most);
  }
  return out + record(type, id, {}, padding);
}

inline std::string request(std::uint16_t id, const Pairs& pairs, std::string_view body = {},
                           bool keep = true) {
  return begin(id, keep) + stream(kParams, id, pairs_text(pairs)) + stream(kStdin, id, body);
}

inline constexpr unsigned kResponder = 1;
inline constexpr unsigned kAuthorizer = 2;

// A request of an authorizer up to the end of its params, after which some web servers send nothing.
inline std::string authorizer_request(std::uint16_t id, const Pairs& pairs, bool keep = true) {
  return begin(id, keep, kAuthorizer) + stream(kParams, id, pairs_text(pairs));
}

inline std::string end_request(std::uint16_t id, unsigned protocol_status) {
  const char content[8] = {0, 0, 0, 0, static_cast<char>(protocol_status), 0, 0, 0};
  return record(kEnd, id, {content, sizeof content});
}

inline std::string unknown_type(unsigned type) {
  const char content[8] = {static_cast<char>(type), 0, 0, 0, 0, 0, 0, 0};
  return record(kUnknownType, 0, {content, sizeof content});
}

// How a request in another role than responder ends if it gets no answer: not without output.
inline std::string refused_role(std::uint16_t id, unsigned protocol_status) {
  const std::string output = "Status: 500 Internal Server Error\r\nCache-Control: no-store\r\n\r\n";
  return header(kStdout, id, output.size(), 2) + output + std::string(2, '\0') + record(kStdout, id) +
         end_request(id, protocol_status);
}

inline constexpr unsigned kRequestComplete = 0;
inline constexpr unsigned kCantMultiplex = 1;
inline constexpr unsigned kUnknownRole = 3;

}  // namespace session::gateway::test
