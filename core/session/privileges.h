#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/format/record.h"
#include "core/identity/identity.h"
#include "core/json/json.h"
#include "core/json/json_path.h"

namespace session {

// The settings of Privileges.
struct PrivilegeSettings {
  // Attributes that a session loses when a visitor becomes somebody, unless the login sets them: such as CSRF
  // tokens, which must not be known from before a login (OWASP, session management).
  std::vector<std::string> forget_at_login = {};
  // JSON pointers (RFC 6901) of the values that rights depend on. The session gets another id when one of
  // them changes, as it does at a login. REQUIRES: valid pointers.
  std::vector<std::string> rights = {};
};

// What it means to set the subject that a session has already.
enum class SameSubject {
  nothing,  // no more than that: anybody may have asked for it
  login,    // its user has logged in again: whoever asks for it has verified who that is
};

// The effect of changed attributes on who a session belongs to, and on what it may do.
struct PrivilegeChange {
  bool subject = false;  // the session has another subject: a login, another user, or a logout by `unset`
  bool login = false;    // somebody has logged in: another subject, or the same one again (SameSubject)
  bool rights = false;   // a value changed that rights depend on
  // Attributes that the session loses beside the changes, so that nobody inherits them.
  std::vector<std::string> forgotten = {};
};

// Tells what a change of attributes means. Immutable: all sessions of a SessionManager share one.
class Privileges {
 public:
  Privileges(std::shared_ptr<const Identity> identity, const PrivilegeSettings& settings);

  // Whether changes of this attribute can have an effect. Without one, change() need not be asked.
  [[nodiscard]] bool concern(std::string_view attribute) const;

  // The effect of changes on stored attributes:
  // - From one subject to another, all attributes are forgotten but those that the change sets: another user
  //   begins clean.
  // - From nobody to somebody, those of forget_at_login.
  // - From somebody to nobody, those that say who somebody is and what he may do: the ones that identity
  //   headers show and that rights depend on. Otherwise the next login would inherit them.
  // - From a subject to the same one, none.
  [[nodiscard]] PrivilegeChange change(const Json& stored, const Record::Changes& changes,
                                       SameSubject same) const;

 private:
  // Whether the changes say again who the subject is. If that is in a larger attribute, all of it is to be as
  // it was: otherwise it is a change of something else.
  [[nodiscard]] bool repeat_subject(const Json& stored, const Record::Changes& changes) const;
  void forget_all(const Json& stored, PrivilegeChange& change) const;
  void forget_person(const Json& stored, PrivilegeChange& change) const;

  std::shared_ptr<const Identity> identity_;
  std::vector<std::string> forget_at_login_;
  std::vector<JsonPath> rights_;
};

// Applies changes to attributes.
void apply_changes(const Record::Changes& changes, Json& attributes);

}  // namespace session
