#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/json/member_texts.h"
#include "tests/support/json_difference.h"

namespace {

// Whether the members of an object that parse_json takes, put together again, are that object.
bool members_are_the_object(std::string_view text, const session::JsonLimits& limits) {
  const auto whole = session::parse_json(text, limits);
  if (!whole || !whole->is_object()) return true;
  std::string again = "{";
  for (const session::MemberText& member : session::member_texts(text))
    session::append_member(again, member.name_text, member.text);
  const auto parsed = session::parse_json(again + "}", limits);
  return parsed && session::test::identical(*whole, *parsed);
}

}  // namespace

// The first byte says which limits and which part; the rest is the text. What is read by parts is what
// parse_json reads, and so are the texts of its members.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using session::JsonLimits;
  static session::PartialParser parser;
  static const session::WantedMembers none{false}, some{false, {"user", "groups", ""}}, all;
  if (size == 0) return 0;
  const unsigned choice = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  JsonLimits limits;
  limits.depth = (choice & 1) != 0 ? 34 : 4;
  limits.large_integers =
      (choice & 2) != 0 ? JsonLimits::LargeIntegers::rounded : JsonLimits::LargeIntegers::refused;
  const session::WantedMembers& wanted = (choice & 4) != 0 ? some : (choice & 8) != 0 ? none : all;
  session::PartOfJson part{wanted};
  if ((choice & 16) != 0) part.within = "data";
  if ((choice & 32) != 0) part.always = "cookie";
  if (!session::test::difference(parser, text, limits, part).empty()) std::abort();
  if (!members_are_the_object(text, limits)) std::abort();
  return 0;
}
