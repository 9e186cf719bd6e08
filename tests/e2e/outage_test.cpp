// What is seen of a gateway that is gone, comes back, or goes while it is being asked.

#include <atomic>
#include <stdexcept>
#include <thread>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/support.h"

namespace session::test {
namespace {

constexpr const char* kAlice = R"({"user":"alice"})";

// Asks over and over on a few threads until `stop`, and counts the answers by status.
class Crowd {
 public:
  explicit Crowd(const Stack& stack, const std::string& cookie) {
    for (int i = 0; i < 4; ++i) {
      threads_.emplace_back(
          [this, &stack, cookie](const std::stop_token& stop) { ask(stack, cookie, stop); });
    }
  }
  void stop() { threads_.clear(); }
  [[nodiscard]] unsigned passed() const { return passed_; }
  [[nodiscard]] unsigned outages() const { return outages_; }
  [[nodiscard]] unsigned refused() const { return refused_; }  // sent to the login page
  [[nodiscard]] unsigned others() const { return others_; }

 private:
  void ask(const Stack& stack, const std::string& cookie, const std::stop_token& stop) {
    Client client = stack.http();
    while (!stop.stop_requested()) {
      Reply reply;
      try {
        reply = client.get("/account/", {cookie});
      } catch (const std::runtime_error&) {  // counts among the others: nginx itself never goes away
      }
      const bool outage = reply.status == 503 && reply.has("retry-after") && !reply.has("set-cookie");
      ++(reply.status == 200 ? passed_ : reply.status == 303 ? refused_ : outage ? outages_ : others_);
    }
  }

  std::atomic<unsigned> passed_ = 0;
  std::atomic<unsigned> outages_ = 0;
  std::atomic<unsigned> refused_ = 0;
  std::atomic<unsigned> others_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(outage)

BOOST_AUTO_TEST_CASE(a_stopped_gateway_is_a_503_and_never_a_logout) {
  Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  BOOST_TEST(stack.stop_gateway() == 0);
  for (Client& client : stack.http1_and_http2()) {
    for (const char* path : {"/account/", "/admin/"}) {
      const Reply page = client.get(path, {cookie, "Accept: text/html"});
      BOOST_TEST(page.status == 503);
      BOOST_TEST(page.header("retry-after") == "5");
      BOOST_TEST(!page.has("set-cookie"));
      BOOST_TEST(!page.has("location"));
      const Reply problem = client.get(path, {cookie, "Accept: application/json"});
      BOOST_TEST(problem.status == 503);
      BOOST_TEST(problem.header("content-type") == "application/problem+json");
      BOOST_TEST(problem.json()["status"] == 503);
    }
    BOOST_TEST(client.get("/account/").status == 503);  // with no cookie either: nobody has looked
    BOOST_TEST(client.get("/public").status == 200);
  }
  BOOST_TEST(stack.application().requests() == 2);  // the public ones
}

BOOST_AUTO_TEST_CASE(no_error_page_of_the_server_hides_a_stopped_gateway) {
  Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  stack.stop_gateway();
  BOOST_TEST(Client(stack.site("lenient")).get("/account/", {cookie}).status == 503);
  BOOST_TEST(stack.application().requests() == 0);
}

BOOST_AUTO_TEST_CASE(the_applications_own_errors_pass_unchanged) {
  Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  for (const std::string status : {"500", "503", "401", "403", "404"}) {
    stack.application().answers([status](const AppRequest&) {
      return status + " Mine\r\nX-Mine: yes\r\nContent-Type: text/plain\r\n\r\nmy own words";
    });
    const Reply reply = stack.http().get("/account/", {cookie});
    BOOST_TEST(std::to_string(reply.status) == status);
    BOOST_TEST(reply.header("x-mine") == "yes");
    BOOST_TEST(reply.body == "my own words");
    BOOST_TEST(!reply.has("retry-after"));
  }
}

BOOST_AUTO_TEST_CASE(an_error_of_nginx_itself_stays_a_500) {
  const Stack stack;
  const Reply reply = stack.http().get("/misconfigured/", {stack.log_in(kAlice)});
  BOOST_TEST(reply.status == 500);
  BOOST_TEST(!reply.has("retry-after"));
}

BOOST_AUTO_TEST_CASE(a_gateway_that_comes_back_is_used_at_once) {
  Stack stack;
  BOOST_TEST(stack.http().get("/account/", {stack.log_in(kAlice)}).status == 200);
  for (int round = 0; round < 3; ++round) {
    BOOST_TEST(stack.stop_gateway() == 0);
    if (round % 2 == 0) BOOST_TEST(stack.http().get("/account/").status == 503);
    stack.start_gateway();
    // Sessions in memory went with it: nobody is logged in, and everybody can log in.
    BOOST_TEST(stack.http().get("/account/").status == 303);
    BOOST_TEST(stack.http().get("/account/", {stack.log_in(kAlice)}).status == 200);
  }
}

BOOST_AUTO_TEST_CASE(a_gateway_told_to_stop_answers_what_it_was_asked) {
  Stack stack;
  const std::string cookie = stack.log_in(kAlice);
  Crowd crowd(stack, cookie);
  wait_until("checks to pass", [&crowd] { return crowd.passed() > 200; });
  stack.ask_gateway_to_stop();
  BOOST_TEST(stack.wait_for_gateway() == 0);
  const unsigned outages = crowd.outages();
  wait_until("the outage to be seen", [&] { return crowd.outages() > outages + 20; });
  crowd.stop();
  BOOST_TEST(crowd.refused() == 0);  // a pass or an outage: no logout,
  BOOST_TEST(crowd.others() == 0);   // and no broken answer
}

BOOST_AUTO_TEST_CASE(a_restart_under_load_breaks_no_answer) {
  Stack stack;
  Crowd crowd(stack, stack.log_in(kAlice));
  wait_until("checks to pass", [&crowd] { return crowd.passed() > 100; });
  for (int round = 0; round < 5; ++round) {
    BOOST_TEST(stack.stop_gateway() == 0);
    const unsigned refused = crowd.refused();
    stack.start_gateway();
    // The session was in memory, so it is gone: the new gateway says so.
    wait_until("the new gateway to be asked", [&] { return crowd.refused() > refused + 50; });
  }
  crowd.stop();
  BOOST_TEST(crowd.others() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
