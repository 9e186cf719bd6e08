#include "tests/interop/node_app.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/node.h"
#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr std::size_t kPage = 500;  // sessions a request

Json answered(const Reply& reply) {
  if (reply.status != 200) throw std::runtime_error(std::to_string(reply.status) + " " + reply.body);
  return reply.json();
}

}  // namespace

NodeApp::NodeApp(const std::string& name, const RedisServer& redis, Json options) {
  options["listen"] = site().unix_socket;
  options["redis"] = {{"path", redis.unix_address().path}, {"port", redis.port()}};
  process_ = std::make_unique<Process>(
      node_command(name, "tests/interop/" + name + "/app.js", options.dump()), dir_ / "app.log");
  wait_until(name + " to listen", [this] {
    if (process_->exit_status()) throw std::runtime_error("the application has ended: " + log());
    return accepts_unix(site().unix_socket);
  });
  client_ = std::make_unique<Client>(site());
}

NodeApp::~NodeApp() {
  if (test_has_failed()) BOOST_TEST_MESSAGE("--- app.log\n" << log());
}

Reply NodeApp::post(const std::string& path, const Json& body, HeaderLines headers) {
  headers.emplace_back("Content-Type: application/json");
  return client_->post(path, body.dump(), headers);
}

std::vector<PeerSession> NodeApp::write_random_sessions(std::size_t count, std::size_t seed) {
  std::vector<PeerSession> sessions;
  while (sessions.size() < count) {
    const std::size_t page = std::min(kPage, count - sessions.size());
    for (Json& made : answered(post("/bulk", {{"seed", seed + sessions.size()}, {"count", page}}))) {
      sessions.push_back(
          {made["sid"].get<std::string>(), made["cookie"].get<std::string>(), std::move(made["attributes"])});
    }
  }
  return sessions;
}

std::vector<Json> NodeApp::read_sessions(const std::vector<std::string>& cookies) {
  std::vector<Json> found;
  for (auto from = cookies.begin(); from != cookies.end();) {
    const auto to = std::next(from, std::min<std::ptrdiff_t>(kPage, cookies.end() - from));
    for (Json& attributes : answered(post("/bulk-read", std::vector<std::string>(from, to)))) {
      found.push_back(std::move(attributes));
    }
    from = to;
  }
  return found;
}

}  // namespace session::test
