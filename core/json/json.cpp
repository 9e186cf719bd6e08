#include "core/json/json.h"

#include <optional>
#include <vector>

namespace session {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Builds the value from the parser's events, and stops at the first violation of JsonLimits or of
// parse_json's other rules.
class StrictBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit StrictBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return place(Json(nullptr)); }
  bool boolean(bool value) override { return place(Json(value)); }
  bool number_integer(number_integer_t value) override { return place(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override { return place(Json(value)); }
  bool number_float(number_float_t value, const string_t& text) override {
    // The lexer silently turns an integer of more than 64 bits into a double, which changes its value.
    const bool integer = text.find_first_of(".eE") == string_t::npos;
    if (integer && limits_.large_integers == JsonLimits::LargeIntegers::refused)
      return refuse("a number is too large");
    return place(Json(value));
  }
  bool string(string_t& value) override { return place(Json(std::move(value))); }
  bool binary(binary_t&) override { return refuse("not JSON"); }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse("an object has the same key twice");
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const Json::exception& error) override {
    if (error.id == 406) return refuse("a number is too large");  // out_of_range.406: does not fit a double
    return refuse("not JSON, at byte " + std::to_string(position));
  }

  Json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  bool refuse(std::string why) {
    problem_ = std::move(why);
    return false;
  }

  Json* put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) return &parent.get_ref<Json::array_t&>().emplace_back(std::move(value));
    return &(parent.get_ref<Json::object_t&>()[std::move(key_)] = std::move(value));
  }

  bool place(Json value) {
    put(std::move(value));
    return true;
  }

  bool open(Json container) {
    if (open_.size() >= limits_.depth) {
      return refuse("nested more than " + std::to_string(limits_.depth) + " deep");
    }
    open_.push_back(put(std::move(container)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  JsonLimits limits_;
  Json root_;
  std::vector<Json*> open_;  // stable: a container grows only while it is the innermost open one
  Json::object_t::key_type key_;
  std::string problem_;
};

}  // namespace

Result<Json, InputProblem> parse_json(std::string_view text, const JsonLimits& limits) {
  // The lexer takes a NUL for the end of the text and would ignore everything after it.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return InputProblem("not JSON, at byte " + std::to_string(nul + 1));
  }
  // The lexer skips a byte order mark, which RFC 8259 (section 8.1) allows to be ignored; readers of a text
  // that was taken would have to skip it, too, and JavaScript refuses it.
  if (text.starts_with(kByteOrderMark)) return InputProblem("not JSON, at byte 1");
  StrictBuilder builder(limits);
  if (Json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
  return InputProblem(builder.problem().empty() ? "not JSON" : builder.problem());
}

std::string to_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace session
