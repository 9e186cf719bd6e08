#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/cookie/cookie_header.h"
#include "core/cookie/cookie_value.h"
#include "core/crypto/random.h"
#include "core/format/express/express.h"
#include "core/format/native/native.h"
#include "core/format/session_store/session_store.h"
#include "tests/support/whole_format.h"

namespace {

using session::test::WholeNative;

constexpr std::string_view kName = "session";

session::NativeFormatOptions options(std::string_view name, std::string_view secret) {
  session::NativeFormatOptions options;
  options.cookie_name = name;
  options.keys = {{"k1", session::Secret(std::string(secret))}};
  options.salt = session::Secret("salt of the fuzz targets");
  return options;
}

// Cookies are judged by a dialect that never signed one. The corpus holds some that other keys signed.
WholeNative& judge() {
  static const std::string secret = session::system_random().bytes(32);
  static WholeNative dialect(options(kName, secret), session::system_random());
  return dialect;
}

void check(bool holds) {
  if (!holds) std::abort();
}

void candidates_are_the_headers_own(std::span<const std::string_view> headers) {
  const auto found = session::RequestCookies(headers).named(kName);
  check(found.size() <= session::kMaxCookieCandidates);
  for (const std::string_view value : found) {
    check(std::count(found.begin(), found.end(), value) == 1);
    check(value.find(';') == std::string_view::npos);
    check(!judge().verify(value));
  }
}

// What is passed on to the application holds no cookie of ours, under any reading, and is stable.
void what_is_left_holds_none_of_ours(std::span<const std::string_view> headers) {
  const auto is_ours = [](std::string_view name) { return name == kName; };
  const std::string rest = session::RequestCookies(headers).without(is_ours);
  const std::array<std::string_view, 1> header = {rest};
  const session::RequestCookies again(header);
  check(again.named(kName).empty());
  check(again.without(is_ours) == rest);
}

// One that we did sign verifies; with the input in place of any part of it, it does not.
void only_what_was_signed_verifies(std::string_view input) {
  static WholeNative signer(options(kName, std::string(32, 's')), session::system_random());
  const std::string id(32, 'a');
  const std::string cookie = signer.cookie(id, session::seconds(1700000000));
  const auto verified = signer.verify(cookie);
  check(verified && verified->id == id);
  for (std::size_t at = 0; at + 1 < cookie.size(); at += 7) {
    std::string changed = cookie;
    changed.replace(at, std::min(input.size(), cookie.size() - at), input);
    if (changed != cookie) check(!signer.verify(changed));
  }
}

session::test::WholeExpress express(const std::string& secret) {
  session::ExpressFormatOptions options;
  options.secrets.emplace_back(std::string(secret));
  return {std::move(options), session::system_random()};
}

// The cookies of express-session: what was never signed does not verify; whatever was signed does, and to
// the same id.
void only_what_was_signed_is_of_express(std::string_view input) {
  static session::test::WholeExpress stranger = express(session::system_random().bytes(32));
  static session::test::WholeExpress signer = express("secret of the fuzz targets");
  check(!stranger.verify(input));
  const std::string id = session::decoded_cookie(input);
  const std::string cookie = signer.cookie(id, session::seconds(0));
  const auto verified = signer.verify(cookie);
  check(verified ? verified->id == id : id.empty() || cookie.size() > 4096);
  check(!stranger.verify(cookie));
}

// The cookies of session-store: an id has one key, however it is spelled.
void an_id_of_session_store_survives_its_cookie(std::string_view input) {
  static session::test::WholeSessionStore dialect({}, session::system_random());
  const auto verified = dialect.verify(input);
  if (!verified) return;
  const auto again = dialect.verify(dialect.cookie(verified->id, session::seconds(0)));
  check(again && again->id == verified->id && again->store_key == verified->store_key);
}

// A record that can be read can be written, and reads as the same again.
void a_record_survives_writing(const session::test::WholeFormat& dialect, std::string_view input) {
  auto record = dialect.decode(input);
  if (!record) return;
  dialect.complete(*record, session::seconds(1700000000));
  const std::string bytes = dialect.encode(*record);
  const auto again = dialect.decode(bytes);
  check(again && again->attributes == record->attributes &&
        again->members().size() == record->members().size());
  check(again->lifetime == record->lifetime && dialect.encode(*again) == bytes);
}

void records_survive(std::string_view input) {
  static const session::test::WholeExpress of_express = express("secret of the fuzz targets");
  static const session::test::WholeSessionStore of_ancestor({}, session::system_random());
  a_record_survives_writing(of_express, input);
  a_record_survives_writing(of_ancestor, input);
}

}  // namespace

// The input is one or more Cookie headers, a line each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> headers;
  for (std::string_view rest = input; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    headers.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  candidates_are_the_headers_own(headers);
  what_is_left_holds_none_of_ours(headers);
  only_what_was_signed_verifies(input);
  check(!judge().verify(input));
  only_what_was_signed_is_of_express(input);
  an_id_of_session_store_survives_its_cookie(input);
  records_survive(input);
  return 0;
}
