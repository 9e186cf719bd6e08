#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/json/json.h"

namespace session {

// Which members of an object the caller needs.
struct WantedMembers {
  bool all = true;
  std::vector<std::string> names = {};  // the wanted members, unless all are

  [[nodiscard]] bool has(std::string_view name) const;
};

// Names an object of a text, and which of its members to build.
struct PartOfJson {
  const WantedMembers& wanted;
  std::optional<std::string_view> within = {};  // the object is this member of the root; nullopt: the root
  std::string_view always = {};                 // this member is always wanted; empty: none
};

struct PartialJson {
  Json object;            // with the wanted members; null: there is no object in the expected place
  bool left_out = false;  // it lacks members of the text that were not wanted
  // The other members of the root, whole, if the object is one of its members.
  std::vector<std::pair<std::string, Json>> beside = {};

  // A member of beside; nullptr if there is none of that name.
  [[nodiscard]] Json* find_beside(std::string_view name);
};

// Parses JSON from outside like parse_json: it accepts the same texts, rejects the same texts with the same
// problems, and builds the same values. But it builds only the wanted members; it validates the rest without
// building it. That costs a fraction, because building a value takes far longer than reading its text.
//
// parse_json stays the reference: this class passes on to it every text that simdjson rejects or that is
// unusual, and then builds all members. Time is linear in the text. Keeps buffers of about 15 bytes for each
// byte of the longest text so far, up to kMaxBytes (longer texts go to parse_json), and no buffer before the
// first text. Not thread-safe.
class PartialParser {
 public:
  static constexpr std::size_t kMaxBytes = 65536;

  PartialParser();
  ~PartialParser();
  PartialParser(PartialParser&&) noexcept;
  PartialParser& operator=(PartialParser&&) noexcept;

  [[nodiscard]] Result<PartialJson, InputProblem> parse(std::string_view text, const JsonLimits& limits,
                                                        const PartOfJson& part);

  // How many texts went to parse_json so far: if all did, a test would compare parse_json with itself.
  [[nodiscard]] std::size_t left_to_parse_json() const { return left_to_parse_json_; }

 private:
  class Fast;
  std::unique_ptr<Fast> fast_;
  std::size_t left_to_parse_json_ = 0;
};

}  // namespace session
