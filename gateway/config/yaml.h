#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/problem.h"

namespace session::gateway {

struct YamlEntry;

// A YAML document as a plain tree: what was written and where, nothing converted yet.
struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  int line = 0;         // from 1; for a list or map under a key, the line of that key
  bool quoted = false;  // a scalar in quotes (or a block of text): never a number, a truth value or null
  std::string text;     // of a scalar
  std::vector<YamlNode> items;     // of a list
  std::vector<YamlEntry> entries;  // of a map, in the order of the file; a name may come twice
};

struct YamlEntry {
  std::string name;
  int line = 0;
  YamlNode value;
};

inline constexpr std::size_t kMaxYamlBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxYamlDepth = 16;
inline constexpr std::size_t kMaxYamlNodes = 20000;

// Parses one YAML document of at most kMaxYamlBytes. An empty one is null. Refused, besides what is not YAML:
// what a configuration has no need of and a reader might take for something else, namely anchors, aliases,
// tags, several documents, keys that are not text, quotes that never close, and anything deep or large. The
// problem never quotes the text. Does not throw, but for lack of memory.
[[nodiscard]] Result<YamlNode, Problem> parse_yaml(std::string_view text);

// What a node is, for a problem: "nothing", "a single value", "a list" or "a map".
[[nodiscard]] std::string_view kind_name(const YamlNode& node);

}  // namespace session::gateway
