#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/json/json.h"
#include "core/json/partial_json.h"

namespace session {

// Where a session's attributes hold the user, and which of them applications see as headers.
struct IdentitySettings {
  std::string subject = "/user";  // JSON pointer (RFC 6901) into the attributes
  std::vector<std::pair<std::string, std::string>> headers = {
      // header name, JSON pointer
      {"X-Auth-Request-User", "/user"},
      {"X-Auth-Request-Email", "/email"},
      {"X-Auth-Request-Groups", "/groups"},
  };
};

// Whether a text is a JSON pointer, or an HTTP field name (RFC 9110 5.1).
[[nodiscard]] bool valid_json_pointer(std::string_view text);
[[nodiscard]] bool valid_header_name(std::string_view text);

// Renders identity headers from attributes. Immutable: one serves all threads.
class Identity {
 public:
  // REQUIRES: valid pointers and header names.
  explicit Identity(const IdentitySettings& settings);

  // The attributes that subject() and headers() look at.
  [[nodiscard]] const WantedMembers& wanted() const { return wanted_; }

  // Who the session belongs to, as header_value writes it; nullopt: nobody yet (absent, null or empty).
  [[nodiscard]] std::optional<std::string> subject(const Json& attributes) const;

  // Every configured header, as "Name: value\r\n" lines; empty value where the session has none. Applications
  // can rely on each header being set, so that none is ever the client's own.
  [[nodiscard]] std::string headers(const Json& attributes) const;

 private:
  // Where a value stands in the attributes.
  struct Place {
    explicit Place(const std::string& text);
    [[nodiscard]] const Json* in(const Json& attributes) const;  // nullptr: it is not there

    Json::json_pointer pointer;
    std::string name;    // of the attribute that it begins with; empty for all attributes together
    bool whole = false;  // it is just this attribute, as it mostly is
  };
  void want(const Place& place);

  Place subject_;
  std::vector<std::pair<std::string, Place>> headers_;
  WantedMembers wanted_;
  std::size_t empty_block_ = 0;  // how long headers() is without a value
};

// How a JSON value stands in an identity header. Strings as they are, numbers and booleans as JSON, arrays of
// those joined by ",", null and empty as "", objects and nested arrays as JSON.
// What is not printable ASCII is percent-encoded as UTF-8, and so are "%" itself, a space at either end, and
// "," inside a member of an array. So two different strings never read the same, nor do two lists of strings
// that are not empty, and percent-decoding gives them back. Values of different types may: a list of one
// reads as its member, and "a,b" as the list of both, so an attribute that applications split at "," must
// always be a list.
[[nodiscard]] std::string header_value(const Json& value);

}  // namespace session
