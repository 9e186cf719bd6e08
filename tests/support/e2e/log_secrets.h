#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace session::test {

// No log of a gateway may hold a cookie, an id, a key, a salt or a password, at any level. The clients of the
// tests note every cookie that they send or get, and each Process that was a gateway has its log looked
// through when it ends, for these and for the secrets of its configuration. What is found fails the test.
// Thread-safe.

// From now on this may not stand in a gateway's log. Of less than kShortest bytes nothing is noted: a log may
// well hold a word as short.
inline constexpr std::size_t kShortest = 8;
void keep_out_of_logs(std::string_view secret);

// The id and the signature in the value of a cookie; the whole value if it has no such parts.
void keep_cookie_out_of_logs(std::string_view value);
// The cookies of a Cookie header.
void keep_cookies_out_of_logs(std::string_view header);
// The cookies of the native format in any bytes, as those of a request.
void keep_native_cookies_out_of_logs(std::string_view bytes);

// The keys, salts and passwords that a configuration file has or names.
[[nodiscard]] std::vector<std::string> secrets_of_configuration(const std::string& file);

// The files of the audit: the one that a configuration file names, and what is beside it with that name and
// more, as logrotate leaves it. Those that exist, in order.
[[nodiscard]] std::vector<std::string> audit_files_of_configuration(const std::string& file);

// What of all that stands in a text.
[[nodiscard]] std::vector<std::string> secrets_in(std::string_view log);

// Fails the test that runs if the log of a gateway, or a file of its audit, holds a secret. `command` is how
// it was started; what is no gateway, or wrote into no file, is not looked at.
void check_log_for_secrets(const std::vector<std::string>& command, const std::string& log_file);

}  // namespace session::test
