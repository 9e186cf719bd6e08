#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/run.h"
#include "core/json/member_texts.h"
#include "core/session/session_manager.h"
#include "core/store/memory/memory_store.h"
#include "gateway/config/format_registry.h"
#include "gateway/config/reader.h"
#include "gateway/realm/formats.h"
#include "tests/support/counted_random.h"
#include "tests/support/fake_clock.h"
#include "tests/support/loading.h"
#include "tests/support/store_calls.h"

// A format that the program does not have: this file and the one row in it are all that it takes.

namespace session::test {
namespace {

// cookie: own.ID, key: own:ID
class OwnCookies final : public CookieFormat {
 public:
  Result<VerifiedCookie, RejectReason> verify(std::string_view value) override {
    if (!value.starts_with("own.")) return RejectReason::malformed;
    std::string id(value.substr(4));
    std::string key = store_key(id);
    return VerifiedCookie{std::move(id), std::move(key), std::nullopt, false};
  }
  std::string cookie(std::string_view id, seconds) override { return std::string("own.").append(id); }
  std::string new_id() override { return "id" + std::to_string(++made_); }
  std::string store_key(std::string_view id) const override { return std::string("own:").append(id); }
  bool is_store_key(std::string_view key) const override { return key.starts_with("own:"); }

 private:
  int made_ = 0;
};

// record: {"note":"...",...}: what the format keeps beside the attributes is a string.
class OwnRecords final : public RecordFormat {
 public:
  explicit OwnRecords(std::string note) : note_(std::move(note)) {}

  void complete(Record& record, seconds) const override {
    if (record.format_member("note") == nullptr)
      record.set_format_member("note", to_text(Json(note_)), Record::Place::front);
  }
  std::string encode(std::string_view, const Record& record) const override {
    std::string out = "{";
    for (const RecordMember& member : record.members()) append_member(out, member.name_text, member.text);
    return out + "}";
  }
  Result<Record, RejectReason> decode(std::string_view, std::string_view bytes) const override {
    auto values = parse_json(bytes);
    if (!values || !values->is_object() || !values->contains("note")) return RejectReason::malformed;
    Record record;
    values->erase("note");
    record.attributes = std::move(*values);
    for (const MemberText& member : member_texts(bytes))
      record.add(member, member.name == "note" ? Record::Owner::format : Record::Owner::session);
    return record;
  }
  Result<RecordHead, RejectReason> decode_head(std::string_view key, std::string_view bytes,
                                               const WantedMembers&) const override {
    auto record = decode(key, bytes);
    if (!record) return record.error();
    return static_cast<RecordHead&>(*record);
  }

 private:
  std::string note_;
};

struct OwnSettings final : gateway::FormatSettings {
  std::string note = "nothing";
};

gateway::FormatRow own_row() {
  gateway::FormatRow row;
  row.name = "own";
  row.section = "own";
  row.cookie_name = "own-cookie";
  row.foreign = true;
  row.defaults = []() -> std::unique_ptr<gateway::FormatSettings> { return std::make_unique<OwnSettings>(); };
  row.read = [](gateway::Section& section, gateway::FormatSettings& to) {
    if (const auto text = section["note"].text("a note")) static_cast<OwnSettings&>(to).note = *text;
  };
  row.log_id_source = [](const gateway::Settings& settings) -> const Secret& { return settings.salt; };
  row.make = [](const gateway::FormatContext& context) {
    const auto& own = static_cast<const OwnSettings&>(context.own);
    return Format{"own", {}, std::make_unique<OwnCookies>(), std::make_unique<OwnRecords>(own.note)};
  };
  return row;
}

const gateway::FormatRegistry& registry() {
  static const gateway::FormatRegistry with_own({gateway::native_row(), own_row()});
  return with_own;
}

gateway::Settings settings_of(const std::string& text) {
  auto loaded = gateway::load_text("gateway.yaml", text, registry());
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), gateway::problems(loaded));
  return std::move(*loaded);
}

struct Own {
  explicit Own(const std::string& text) : settings(settings_of(text)) {}

  SessionManager manager() {
    SessionManagerOptions options;
    options.cookie = settings.cookie;
    return SessionManager(store, gateway::format_for(settings, budget),
                          std::make_shared<Identity>(IdentitySettings()), std::move(options), clock);
  }

  gateway::Settings settings;
  FakeClock clock;
  MemoryStore store{MemoryStoreOptions(), clock};
  std::shared_ptr<CacheBudget> budget = std::make_shared<CacheBudget>(std::size_t{1} << 20);
};

std::string header_of(const Session& session) {
  const std::string line = session.set_cookie().value();
  return line.substr(0, line.find(';'));
}

SessionManager::Opened open(SessionManager& manager, const std::string& header) {
  const std::vector<std::string_view> headers = {header};
  auto opened = run(manager.open(headers));
  if (!opened) throw std::runtime_error("the store could not answer");
  return std::move(*opened);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(own_format)

BOOST_AUTO_TEST_CASE(a_format_of_one_file_and_one_row_runs_a_session) {
  Own own("dialect: own\nown: { note: hello }\n");
  BOOST_TEST(own.settings.cookie.name == "own-cookie");
  SessionManager manager = own.manager();
  Session session = manager.create();
  BOOST_REQUIRE(run(session.set("user", "alice", Flush::now)).has_value());
  const std::string header = header_of(session);
  BOOST_TEST(header == "own-cookie=own.id1");
  BOOST_TEST(text_of(own.store, "own:id1") == R"({"note":"hello","user":"alice"})");

  auto opened = open(manager, header);
  BOOST_REQUIRE(opened.session.has_value());
  BOOST_TEST(*opened.session->get("user") == "alice");
  BOOST_REQUIRE(run(opened.session->set("cart", 1, Flush::now)).has_value());
  BOOST_TEST(text_of(own.store, "own:id1") == R"({"note":"hello","user":"alice","cart":1})");
  BOOST_REQUIRE(run(opened.session->regenerate()).has_value());
  BOOST_TEST(text_of(own.store, "own:id1") == "(absent)");
  BOOST_REQUIRE(run(opened.session->destroy()).has_value());
  BOOST_TEST((open(manager, header).refusal == RejectReason::unknown));
}

BOOST_AUTO_TEST_CASE(a_format_whose_own_fields_are_a_string_has_nobody_s_key_erased) {
  Own own("dialect: own\nown: { note: 'own:somebody' }\n");
  SessionManager manager = own.manager();
  (void)create(own.store, "own:somebody", R"({"note":"","user":"somebody"})", std::chrono::hours(1));
  Session session = manager.create();
  BOOST_REQUIRE(run(session.set("user", "alice", Flush::now)).has_value());
  own.clock.advance(std::chrono::minutes(2));  // when what a migration left would be cleaned up
  auto opened = open(manager, header_of(session));
  BOOST_REQUIRE(opened.session.has_value());
  BOOST_REQUIRE(run(opened.session->regenerate()).has_value());
  BOOST_REQUIRE(run(opened.session->destroy()).has_value());
  BOOST_TEST(text_of(own.store, "own:somebody") == R"({"note":"","user":"somebody"})");
}

BOOST_AUTO_TEST_CASE(its_sessions_can_be_accepted_and_migrate_with_their_bytes) {
  const std::string key(32, 'k');
  Own own("accept: [own]\nown: { note: x }\nsalt: { value: of the tests }\nkeys: [ { id: k1, value: " + key +
          " } ]\n");
  SessionManager manager = own.manager();
  for (LegacyFormat& each : gateway::accepted_by(own.settings, own.budget)) {
    each.cookie_name = "own-cookie";
    manager.accept(std::move(each));
  }
  const std::string attributes = R"("zebra":1.0,"user":"alice","apple":{"b":1,"a":2})";
  (void)create(own.store, "own:id7", R"({"note":"x",)" + attributes + "}", std::chrono::hours(1));
  auto opened = open(manager, "own-cookie=own.id7");
  BOOST_REQUIRE(opened.session.has_value());
  BOOST_TEST(*opened.session->get("user") == "alice");
  BOOST_TEST(text_of(own.store, "own:id7") == "(absent)");
  const std::string key_of_new =
      gateway::format_for(own.settings, own.budget).cookies->store_key(opened.session->id());
  BOOST_TEST(text_of(own.store, key_of_new).ends_with(R"("from":"own:id7","data":{)" + attributes + "}}"));
  BOOST_TEST(gateway::problems(gateway::load_text("gateway.yaml", "accept: [own]\n", registry())) ==
             "gateway.yaml:1: accept: expected salt and keys beside it\n");
}

BOOST_AUTO_TEST_CASE(a_name_that_no_row_has_is_refused_with_those_that_there_are) {
  BOOST_TEST(gateway::problems(gateway::load_text("gateway.yaml", "dialect: owm\n", registry())) ==
             "gateway.yaml:1: dialect: expected native or own, got owm; did you mean own?\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
