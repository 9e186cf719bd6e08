#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "gateway/config/problem.h"

namespace session::gateway {

struct YamlEntry;

// A YAML document as a plain tree: the text of each value and its line, without any conversion.
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

// Parses one YAML document of at most kMaxYamlBytes. An empty document is null. Rejects invalid YAML, and
// also what a configuration does not need and a reader might misunderstand: anchors, aliases, tags, several
// documents, keys that are not text, unclosed quotes, and deep or large documents. The problem never quotes
// the text. Throws only for lack of memory.
[[nodiscard]] Result<YamlNode, Problem> parse_yaml(std::string_view text);

// A text in quotes, which stands in no line of a file.
[[nodiscard]] YamlNode text_node(std::string_view text);

// The kind of a node, for a problem: "nothing", "a single value", "a list" or "a map".
[[nodiscard]] std::string_view kind_name(const YamlNode& node);

}  // namespace session::gateway
