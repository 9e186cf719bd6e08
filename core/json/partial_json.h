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

// Which members of an object somebody needs.
struct WantedMembers {
  bool all = true;
  std::vector<std::string> names = {};  // those that are wanted if not all are

  [[nodiscard]] bool has(std::string_view name) const;
};

// An object of a text, and which of its members are to be built.
struct PartOfJson {
  const WantedMembers& wanted;
  std::optional<std::string_view> within = {};  // the object is this member of the root; nullopt: the root
  std::string_view always = {};                 // wanted in any case; empty: none
};

struct PartialJson {
  Json object;            // with the members that are wanted; null: there is no object where it should be
  bool left_out = false;  // it had members that were not wanted, and are not in it
  // The other members of the root, whole, if the object is one of its members.
  std::vector<std::pair<std::string, Json>> beside = {};

  // A member of beside; nullptr if there is none of that name.
  [[nodiscard]] Json* find_beside(std::string_view name);
};

// Parses JSON from outside as parse_json does: it takes the same texts, refuses the same texts with the same
// problems, and makes the same values, but it need not build what is not wanted. That is validated all the
// same. It costs a fraction, as building a value takes far longer than reading its text.
//
// parse_json stays the judge: what simdjson refuses, and whatever is unusual, is parsed by it, and is then
// built whole, as if all were wanted. Work is linear in the text. Keeps buffers of about 15 bytes for each
// byte of the longest text so far of at most kMaxBytes bytes (longer ones are left to parse_json), and none
// before the first. Not thread-safe.
class PartialParser {
 public:
  static constexpr std::size_t kMaxBytes = 65536;

  PartialParser();
  ~PartialParser();
  PartialParser(PartialParser&&) noexcept;
  PartialParser& operator=(PartialParser&&) noexcept;

  [[nodiscard]] Result<PartialJson, InputProblem> parse(std::string_view text, const JsonLimits& limits,
                                                        const PartOfJson& part);

  // How many texts were left to parse_json so far: for tests, that compare nothing if all are.
  [[nodiscard]] std::size_t left_to_parse_json() const { return left_to_parse_json_; }

 private:
  class Fast;
  std::unique_ptr<Fast> fast_;
  std::size_t left_to_parse_json_ = 0;
};

}  // namespace session
