#include "gateway/transfer/export_lines.h"

#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/config/load.h"
#include "gateway/transfer/fingerprint.h"

namespace session::gateway::test {
namespace {

TransferRecord read(const std::string& line) {
  const auto json = parse_json(line, kExportJson);
  BOOST_REQUIRE(json.has_value());
  auto record = record_in(*json);
  BOOST_REQUIRE(record.has_value());
  return std::move(*record);
}

bool refused(const std::string& line) {
  const auto json = parse_json(line, kExportJson);
  return !json || !record_in(*json);
}

std::string written(const TransferRecord& record) {
  std::string line;
  append_record(line, record);
  return line;
}

Settings settings_of(const std::string& yaml) {
  auto loaded = load_text("gateway.yaml", yaml);
  BOOST_REQUIRE(loaded.has_value());
  return std::move(*loaded);
}

const std::string kSalt = "salt: { value: salt }\n";
std::string keys(const std::string& first, const std::string& second = {}) {
  return "keys: [{ id: k1, value: '" + first + std::string(32, 'x') + "' }" +
         (second.empty() ? "" : ", { id: k2, value: '" + second + std::string(32, 'x') + "' }") + "]\n";
}

std::string why(const std::string& theirs, const std::string& ours) {
  return why_unlike(fingerprint_of(settings_of(theirs)), fingerprint_of(settings_of(ours))).value_or("");
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(export_lines)

BOOST_AUTO_TEST_CASE(a_record_comes_back_as_it_was) {
  TransferRecord record{"express", "a \"key\" of \xc3\xa4\x01"};
  record.bytes = Bytes(std::string("{\"\\u0000\"}\0\xff", 12));
  record.expires = milliseconds(1'800'000'000'123);
  const TransferRecord again = read(written(record));
  BOOST_TEST(again.format == record.format);
  BOOST_TEST(again.key == record.key);
  BOOST_TEST((again.bytes == record.bytes));
  BOOST_TEST((again.expires == record.expires));
  BOOST_TEST(!again.next.has_value());
  TransferRecord tombstone{"", "key"};
  tombstone.next = "";
  BOOST_TEST(written(tombstone) == R"({"key":"key","next":""})");
  BOOST_TEST(read(written(tombstone)).next.value() == "");
  BOOST_TEST(!read(written(tombstone)).expires.has_value());
  record.key = "\xff";
  BOOST_TEST(!has_line(record));
}

BOOST_AUTO_TEST_CASE(what_is_no_record_is_refused) {
  for (const char* line : {"[]",
                           "null",
                           "1",
                           "{}",
                           R"({"key":"k"})",
                           R"({"key":1,"bytes":""})",
                           R"({"key":"k","bytes":1})",
                           R"({"key":"k","bytes":"A"})",
                           R"({"key":"k","bytes":"e30"})",
                           R"({"key":"k","bytes":"e3 0="})",
                           R"({"key":"k","bytes":"e30=","expires":-1})",
                           R"({"key":"k","bytes":"e30=","expires":1e300})",
                           R"({"key":"k","bytes":"e30=","expires":"1"})",
                           R"({"key":"k","bytes":"e30=","expires":18446744073709551615})",
                           R"({"key":"k","bytes":"e30=","expires":1.5})",
                           R"({"key":"k","bytes":"e30=","next":"n"})",
                           R"({"key":"k","next":1})",
                           R"({"key":"k","bytes":"e30=","format":""})",
                           R"({"key":"k","bytes":"e30=","format":7})",
                           R"({"key":"k","key":"l","bytes":"e30="})",
                           R"({"key":"k","bytes":"e30=","expires":99999999999999999999999})"})
    BOOST_TEST(refused(line), line);
  BOOST_TEST(refused(R"({"key":")" + std::string(8193, 'k') + R"(","bytes":"e30="})"));
  BOOST_TEST(!refused(R"({"key":")" + std::string(8192, 'k') + R"(","bytes":"e30="})"));
  BOOST_TEST(refused(R"({"key":"k","next":")" + std::string(8193, 'k') + R"("})"));
  BOOST_TEST(refused(std::string(100'000, '[') + std::string(100'000, ']')));
}

BOOST_AUTO_TEST_CASE(a_header_says_what_the_sessions_need) {
  const ExportHeader header{std::string(22, 'i'), seconds(1'800'000'000), Json{{"dialect", "native"}}};
  const auto again = header_in(json_of(header));
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(again->id == header.id);
  BOOST_TEST(again->exported.count() == 1'800'000'000);
  BOOST_TEST(again->sessions == header.sessions);
  for (const char* name : {"format", "version", "id"}) {
    Json changed = json_of(header);
    changed[name] = "another";
    BOOST_TEST(!header_in(changed).has_value());
    changed.erase(name);
    BOOST_TEST(!header_in(changed).has_value());
  }
  BOOST_TEST(end_in(end_of(7)).value() == 7u);
  for (const char* line :
       {R"({"end":1,"records":7})", R"({"end":true})", R"({"end":true,"records":-1})", "[]"})
    BOOST_TEST(!end_in(*parse_json(line)).has_value());
}

BOOST_AUTO_TEST_CASE(the_socket_of_operators_takes_every_record_that_can_be_read) {
  for (const char* max : {"1KiB", "64KiB", "16MiB"}) {
    const Settings settings = settings_of("session: { max_bytes: " + std::string(max) + " }\n");
    TransferRecord record{"", std::string(43, 'k')};
    record.bytes = Bytes(std::string(max_readable_bytes(settings.session), 'x'));
    BOOST_TEST(written(record).size() + (std::size_t{32} << 10) < max_batch_bytes(settings));
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(fingerprints)

BOOST_AUTO_TEST_CASE(sessions_go_on_where_all_their_secrets_are) {
  const std::string one = kSalt + keys("a");
  BOOST_TEST(why(one, one) == "");
  BOOST_TEST(why(one, kSalt + keys("a", "b")) == "");
  BOOST_TEST(has(why(kSalt + keys("a", "b"), one), "keys (k2)"));
  BOOST_TEST(has(why(one, kSalt + keys("b")), "keys (k1)"));
  BOOST_TEST(has(why(one, "salt: { value: pepper }\n" + keys("a")), ": salt"));
  BOOST_TEST(has(why(one + "cookie: { name: sid }\n", one), "cookie.name is __Host-session here"));
  const std::string redis = "store: { type: redis, redis: { url: 'redis://localhost', prefix: 'else:' } }\n";
  BOOST_TEST(why(one, one + redis) == "");
  BOOST_TEST(why(one + redis, one) == "");
}

BOOST_AUTO_TEST_CASE(other_formats_have_secrets_of_their_own) {
  const auto express = [](const std::string& secrets) {
    return "dialect: express\nstore: { type: redis, redis: { url: 'redis://localhost' } }\nexpress: { "
           "secrets: [" +
           secrets + "] }\n";
  };
  const std::string native = kSalt + keys("a");
  BOOST_TEST(why(express("{ value: cat }"), express("{ value: dog }, { value: cat }")) == "");
  BOOST_TEST(has(why(express("{ value: cat }"), express("{ value: dog }")), "express.secrets"));
  BOOST_TEST(has(why(express("{ value: cat }"), native), "dialect is native here"));
  const std::string accepting = native +
                                "store: { type: redis, redis: { url: 'redis://localhost' } }\naccept: "
                                "[express]\nexpress: { secrets: [{ value: cat }] }\n";
  BOOST_TEST(why(native, accepting) == "");
  BOOST_TEST(why(accepting, accepting) == "");
  BOOST_TEST(has(why(accepting, native), "sessions of express"));
}

BOOST_AUTO_TEST_CASE(no_secret_is_in_a_fingerprint) {
  const std::string text = to_text(fingerprint_of(settings_of(kSalt + keys("a"))));
  BOOST_TEST(!has(text, "xxxx"));
  BOOST_TEST(!has(text, "\"salt\":[\"salt"));
}

BOOST_AUTO_TEST_CASE(any_json_may_be_compared) {
  const Json ours = fingerprint_of(settings_of(kSalt + keys("a")));
  for (const char* text : {"null", "[]", "7", "{}", R"({"dialect":7})", R"({"dialect":"native","cookie":[]})",
                           R"({"dialect":"native","cookie":"__Host-session","secrets":{"salt":7}})",
                           R"({"dialect":"native","cookie":"__Host-session","secrets":{"x":[[]]}})",
                           R"({"dialect":"native","cookie":"__Host-session","accept":{"express":7}})"})
    BOOST_TEST(why_unlike(*parse_json(text), ours).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
