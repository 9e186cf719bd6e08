#include "core/json/partial_json.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <simdjson.h>

namespace session {
namespace {

namespace dom = simdjson::dom;

// parse_json takes deeper texts: it needs no stack for them.
constexpr std::size_t kMaxDepth = 64;
// parse_json takes objects with more members: this parser compares each name with all others.
constexpr std::size_t kMaxMembers = 64;
constexpr std::size_t kFirstCapacity = 1024;
constexpr std::size_t kLikelyBeside = 4;

// Returns a value: simdjson returns a temporary, which a loop over it would outlive.
dom::object object_of(dom::element value) { return value.get_object().value_unsafe(); }
dom::array array_of(dom::element value) { return value.get_array().value_unsafe(); }

// Checks what parse_json checks and simdjson does not: no object has a duplicate name, and nesting stays
// within our limit.
class Inspection {
 public:
  explicit Inspection(std::vector<std::string_view>& names) : names_(names) { names_.clear(); }

  [[nodiscard]] bool passes(dom::element value, std::size_t levels) {
    switch (value.type()) {
      case dom::element_type::OBJECT:
        return levels > 0 && passes_object(object_of(value), levels - 1);
      case dom::element_type::ARRAY:
        return levels > 0 && passes_array(array_of(value), levels - 1);
      default:
        return true;
    }
  }

 private:
  bool passes_array(dom::array array, std::size_t levels) {
    return std::all_of(array.begin(), array.end(), [&](dom::element item) { return passes(item, levels); });
  }

  bool passes_object(dom::object object, std::size_t levels) {
    const std::size_t first = names_.size();  // the names before it belong to the enclosing objects
    std::uint64_t seen = 0;                   // one bit per name: tells most names apart
    for (const auto [name, value] : object) {
      const std::uint64_t bit = bit_of(name);
      if ((seen & bit) != 0 &&
          std::find(names_.begin() + static_cast<std::ptrdiff_t>(first), names_.end(), name) != names_.end())
        return false;
      seen |= bit;
      if (names_.size() - first == kMaxMembers) return false;
      names_.push_back(name);
      if (!passes(value, levels)) return false;
    }
    names_.resize(first);
    return true;
  }

  static std::uint64_t bit_of(std::string_view name) {
    if (name.empty()) return 1;
    const auto byte = [](char c) { return static_cast<unsigned>(static_cast<unsigned char>(c)); };
    return std::uint64_t{1} << ((byte(name.front()) * 7 + byte(name.back()) * 13 + name.size()) & 63U);
  }

  std::vector<std::string_view>& names_;
};

// Builds values from simdjson's elements. `sure` becomes false where the text holds more than simdjson keeps.
class Builder {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  Json value(dom::element from) {
    switch (from.type()) {
      case dom::element_type::OBJECT: {
        Json object = Json::object();
        for (const auto [name, member] : object_of(from)) add(object, name, member);
        return object;
      }
      case dom::element_type::ARRAY: {
        Json array = Json::array();
        auto& items = array.get_ref<Json::array_t&>();
        items.reserve(array_of(from).size());
        for (const dom::element item : array_of(from)) items.push_back(value(item));
        return array;
      }
      case dom::element_type::STRING:
        return Json(std::string(from.get_string().value_unsafe()));
      case dom::element_type::INT64:
        return integer(from.get_int64().value_unsafe());
      case dom::element_type::UINT64:
        return Json(from.get_uint64().value_unsafe());
      case dom::element_type::DOUBLE:
        return Json(from.get_double().value_unsafe());
      case dom::element_type::BOOL:
        return Json(from.get_bool().value_unsafe());
      case dom::element_type::NULL_VALUE:
        return Json(nullptr);
    }
    sure_ = false;
    return {};
  }

  void add(Json& object, std::string_view name, dom::element member) {
    auto& members = object.get_ref<Json::object_t&>();
    // A hint: records are written in this order, so the place is mostly at the end.
    members.emplace_hint(members.end(), std::string(name), value(member));
  }

  [[nodiscard]] bool sure() const { return sure_; }

 private:
  // parse_json distinguishes signed from unsigned numbers, but simdjson drops the sign of "-0".
  Json integer(std::int64_t number) {
    if (number == 0 && text_.find("-0") != std::string_view::npos) sure_ = false;
    if (number >= 0) return Json(static_cast<std::uint64_t>(number));
    return Json(number);
  }

  std::string_view text_;
  bool sure_ = true;
};

// Splits a complete value into the parts that the caller asked for.
PartialJson split(Json whole, const PartOfJson& part) {
  PartialJson result;
  if (!whole.is_object()) return result;
  if (!part.within) {
    result.object = std::move(whole);
    return result;
  }
  for (auto& [name, value] : whole.get_ref<Json::object_t&>()) {
    if (name != *part.within) {
      result.beside.emplace_back(name, std::move(value));
    } else if (value.is_object()) {
      result.object = std::move(value);
    }
  }
  return result;
}

}  // namespace

Json* PartialJson::find_beside(std::string_view name) {
  const auto found =
      std::find_if(beside.begin(), beside.end(), [&](const auto& member) { return member.first == name; });
  return found == beside.end() ? nullptr : &found->second;
}

bool WantedMembers::has(std::string_view name) const {
  return all || std::find(names.begin(), names.end(), name) != names.end();
}

class PartialParser::Fast {
 public:
  // nullopt: parse_json has to parse this text.
  std::optional<PartialJson> parse(std::string_view text, const JsonLimits& limits, const PartOfJson& part) {
    if (text.empty() || text.size() > kMaxBytes || text.find('\0') != std::string_view::npos) return {};
    if (!make_room(text.size())) return {};
    std::memcpy(padded_.get(), text.data(), text.size());
    const auto root = parser_.parse(padded_.get(), text.size(), false);
    if (root.error() != simdjson::SUCCESS || !root.value_unsafe().is_object()) return {};
    if (!Inspection(names_).passes(root.value_unsafe(), std::min(limits.depth, kMaxDepth))) return {};
    return built(text, object_of(root.value_unsafe()), part);
  }

 private:
  // Makes room for a text of that size and for the padding that simdjson reads.
  bool make_room(std::size_t size) {
    if (size <= capacity_) return true;
    std::size_t capacity = std::max(capacity_, kFirstCapacity);
    while (capacity < size) capacity *= 2;
    padded_ = std::make_unique<char[]>(capacity + simdjson::SIMDJSON_PADDING);
    const bool done = parser_.allocate(capacity, kMaxDepth) == simdjson::SUCCESS;
    capacity_ = done ? capacity : 0;
    return done;
  }

  static std::optional<PartialJson> built(std::string_view text, dom::object root, const PartOfJson& part) {
    Builder builder(text);
    PartialJson result;
    if (part.within) {
      result.beside.reserve(kLikelyBeside);
      for (const auto [name, value] : root) {
        if (name != *part.within) {
          result.beside.emplace_back(name, builder.value(value));
        } else if (value.is_object()) {
          add_wanted(builder, result, object_of(value), part);
        }
      }
    } else {
      add_wanted(builder, result, root, part);
    }
    if (!builder.sure()) return {};
    return result;
  }

  static void add_wanted(Builder& builder, PartialJson& result, dom::object from, const PartOfJson& part) {
    result.object = Json::object();
    for (const auto [name, value] : from) {
      if (part.wanted.has(name) || (!part.always.empty() && name == part.always)) {
        builder.add(result.object, name, value);
      } else {
        result.left_out = true;
      }
    }
  }

  dom::parser parser_;
  std::unique_ptr<char[]> padded_;
  std::size_t capacity_ = 0;
  std::vector<std::string_view> names_;
};

PartialParser::PartialParser() = default;
PartialParser::~PartialParser() = default;
PartialParser::PartialParser(PartialParser&&) noexcept = default;
PartialParser& PartialParser::operator=(PartialParser&&) noexcept = default;

Result<PartialJson, InputProblem> PartialParser::parse(std::string_view text, const JsonLimits& limits,
                                                       const PartOfJson& part) {
  if (!part.wanted.all) {
    if (!fast_) fast_ = std::make_unique<Fast>();
    if (auto parsed = fast_->parse(text, limits, part)) return std::move(*parsed);
    ++left_to_parse_json_;
  }
  auto whole = parse_json(text, limits);
  if (!whole) return std::move(whole.error());
  return split(std::move(*whole), part);
}

}  // namespace session
