#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace session {

// One member of a JSON object. The views are of the object's text.
struct MemberText {
  std::string name;            // unescaped
  std::string_view name_text;  // as it stands there, with its quotes
  std::string_view text;       // the value, as it stands there
};

// The members of an object, in their order. REQUIRES: parse_json took `object`, and it is an object; blanks
// around it are allowed. Looks for nothing that parse_json has refused.
[[nodiscard]] std::vector<MemberText> member_texts(std::string_view object);

// Appends a member to the text of an object that is not closed yet ("{" or "{...").
void append_member(std::string& object, std::string_view name_text, std::string_view text);

}  // namespace session
