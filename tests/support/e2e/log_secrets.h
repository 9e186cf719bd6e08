#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace session::test {

// No log of a gateway may contain a cookie, an id, a key, a salt or a password, at any level. The clients of
// the tests record every cookie that they send or get. When a Process that was a gateway ends, its log is
// searched for these cookies and for the secrets of its configuration. A secret in a log fails the test.
// Thread-safe.

// From now on this must not appear in a gateway's log. Ignores texts of less than kShortest bytes: a log may
// contain such short words by chance.
inline constexpr std::size_t kShortest = 8;
void keep_out_of_logs(std::string_view secret);

// Records the id and the signature of a cookie's value; the whole value if it has no such parts.
void keep_cookie_out_of_logs(std::string_view value);
// Records the cookies of a Cookie header.
void keep_cookies_out_of_logs(std::string_view header);
// Records the cookies of the native format in any bytes, such as a request.
void keep_native_cookies_out_of_logs(std::string_view bytes);

// Records the keys, salts and passwords that a configuration file contains or names.
[[nodiscard]] std::vector<std::string> secrets_of_configuration(const std::string& file);

// The files of the audit: the one that a configuration file names, and what is beside it with that name and
// more, as logrotate leaves it. Those that exist, in order.
[[nodiscard]] std::vector<std::string> audit_files_of_configuration(const std::string& file);

// The recorded secrets that a text contains.
[[nodiscard]] std::vector<std::string> secrets_in(std::string_view log);

// Fails the test that runs if the log of a gateway, or a file of its audit, holds a secret. `command` is how
// it was started; what is no gateway, or wrote into no file, is not looked at.
void check_log_for_secrets(const std::vector<std::string>& command, const std::string& log_file);

}  // namespace session::test
