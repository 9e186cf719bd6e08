#include <string>

#include "gateway/config/file.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/sections.h"
#include "gateway/config/shapes.h"

namespace session::gateway {

void read_audit(const Field& field, AuditSettings& to) {
  constexpr std::string_view kForm = "stderr, off or the absolute path of a file";
  field.describe([] { return any_shape(choice_shape({"stderr", "off"}), pattern_shape("^/")); });
  const auto text = field.text(kForm);
  if (!text) return;
  if (*text == "stderr" || *text == "off") {
    to.target = *text == "off" ? AuditTarget::off : AuditTarget::standard_error;
    return;
  }
  if (!text->starts_with('/') || text->ends_with('/') || first_not_text(*text)) return field.expected(kForm);
  const std::string path(*text);
  if (const auto why = why_not_appendable(path)) return field.problem("can't append to this file: " + *why);
  field.context().refer({field.line(), field.key(), path, path, ReferencedFile::Use::append});
  to = {AuditTarget::file, path};
}

}  // namespace session::gateway
