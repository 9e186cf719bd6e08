// How logs name where a server listens.

#include "core/store/redis/connection/options.h"

#include <boost/test/unit_test.hpp>

namespace session::test {

BOOST_AUTO_TEST_SUITE(redis_address)

BOOST_AUTO_TEST_CASE(an_address_is_named_as_it_is_written) {
  BOOST_TEST(to_text(RedisAddress{"10.0.0.7", 6379}) == "10.0.0.7:6379");
  BOOST_TEST(to_text(RedisAddress{"redis.example", 1}) == "redis.example:1");
  BOOST_TEST(to_text(RedisAddress{"::1", 65535}) == "[::1]:65535");
  BOOST_TEST(to_text(RedisAddress{.path = "/run/redis.sock"}) == "unix:/run/redis.sock");
}

BOOST_AUTO_TEST_CASE(with_a_path_host_and_port_do_not_count) {
  BOOST_TEST(to_text(RedisAddress{"10.0.0.7", 6379, "/run/redis.sock"}) == "unix:/run/redis.sock");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
