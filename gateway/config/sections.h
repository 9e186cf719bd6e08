#pragma once

#include <vector>

#include "gateway/config/reader.h"
#include "gateway/config/settings.h"

namespace session::gateway {

// Reads the whole file. Each setting is one row here or in a function below; absent settings keep their
// defaults.
void read_settings(Section& top, Settings& to);

// The sections that are more than rows.
void read_listen(const Field& field, Settings& to);
// What the requests of a listener must carry: one secret, or a list of at most two.
void read_listen_secrets(const Field& field, std::vector<Secret>& to);
// After `listen`, whose sockets are others.
void read_admin(Section& section, Settings& to);
void read_salt(const Field& field, Secret& to);
// Of any length but none: secrets that others have chosen.
void read_secrets(const Field& field, std::vector<Secret>& to);
void read_keys(const Field& field, std::vector<KeyMaterial>& to);
// Absent: leaves `to` alone. A password from a file is read again whenever it is asked for.
void read_password(const Field& field, PasswordSource& to);
// After the limits and the type of the store, which it must go with.
void read_memory(Section& section, Settings& to);
// What of it must go with other sections. After all of them.
void check_memory(Section& top, const Settings& settings);
// As read_memory.
void read_redis(Section& section, Settings& to);
// Before the cookie, whose default name it decides.
void read_dialect(const Field& field, Settings& to);
// After the cookie, whose name the ones to be accepted can't have.
void read_formats(Section& top, Settings& to);
// What of it must go with other sections. After all of them.
void check_formats(Section& top, const Settings& settings);
// The name of a cookie that another library sets.
void read_cookie_name(const Field& field, std::string& to);
// A key of a section that read_map has been through.
[[nodiscard]] Field within(const Field& map, std::string_view name);
void read_audit(const Field& field, AuditSettings& to);
void read_identity(Section& section, IdentitySettings& to);
void read_rules(const Field& field, std::vector<Rule>& to);
// What listeners of the protocol `http` serve. Entries are added to what is there; one of the same name is
// changed.
void read_checks(const Field& field, std::vector<HttpCheck>& to);
void read_views(const Field& field, std::vector<HttpView>& to);
// Reports rules of `checks` that there are not. After `rules`.
void check_required_rules(const Field& field, const Settings& settings);
void read_commit(Section& section, RedirectHosts& to);

// A JSON pointer to a member: never empty, for that would be the attributes as a whole.
// Reports what is not one.
[[nodiscard]] bool is_member_pointer(std::string_view text, const Field& field);

}  // namespace session::gateway
