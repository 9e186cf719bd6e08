#include "tests/support/redis/resp.h"

#include <charconv>

namespace session::test {
namespace {

// The number behind a marker, up to the end of the line, which `at` is moved behind.
std::optional<std::size_t> take_number(const std::string& data, std::size_t& at, char marker) {
  const auto end = data.find("\r\n", at);
  std::size_t number = 0;
  if (end == std::string::npos || data[at] != marker) return std::nullopt;
  std::from_chars(data.data() + at + 1, data.data() + end, number);
  at = end + 2;
  return number;
}

}  // namespace

std::string resp_bulk(std::string_view text) {
  return "$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n";
}

std::string resp_integer(long long value) { return ":" + std::to_string(value) + "\r\n"; }

std::string resp_array(const std::vector<std::string>& elements) {
  std::string bytes = "*" + std::to_string(elements.size()) + "\r\n";
  for (const auto& element : elements) bytes += element;
  return bytes;
}

std::string resp_command(const std::vector<std::string>& words) {
  std::vector<std::string> elements;
  for (const auto& word : words) elements.push_back(resp_bulk(word));
  return resp_array(elements);
}

std::optional<std::vector<std::string>> take_command(std::string& data) {
  std::size_t at = 0;
  const auto words = take_number(data, at, '*');
  if (!words) return std::nullopt;
  std::vector<std::string> command;
  while (command.size() < *words) {
    const auto length = take_number(data, at, '$');
    if (!length || data.size() < at + *length + 2) return std::nullopt;
    command.push_back(data.substr(at, *length));
    at += *length + 2;
  }
  data.erase(0, at);
  return command;
}

}  // namespace session::test
