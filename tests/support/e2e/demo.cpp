#include "tests/support/e2e/demo.h"

#include <filesystem>
#include <stdexcept>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/log_secrets.h"
#include "tests/support/e2e/support.h"
#include "tests/support/places.h"

namespace session::test {
namespace {

// The directory that holds both binaries.
std::string build_directory() {
  std::filesystem::path directory = std::filesystem::path(gateway_binary()).parent_path();
  const std::string app = demo_app_binary();
  while (!app.starts_with(directory.string() + "/")) directory = directory.parent_path();
  return directory.string();
}

// A copy of the demo in which a login is fresh for another time.
std::string copy_of_demo(const TempDir& dir, const std::string& fresh) {
  const std::filesystem::path root = dir / "copy";
  std::filesystem::create_directories(root / "examples");
  for (const char* part : {"conf", "examples/demo"})
    std::filesystem::copy(source_root() + "/" + part, root / part, std::filesystem::copy_options::recursive);
  const std::string file = root / "conf/demo/gateway.yaml";
  write_file(file, replaced(read_file(file), "authenticated_within: 1m", "authenticated_within: " + fresh));
  return root;
}

}  // namespace

std::vector<std::string> Demo::command(const TempDir& dir, int port, const std::vector<std::string>& options,
                                       const std::string& fresh) {
  const std::string root = fresh.empty() ? source_root() : copy_of_demo(dir, fresh);
  std::vector<std::string> words = {"env", "TMPDIR=" + dir.path(), "DEMO_SAMPLES=none",
                                    "DEMO_PORT=" + std::to_string(port), root + "/conf/demo/run"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(build_directory());
  return words;
}

Demo::Demo(const std::vector<std::string>& options, const std::string& fresh)
    : run(command(dir, port, options, fresh), log) {
  wait_until("the demo to run", [this] {
    BOOST_TEST_REQUIRE(!run.exit_status().has_value(), read_file(log));
    return read_file(log).find("Configuration and logs are in") != std::string::npos;
  });
}

Demo::~Demo() {
  // The gateway is the script's child, and its log goes when that ends.
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    const std::string gateway_log = (entry.path() / "gateway.log").string();
    if (std::filesystem::exists(gateway_log)) check_log_for_secrets({"serve"}, gateway_log);
  }
  if (test_has_failed()) BOOST_TEST_MESSAGE("--- demo.log\n" << read_file(log));
}

Client Demo::browser() const {
  Client client = this->client();
  client.keep_cookies();
  return client;
}

int Demo::redis_pid() const {
  constexpr const char* kBefore = "kill -STOP ";
  wait_until("the demo to tell of Redis",
             [this] { return read_file(log).find("kill -CONT") != std::string::npos; });
  const std::string text = read_file(log);
  return std::stoi(text.substr(text.find(kBefore) + std::string_view(kBefore).size()));
}

}  // namespace session::test
