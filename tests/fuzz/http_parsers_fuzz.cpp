#include <http_parser.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "gateway/transport/http/message_parser.h"
#include "tests/fuzz/http_connection.h"

// Two parsers that know nothing of each other read the same bytes: the codec, and Node's http_parser. A front
// that shares a kept connection between clients and reads it in another way than the gateway mixes them up.

namespace {

struct Reading {
  std::string target, body;
  std::vector<std::string> names, values;
  bool in_value = false;
  bool in_body = false;
  bool whole = false;
  std::size_t size = 0;
  const char* error = "";
};

Reading& reading_of(http_parser* parser) { return *static_cast<Reading*>(parser->data); }

int on_name(http_parser* parser, const char* at, std::size_t size) {
  Reading& reading = reading_of(parser);
  if (reading.in_body) return 0;  // a trailer
  if (reading.names.empty() || reading.in_value) {
    reading.names.emplace_back();
    reading.values.emplace_back();
  }
  reading.in_value = false;
  reading.names.back().append(at, size);
  return 0;
}

int on_value(http_parser* parser, const char* at, std::size_t size) {
  Reading& reading = reading_of(parser);
  if (reading.in_body) return 0;
  reading.in_value = true;
  reading.values.back().append(at, size);
  return 0;
}

const http_parser_settings& callbacks() {
  static const http_parser_settings settings = [] {
    http_parser_settings all{};
    all.on_url = [](http_parser* parser, const char* at, std::size_t size) {
      reading_of(parser).target.append(at, size);
      return 0;
    };
    all.on_header_field = on_name;
    all.on_header_value = on_value;
    all.on_headers_complete = [](http_parser* parser) {
      reading_of(parser).in_body = true;
      return 0;
    };
    all.on_body = [](http_parser* parser, const char* at, std::size_t size) {
      reading_of(parser).body.append(at, size);
      return 0;
    };
    all.on_message_complete = [](http_parser* parser) {
      reading_of(parser).whole = true;
      http_parser_pause(parser, 1);
      return 0;
    };
    return all;
  }();
  return settings;
}

Reading read_by_http_parser(std::string_view bytes) {
  Reading reading;
  http_parser parser{};
  http_parser_init(&parser, HTTP_REQUEST);
  parser.data = &reading;
  reading.size = http_parser_execute(&parser, &callbacks(), bytes.data(), bytes.size());
  reading.error = http_errno_description(HTTP_PARSER_ERRNO(&parser));
  return reading;
}

bool knows_method(std::string_view method) {
  static const std::vector<std::string_view> all = {
#define METHOD(number, name, text) #text,
      HTTP_METHOD_MAP(METHOD)
#undef METHOD
  };
  for (const std::string_view known : all) {
    if (known == method) return true;
  }
  return false;
}

[[noreturn]] void differ(const char* what) {
  std::fprintf(stderr, "the parsers differ: %s\n", what);
  std::abort();
}

// http_parser sees a Transfer-Encoding in each name that begins so, finds no coding, and refuses. Such a
// field is any other (RFC 9110, section 5.1), and whoever reads as http_parser does passes none on.
bool has_longer_coding_field(const session::gateway::HttpHead& head) {
  constexpr std::string_view kCoding = "Transfer-Encoding";
  for (const auto& field : head.fields) {
    if (field.name.size() > kCoding.size() &&
        session::equal_ignoring_case(field.name.substr(0, kCoding.size()), kCoding))
      return true;
  }
  return false;
}

// Puts a space for each tab around the values that frame a body: http_parser wants spaces there, and refuses
// what has a tab, which is white space like them (RFC 9110, section 5.6.3).
void replace_tabs(std::string& bytes, const session::gateway::HttpHead& head, std::size_t head_size) {
  for (const auto& field : head.fields) {
    if (!session::equal_ignoring_case(field.name, "Content-Length") &&
        !session::equal_ignoring_case(field.name, "Transfer-Encoding"))
      continue;
    const auto begin = bytes.find("\n" + std::string(field.name) + ":");
    const auto end = std::min(bytes.find("\r\n", begin), head_size);
    std::replace(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                 bytes.begin() + static_cast<std::ptrdiff_t>(end), '\t', ' ');
  }
}

// What the codec has taken, the other parser takes, and reads the same in it. Besides the exceptions above,
// http_parser takes no method whose name it does not know, so that is replaced; nothing else may be there.
void compare(const session::fuzz::TakenRequest& taken, std::string_view rest) {
  session::gateway::MessageParser parser;
  const std::string_view head = taken.bytes.substr(0, taken.bytes.find("\r\n\r\n") + 4);
  if (!parser.parse_head(head)) differ("the head is none");
  const std::string_view method = parser.head().method;
  if (taken.bytes.substr(0, taken.bytes.find(' ')) != method) differ("method");
  std::string bytes(rest);
  replace_tabs(bytes, parser.head(), head.size());
  std::size_t size = taken.bytes.size();
  if (!knows_method(method)) {
    bytes.replace(0, method.size(), "POST");
    size = size - method.size() + 4;
  }
  const Reading other = read_by_http_parser(bytes);
  if (!other.whole && has_longer_coding_field(parser.head())) return;
  if (!other.whole) differ(other.error);
  if (other.size != size) differ("where it ends");
  if (other.target != parser.head().target) differ("target");
  if (other.names.size() != parser.head().fields.size()) differ("number of fields");
  for (std::size_t i = 0; i < other.names.size(); ++i) {
    if (other.names[i] != parser.head().fields[i].name) differ("name of a field");
    if (session::trimmed(other.values[i]) != parser.head().fields[i].value) differ("value of a field");
  }
  if (taken.takes_body && other.body != taken.body) differ("body");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::size_t at = 0;
  for (const auto& taken : session::fuzz::taken_requests(input)) {
    compare(taken, input.substr(at));
    at += taken.bytes.size();
  }
  return 0;
}
