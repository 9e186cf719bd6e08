#include <string>

#include "gateway/config/cross_field_checks.h"
#include "gateway/config/plain_text.h"
#include "gateway/config/sections.h"
#include "gateway/config/values.h"

namespace session::gateway {
namespace {

constexpr std::size_t kKiB = std::size_t{1} << 10;
constexpr std::size_t kGiB = std::size_t{1} << 30;

constexpr Choices<Durability, 2> kDurabilities = {
    {{"second", Durability::second}, {"commit", Durability::commit}}};
constexpr Choices<OnDiskError, 2> kOnDiskError = {
    {{"serve", OnDiskError::serve}, {"refuse", OnDiskError::refuse}}};

void read_max_bytes(const Field& field, Settings& to) {
  read_size(field, to.memory.max_bytes, {64 * kKiB, 1024 * kGiB}, PlainBytes::refused);
  const bool comparable = field.clean() && field.context().clean("session.max_bytes");
  if (comparable && to.memory.max_bytes < to.session.max_bytes) {
    field.problem("expected at least session.max_bytes (" + format_size(to.session.max_bytes) + "), got " +
                  format_size(to.memory.max_bytes));
  }
}

// Whether it can be written is seen at the start: with `on_disk_error: serve` the gateway does without.
void read_file_path(const Field& field, std::string& to) {
  constexpr std::string_view kForm = "the absolute path of a file";
  field.describe([] { return pattern_shape("^/"); });
  const auto text = field.text(kForm);
  if (!text) return;
  if (!text->starts_with('/') || text->ends_with('/') || first_not_text(*text)) return field.expected(kForm);
  to = std::string(*text);
  field.context().refer({field.line(), field.key(), to, to, ReferencedFile::Use::database});
}

}  // namespace

void read_memory(Section& section, Settings& to) {
  read_max_bytes(section["max_bytes"], to);
  const Field file = section["file"];
  const Field durability = section["durability"];
  const Field on_disk_error = section["on_disk_error"];
  read_file_path(file, to.memory_file.path);
  read_choice(durability, to.memory_file.durability, kDurabilities);
  read_choice(on_disk_error, to.memory_file.on_disk_error, kOnDiskError);
  if (file.given()) return;
  for (const Field& field : {durability, on_disk_error}) {
    if (field.given()) field.problem("needs file beside it: without one, sessions end with the process");
  }
}

// With random keys no cookie is valid after a restart, and no session of the file would be found.
void check_memory(Section& top, const Settings& settings) {
  if (!settings.has_memory_file()) return;
  const bool kept = !settings.format->capabilities.configured_keys || top["keys"].given();
  CrossFieldChecks found;
  if (!kept) found.add(within(within(top["store"], "memory"), "file"), "expected salt and keys beside it");
  found.report();
}

}  // namespace session::gateway
