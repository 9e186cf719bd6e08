#include <string>
#include <string_view>

#include "gateway/config/identity_header.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

void check_name(const NamedField& header, const IdentitySettings& so_far) {
  if (const auto objection = identity_header_objection(header.name)) header.field.problem(*objection);
  for (const auto& [name, pointer] : so_far.headers) {
    if (folded_header(name) == folded_header(header.name))
      return header.field.problem("the same header as " + escaped(name));
  }
}

Json member_pointer_shape() { return pattern_shape("^/"); }

// Reads the whole map: the file's headers replace all defaults.
void read_headers(const Field& field, IdentitySettings& to) {
  field.describe([] {
    return Json{{"type", "object"}, {"propertyNames", {{"pattern", "^[A-Za-z0-9-]+$"}}}};
  });
  if (field.given()) {
    to.headers.clear();
    if (field.node()->kind == YamlNode::Kind::null) field.expected("a map of headers ({} for none)");
  }
  for (const NamedField& header : entries_of(field)) {
    check_name(header, to);
    std::string pointer;
    read_text(header.field, pointer);
    header.field.describe(member_pointer_shape);
    if (header.field.clean()) (void)is_member_pointer(pointer, header.field);
    to.headers.emplace_back(header.name, pointer);
  }
}

}  // namespace

bool is_member_pointer(std::string_view text, const Field& field) {
  if (!text.empty() && valid_json_pointer(text)) return true;
  field.problem("expected a JSON pointer such as /user, got " + shown(text));
  return false;
}

void read_identity(Section& section, IdentitySettings& to) {
  const Field subject = section["subject"];
  read_text(subject, to.subject);
  subject.describe(member_pointer_shape);
  if (subject.clean()) (void)is_member_pointer(to.subject, subject);
  read_headers(section["headers"], to);
}

}  // namespace session::gateway
