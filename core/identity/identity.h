#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/json/json.h"
#include "core/json/json_path.h"
#include "core/json/partial_json.h"

namespace session {

// Where a session's attributes hold the subject, and which attributes applications get as headers.
struct IdentitySettings {
  std::string subject = "/user";  // JSON pointer (RFC 6901) into the attributes
  std::vector<std::pair<std::string, std::string>> headers = {
      // header name, JSON pointer
      {"X-Auth-Request-User", "/user"},
      {"X-Auth-Request-Email", "/email"},
      {"X-Auth-Request-Groups", "/groups"},
  };
};

// Whether the text is a valid JSON pointer (RFC 6901), or a valid HTTP field name (RFC 9110 5.1).
[[nodiscard]] bool valid_json_pointer(std::string_view text);
[[nodiscard]] bool valid_header_name(std::string_view text);

// Renders identity headers from attributes. Immutable: all threads share one.
class Identity {
 public:
  // REQUIRES: valid pointers and header names.
  explicit Identity(const IdentitySettings& settings);

  // The attributes that subject() and headers() read.
  [[nodiscard]] const WantedMembers& wanted() const { return wanted_; }

  // The session's subject, as header_value writes it; nullopt: nobody has logged in (absent, null or empty).
  [[nodiscard]] std::optional<std::string> subject(const Json& attributes) const;

  // Whether the subject is, or is in, the attribute of that name.
  [[nodiscard]] bool has_subject_in(std::string_view attribute) const {
    return subject_.empty() || subject_.first() == attribute;
  }

  // All configured headers as "Name: value\r\n" lines, with an empty value where the session has none. Every
  // header is always set, so an application never sees the client's own header.
  [[nodiscard]] std::string headers(const Json& attributes) const;

 private:
  void want(const JsonPath& path);

  JsonPath subject_;
  std::vector<std::pair<std::string, JsonPath>> headers_;
  WantedMembers wanted_;
  std::size_t empty_block_ = 0;  // the length of headers() without any value
};

// Writes a JSON value for an identity header: strings as they are, numbers and booleans as JSON, arrays of
// these joined by ",", null and empty values as "", objects and nested arrays as JSON. Percent-encodes
// everything but printable ASCII, as UTF-8, and also "%" itself, a space at either end, and "," inside a
// member of an array. So two different strings have different texts, as have two lists of non-empty strings,
// and percent-decoding restores them. Values of different types may have the same text: a list of one member
// and that member, or "a,b" and the list of both. So an attribute that applications split at "," must always
// be a list.
[[nodiscard]] std::string header_value(const Json& value);
// The text that a header value stands for: header_text(header_value(text)) is `text`.
[[nodiscard]] std::string header_text(std::string_view value);

}  // namespace session
