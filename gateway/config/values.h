#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "gateway/config/problem.h"
#include "gateway/config/reader.h"
#include "gateway/config/shapes.h"
#include "gateway/config/suggestions.h"
#include "gateway/config/units.h"

namespace session::gateway {

// One function per kind of value. Each leaves `to` at its default if the field is absent, or if its value is
// not of that kind or out of range, which is reported.

// Both ends included. A `word` stands for "none of these numbers": the default where the type is an optional.
template <class T>
struct Range {
  T min;
  T max;
  std::string_view word = {};
};

void read_text(const Field& field, std::string& to);
// The prefix of a store's keys: at most 64 characters of printable ASCII without spaces.
void read_prefix(const Field& field, std::string& to);
// true or false, and no other spelling.
void read_flag(const Field& field, bool& to);
void read_count(const Field& field, std::size_t& to, const Range<std::size_t>& range);
void read_count(const Field& field, std::optional<unsigned>& to, const Range<std::size_t>& range);
void read_size(const Field& field, std::size_t& to, const Range<std::size_t>& range, PlainBytes plain);
void read_duration(const Field& field, milliseconds& to, const Range<milliseconds>& range);
// Whole seconds.
void read_duration(const Field& field, seconds& to, const Range<milliseconds>& range);
void read_duration(const Field& field, std::optional<seconds>& to, const Range<milliseconds>& range);

// A list of texts, which replaces the default, also if it is empty.
void read_texts(const Field& field, std::vector<std::string>& to);

// Reports a name that users choose, and that other places say: in GATEWAY_REQUIRE, or in a path. It has 1 to
// 64 of A-Z, a-z, 0-9, _ and -, so it needs no encoding there and has no second spelling.
void check_name(const NamedField& entry);
// A map with such names, for Field::describe.
[[nodiscard]] Json names_shape();

template <class T, std::size_t N>
using Choices = std::array<std::pair<std::string_view, T>, N>;

// One of the named values. A new value is a new row in the caller's table.
template <class T, std::size_t N>
void read_choice(const Field& field, T& to, const Choices<T, N>& choices) {
  std::vector<std::string_view> names;
  for (const auto& [name, value] : choices) names.push_back(name);
  field.describe([&] { return choice_shape(names); });
  const auto text = field.text(any_of(names));
  if (!text) return;
  for (const auto& [name, value] : choices) {
    if (name == *text) {
      to = value;
      return;
    }
  }
  field.expected(any_of(names), suggestion(*text, names));
}

}  // namespace session::gateway
