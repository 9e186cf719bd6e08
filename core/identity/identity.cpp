#include "core/identity/identity.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace session {
namespace {

constexpr std::size_t kLikelyValues = 48;  // bytes of all header values together, as a reservation

void append_encoded(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

constexpr std::array<bool, 256> plain_table() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) table[c] = c != '%' && c != ',';
  return table;
}
constexpr auto kPlain = plain_table();

// Appends `text`, with ambiguous characters percent-encoded.
void append_value(std::string& out, std::string_view text, bool in_array) {
  // The usual case: nothing to encode.
  if (std::all_of(text.begin(), text.end(), [](char c) { return kPlain[static_cast<unsigned char>(c)]; })) {
    out.append(text);
    return;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool printable = c >= 0x20 && c < 0x7f;
    const bool outer_space = c == ' ' && (i == 0 || i + 1 == text.size());
    if (!printable || c == '%' || outer_space || (in_array && c == ',')) {
      append_encoded(out, c);
    } else {
      out += c;
    }
  }
}

void append_scalar(std::string& out, const Json& value, bool in_array) {
  if (const auto* text = value.get_ptr<const std::string*>()) {
    append_value(out, *text, in_array);
  } else if (!value.is_null()) {
    append_value(out, to_text(value), in_array);
  }
}

// Implements header_value.
void append_header_value(std::string& out, const Json& value) {
  const auto* array = value.get_ptr<const Json::array_t*>();
  if (array == nullptr) return append_scalar(out, value, false);
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (i > 0) out += ',';
    append_scalar(out, (*array)[i], true);
  }
}

}  // namespace

std::string header_value(const Json& value) {
  std::string out;
  append_header_value(out, value);
  return out;
}

std::string header_text(std::string_view value) {
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string_view digits = value.substr(i + 1, 2);
    unsigned char byte = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    const bool encoded = value[i] == '%' && digits.size() == 2 && read.ptr == digits.data() + 2;
    text += encoded ? static_cast<char>(byte) : value[i];
    if (encoded) i += 2;
  }
  return text;
}

bool valid_json_pointer(std::string_view text) {
  try {
    const Json::json_pointer pointer{std::string(text)};
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

bool valid_header_name(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

Identity::Identity(const IdentitySettings& settings) : subject_(settings.subject), wanted_{false} {
  want(subject_);
  for (const auto& [name, pointer] : settings.headers) {
    headers_.emplace_back(name, JsonPath(pointer));
    want(headers_.back().second);
    empty_block_ += name.size() + std::string_view(": \r\n").size();
  }
}

void Identity::want(const JsonPath& path) {
  if (path.empty()) {
    wanted_.all = true;
  } else if (!wanted_.has(path.first())) {
    wanted_.names.push_back(path.first());
  }
}

std::optional<std::string> Identity::subject(const Json& attributes) const {
  const Json* value = subject_.find(attributes);
  if (value == nullptr) return std::nullopt;
  std::string text = header_value(*value);
  if (text.empty()) return std::nullopt;
  return text;
}

std::string Identity::headers(const Json& attributes) const {
  std::string block;
  block.reserve(empty_block_ + kLikelyValues);
  for (const auto& [name, path] : headers_) {
    block.append(name).append(": ");
    if (const Json* value = path.find(attributes)) append_header_value(block, *value);
    block.append("\r\n");
  }
  return block;
}

}  // namespace session
