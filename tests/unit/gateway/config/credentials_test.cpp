#include <cstdlib>
#include <string>

#include "tests/support/loading.h"

// Files that systemd's LoadCredential= has put before the service (systemd.exec(5)).

namespace session::gateway {
namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

// The configuration's directory, with the credentials' directory in it.
struct Credentials : Directory {
  Credentials() {
    std::filesystem::create_directory(path / "loaded");
    ::setenv("CREDENTIALS_DIRECTORY", (path / "loaded").c_str(), 1);
  }
  ~Credentials() { ::unsetenv("CREDENTIALS_DIRECTORY"); }
};

std::string salt_in(const Loaded& loaded) {
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  return std::string(loaded->salt.reveal());
}

std::string text(const std::string& file) {
  return "salt: { file: " + file + " }\nkeys: [ { id: k1, value: " + kSecret + " } ]\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials)

BOOST_FIXTURE_TEST_CASE(a_relative_path_is_first_a_credential_under_the_name_that_systemd_gives_it,
                        Credentials) {
  std::filesystem::create_directory(path / "credentials");
  write("credentials/salt", "beside the file");
  BOOST_TEST(salt_in(load(text("credentials/salt"))) == "beside the file");
  write("loaded/credentials_salt", "loaded");
  BOOST_TEST(salt_in(load(text("credentials/salt"))) == "loaded");
}

BOOST_FIXTURE_TEST_CASE(an_absolute_path_is_no_credential, Credentials) {
  write("salt", "where it says");
  std::string name = (path / "salt").string();
  std::string credential = name;
  for (char& c : credential) c = c == '/' ? '_' : c;
  write("loaded/" + credential, "loaded");
  BOOST_TEST(salt_in(load(text(name))) == "where it says");
}

BOOST_FIXTURE_TEST_CASE(no_path_leads_out_of_the_directory_of_credentials, Credentials) {
  write("secret", "outside");
  BOOST_TEST(
      problems(load(text("../secret"))).starts_with("gateway.yaml:1: salt.file: can't read this file"));
}

BOOST_FIXTURE_TEST_CASE(a_password_from_a_credential_is_read_again_there, Credentials) {
  write("loaded/redis.password", "one");
  const auto loaded = load("store: { type: redis, redis: { password: { file: redis.password } } }\n");
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problems(loaded));
  BOOST_TEST(loaded->redis.password().reveal() == "one");
  write("loaded/redis.password", "two");
  BOOST_TEST(loaded->redis.password().reveal() == "two");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway
