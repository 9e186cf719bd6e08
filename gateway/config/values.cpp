#include "gateway/config/values.h"

#include <algorithm>

namespace session::gateway {
namespace {

std::string or_word(std::string_view word, std::string_view rest) {
  return word.empty() ? std::string(rest) : std::string(word).append(" or ").append(rest);
}

template <class T, class Format>
std::string span_of(const Range<T>& range, Format format) {
  return or_word(range.word, format(range.min) + ".." + format(range.max));
}

bool is_word(const Field& field, std::string_view word) {
  return field.given() && field.node()->kind == YamlNode::Kind::scalar && field.node()->text == word;
}

// The value of a field, or nullopt if it is absent or a problem.
// `form` describes the notation, `span` the valid values.
template <class T, class Parse>
std::optional<T> parsed(const Field& field, const Range<T>& range, const std::string& form,
                        const std::string& span, Parse parse) {
  const auto text = field.text(form);
  if (!text) return std::nullopt;
  const Result<T, UnitError> value = parse(*text);
  if (value && range.min <= *value && *value <= range.max) return *value;
  field.expected(!value && value.error() == UnitError::malformed ? form : span);
  return std::nullopt;
}

Json or_word_shape(std::string_view word, Json shape) {
  return word.empty() ? shape : any_shape({{"const", word}}, std::move(shape));
}

std::optional<std::size_t> count_in(const Field& field, const Range<std::size_t>& range) {
  field.describe([&] { return or_word_shape(range.word, integer_shape(range.min, range.max)); });
  const std::string span = span_of(range, [](std::size_t n) { return std::to_string(n); });
  return parsed(field, range, span, span, parse_count);
}

std::optional<milliseconds> duration_in(const Field& field, const Range<milliseconds>& range) {
  field.describe([&] { return or_word_shape(range.word, duration_shape()); });
  const std::string form = or_word(range.word, "a duration with its unit (ms, s, m, h or d)");
  return parsed(field, range, form, span_of(range, format_duration), parse_duration);
}

std::optional<seconds> seconds_in(const Field& field, const Range<milliseconds>& range) {
  const auto value = duration_in(field, range);
  if (!value) return std::nullopt;
  const auto whole = std::chrono::duration_cast<seconds>(*value);
  if (whole == *value) return whole;
  field.expected("whole seconds");
  return std::nullopt;
}

template <class T, class U>
void assign_if(T& to, const std::optional<U>& value) {
  if (value) to = *value;
}

}  // namespace

void read_prefix(const Field& field, std::string& to) {
  constexpr std::size_t kMaxBytes = 64;
  field.describe([&] { return Json{{"pattern", "^[!-~]*$"}, {"maxLength", kMaxBytes}}; });
  read_text(field, to);
  if (!std::all_of(to.begin(), to.end(), is_graphic) || to.size() > kMaxBytes)
    field.expected("at most 64 printable ASCII characters without spaces");
}

void read_text(const Field& field, std::string& to) {
  field.describe(text_shape);
  if (const auto text = field.text("text")) to = *text;
}

void read_flag(const Field& field, bool& to) {
  constexpr std::array<std::pair<std::string_view, bool>, 2> kFlags = {{{"true", true}, {"false", false}}};
  read_choice(field, to, kFlags);
}

void read_count(const Field& field, std::size_t& to, const Range<std::size_t>& range) {
  assign_if(to, count_in(field, range));
}

void read_count(const Field& field, std::optional<unsigned>& to, const Range<std::size_t>& range) {
  if (is_word(field, range.word)) {
    to.reset();
  } else if (const auto count = count_in(field, range)) {
    to = static_cast<unsigned>(*count);
  }
}

void read_size(const Field& field, std::size_t& to, const Range<std::size_t>& range, PlainBytes plain) {
  field.describe([&] {
    return plain == PlainBytes::allowed ? any_shape(integer_shape(range.min, range.max), size_shape())
                                        : size_shape();
  });
  const std::string form = plain == PlainBytes::allowed ? "a size in bytes or with a unit (KiB, MiB or GiB)"
                                                        : "a size with its unit (KiB, MiB or GiB)";
  const auto parse = [plain](std::string_view text) { return parse_size(text, plain); };
  assign_if(to, parsed(field, range, form, span_of(range, format_size), parse));
}

void read_duration(const Field& field, milliseconds& to, const Range<milliseconds>& range) {
  assign_if(to, duration_in(field, range));
}

void read_duration(const Field& field, seconds& to, const Range<milliseconds>& range) {
  assign_if(to, seconds_in(field, range));
}

void read_duration(const Field& field, std::optional<seconds>& to, const Range<milliseconds>& range) {
  if (is_word(field, range.word)) {
    to.reset();
  } else if (const auto value = seconds_in(field, range)) {
    to = *value;
  }
}

void read_texts(const Field& field, std::vector<std::string>& to) {
  field.describe([] { return Json{{"type", "array"}, {"items", text_shape()}}; });
  if (!field.given()) return;
  to.clear();
  for (const Field& item : items_of(field)) {
    std::string text;
    read_text(item, text);
    to.push_back(std::move(text));
  }
}

void check_name(const NamedField& entry) {
  constexpr std::size_t kMaxName = 64;
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  const bool fine = !entry.name.empty() && entry.name.size() <= kMaxName &&
                    entry.name.find_first_not_of(kAllowed) == entry.name.npos;
  if (!fine && !entry.field.context().lists_keys())
    entry.field.problem("expected a name of 1 to 64 of A-Z, a-z, 0-9, _ and -");
}

Json names_shape() { return {{"propertyNames", {{"pattern", "^[A-Za-z0-9_-]{1,64}$"}}}}; }

}  // namespace session::gateway
