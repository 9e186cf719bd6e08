// What a change of attributes means for who a session belongs to, and for what it may do.

#include "core/session/privileges.h"

#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

struct Fixture {
  static Record::Changes changes_of(const Json& set, const std::vector<std::string>& unset = {}) {
    Record::Changes changes;
    for (const auto& [name, value] : set.items()) changes[name] = value;
    for (const std::string& name : unset) changes[name] = std::nullopt;
    return changes;
  }
  // "subject", "rights", both or "", and what is forgotten.
  [[nodiscard]] std::string effect(const Json& stored, const Json& set,
                                   const std::vector<std::string>& unset = {}) const {
    const PrivilegeChange change = privileges.change(stored, changes_of(set, unset), SameSubject::nothing);
    std::string text = change.subject ? "subject" : "";
    if (change.rights) text += "+rights";
    for (const std::string& name : change.forgotten) text += " -" + name;
    return text;
  }

  Privileges privileges{std::make_shared<Identity>(IdentitySettings()),
                        {{"csrf", "token"}, {"/groups", "/account/plan", "/odd~1name"}}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(privileges, Fixture)

BOOST_AUTO_TEST_CASE(what_neither_names_somebody_nor_gives_rights_has_no_effect) {
  BOOST_TEST(effect(R"({"user":"alice","cart":1})"_json, R"({"cart":2})"_json).empty());
  BOOST_TEST(effect(R"({"user":"alice"})"_json, R"({"user":"alice"})"_json).empty());
  BOOST_TEST(effect(Json::object(), Json::object(), {"user", "groups"}).empty());
}

BOOST_AUTO_TEST_CASE(another_user_begins_clean) {
  BOOST_TEST(effect(R"({"user":"alice","groups":["admin"],"email":"a","cart":[1]})"_json,
                    R"({"user":"bob"})"_json) == "subject -cart -email -groups");
  BOOST_TEST(effect(R"({"user":"alice","groups":["admin"],"cart":[1]})"_json,
                    R"({"user":"bob","groups":["admin"],"cart":[2]})"_json) == "subject");
}

BOOST_AUTO_TEST_CASE(somebody_who_was_nobody_keeps_what_he_had_but_not_its_tokens) {
  BOOST_TEST(effect(R"({"cart":[1],"csrf":"x","other":1})"_json, R"({"user":"bob"})"_json) ==
             "subject -csrf -token");
  BOOST_TEST(effect(R"({"cart":[1],"csrf":"x"})"_json, R"({"user":"bob","csrf":"y"})"_json) ==
             "subject -token");
}

BOOST_AUTO_TEST_CASE(nobody_keeps_nothing_that_says_who_he_was_and_what_he_could_do) {
  BOOST_TEST(effect(R"({"user":"alice","groups":["admin"],"email":"a","account":{"plan":1},"cart":[1]})"_json,
                    Json::object(), {"user"}) == "subject -account -email -groups");
  BOOST_TEST(effect(R"({"user":"alice","email":"a"})"_json, R"({"user":""})"_json) == "subject -email");
}

BOOST_AUTO_TEST_CASE(a_value_that_a_rule_reads_is_a_right_wherever_it_stands) {
  const Json stored = R"({"user":"a","groups":["x"],"account":{"plan":"free","n":1},"odd/name":1})"_json;
  BOOST_TEST(effect(stored, R"({"groups":["x","admin"]})"_json) == "+rights");
  BOOST_TEST(effect(stored, Json::object(), {"groups"}) == "+rights");
  BOOST_TEST(effect(stored, R"({"groups":["x"]})"_json).empty());
  BOOST_TEST(effect(stored, R"({"account":{"plan":"free","n":2}})"_json).empty());
  BOOST_TEST(effect(stored, R"({"account":{"plan":"paid","n":1}})"_json) == "+rights");
  BOOST_TEST(effect(stored, R"({"account":1})"_json) == "+rights");
  BOOST_TEST(effect(stored, R"({"odd/name":2})"_json) == "+rights");
  BOOST_TEST(effect(stored, R"({"odd":2,"email":"b"})"_json).empty());
}

BOOST_AUTO_TEST_CASE(a_login_is_a_subject_that_is_set_and_the_same_one_where_that_counts) {
  const auto login = [&](const char* stored, const char* set, SameSubject same,
                         const std::vector<std::string>& unset = {}) {
    const PrivilegeChange change =
        privileges.change(Json::parse(stored), changes_of(Json::parse(set), unset), same);
    return change.login;
  };
  for (const SameSubject same : {SameSubject::nothing, SameSubject::login}) {
    BOOST_TEST(login("{}", R"({"user":"alice"})", same));
    BOOST_TEST(login(R"({"user":"alice"})", R"({"user":"bob"})", same));
    BOOST_TEST(!login(R"({"user":"alice"})", R"({"groups":["admin"]})", same));
    BOOST_TEST(!login(R"({"user":"alice"})", "{}", same, {"user"}));
    BOOST_TEST(!login(R"({"user":"alice"})", R"({"user":""})", same));
    BOOST_TEST(!login("{}", R"({"user":""})", same));
    BOOST_TEST(!login("{}", R"({"email":"a"})", same));
  }
  BOOST_TEST(!login(R"({"user":"alice"})", R"({"user":"alice"})", SameSubject::nothing));
  BOOST_TEST(login(R"({"user":"alice"})", R"({"user":"alice"})", SameSubject::login));
}

// An application that keeps a picture beside the user's name sets the name with each picture.
BOOST_AUTO_TEST_CASE(a_change_beside_the_subject_is_no_login) {
  IdentitySettings settings;
  settings.subject = "/user/id";
  const Privileges nested{std::make_shared<Identity>(settings), {}};
  const Json stored = R"({"user":{"id":"alice","picture":"cat"}})"_json;
  const auto login = [&](const char* set) {
    return nested.change(stored, changes_of(Json::parse(set)), SameSubject::login).login;
  };
  BOOST_TEST(!login(R"({"user":{"id":"alice","picture":"dog"}})"));
  BOOST_TEST(login(R"({"user":{"id":"alice","picture":"cat"}})"));
  BOOST_TEST(login(R"({"user":{"id":"bob","picture":"dog"}})"));
}

BOOST_AUTO_TEST_CASE(only_attributes_that_are_concerned_are_compared) {
  for (const char* name : {"user", "email", "groups", "account", "odd/name"})
    BOOST_TEST(privileges.concern(name), name);
  for (const char* name : {"cart", "plan", "odd", "csrf", ""}) BOOST_TEST(!privileges.concern(name), name);
  const Privileges all{std::make_shared<Identity>(IdentitySettings()), {{}, {""}}};
  BOOST_TEST(all.concern("cart"));
  BOOST_TEST(all.change(R"({"cart":1})"_json, changes_of(R"({"cart":2})"_json), SameSubject::nothing).rights);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
