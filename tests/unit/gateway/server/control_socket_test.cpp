#include "gateway/server/control_socket.h"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace session::gateway;

namespace {

constexpr const char* kHead = "Num       RefCount Protocol Flags    Type St Inode Path\n";

std::string line(const std::string& path) {
  return "0000000000000000: 00000002 00000000 00010000 0001 01 12345" + (path.empty() ? "" : " " + path) +
         "\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(control_socket)

BOOST_AUTO_TEST_CASE(a_process_finds_its_own_name_in_the_table_and_each_name_is_new) {
  const std::string name = new_control_name();
  BOOST_TEST(name != new_control_name());
  const auto found = control_names_in(kHead + line("@" + name));
  BOOST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].name == name);
  BOOST_TEST(found[0].pid == ::getpid());
}

BOOST_AUTO_TEST_CASE(only_abstract_names_with_a_process_id_count_and_each_once) {
  const auto found = control_names_in(
      kHead + line("") + line("/run/session-gateway/7/a") + line("@other/7/a") +
      line("@session-gateway/7/a") + line("@session-gateway/7/a") + line("@session-gateway/8/b") +
      line("@session-gateway/x/a") + line("@session-gateway/-7/a") + line("@session-gateway/9") +
      line("@session-gateway/99999999999999999999/a"));
  BOOST_REQUIRE(found.size() == 2U);
  BOOST_TEST(found[0].pid == 7);
  BOOST_TEST(found[1].pid == 8);
  BOOST_TEST(control_names_in("").empty());
}

BOOST_AUTO_TEST_SUITE_END()
