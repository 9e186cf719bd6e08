#include "gateway/config/redis_url.h"

#include <string>

#include <boost/test/unit_test.hpp>

using namespace session;
using namespace session::gateway;

namespace {

// As one line: "10.0.0.7:6379/2 tls", or what is wrong.
std::string parsed(const std::string& text, std::uint16_t port = 6379) {
  const auto url = parse_redis_url(text, port);
  if (!url) return url.error();
  return to_text(url->address) + " " + std::to_string(url->database) + (url->tls ? " tls" : "");
}

const std::string kForm = "expected a url that begins with redis://, rediss:// (TLS) or unix:///";
const std::string kHost = "expected the name of a host, an IPv4 or an [IPv6] address in the url";
const std::string kNoHost = "expected a host in the url, as in redis://127.0.0.1:6379";
const std::string kPort = "expected a port of 1..65535 after the host of the url";
const std::string kDatabase = "expected a database of 0..65535 in the url";
const std::string kPath = "expected the absolute path of a socket, as in unix:///run/redis.sock";
const std::string kCredentials =
    "expected no user or password in the url: they belong in store.redis.user and store.redis.password";

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_urls)

BOOST_AUTO_TEST_CASE(a_url_names_a_host_a_port_and_a_database) {
  BOOST_TEST(parsed("redis://127.0.0.1:6380/2") == "127.0.0.1:6380 2");
  BOOST_TEST(parsed("redis://redis.example.org:1/65535") == "redis.example.org:1 65535");
  BOOST_TEST(parsed("redis://my_redis-1:65535/0") == "my_redis-1:65535 0");
  BOOST_TEST(parsed("redis://[::1]:6380/1") == "[::1]:6380 1");
  BOOST_TEST(parsed("rediss://redis.example.org:6380/3") == "redis.example.org:6380 3 tls");
}

BOOST_AUTO_TEST_CASE(a_port_and_a_database_can_be_left_out) {
  BOOST_TEST(parsed("redis://localhost") == "localhost:6379 0");
  BOOST_TEST(parsed("redis://localhost/") == "localhost:6379 0");
  BOOST_TEST(parsed("redis://localhost/7") == "localhost:6379 7");
  BOOST_TEST(parsed("redis://[2001:db8::1]") == "[2001:db8::1]:6379 0");
  BOOST_TEST(parsed("rediss://[2001:db8::1]/7", 26379) == "[2001:db8::1]:26379 7 tls");
  BOOST_TEST(parsed("redis://sentinel", 26379) == "sentinel:26379 0");
}

BOOST_AUTO_TEST_CASE(a_socket_is_an_absolute_path_and_maybe_a_database) {
  BOOST_TEST(parsed("unix:///run/redis/redis.sock") == "unix:/run/redis/redis.sock 0");
  BOOST_TEST(parsed("unix:///run/redis@1/s:1.sock?db=4") == "unix:/run/redis@1/s:1.sock 4");
  for (const std::string path : {"", "run/redis.sock", "/", "/run/", "/run/\x01", "?db=1"}) {
    BOOST_TEST(parsed("unix://" + path) == kPath);
  }
  BOOST_TEST(parsed(std::string("unix:///a\0b", 11)) == kPath);
  BOOST_TEST(parsed("unix:///" + std::string(106, 'x')) == "unix:/" + std::string(106, 'x') + " 0");
  BOOST_TEST(parsed("unix:///" + std::string(107, 'x')) == "expected a path of at most 107 bytes, got 108");
  for (const std::string parameters : {"?", "?db", "?database=1", "?x=1&db=1"}) {
    BOOST_TEST(parsed("unix:///s" + parameters) == "expected no parameter but db in the url");
  }
  for (const std::string database : {"", "-1", "65536", "1&x=2", "01"}) {
    BOOST_TEST(parsed("unix:///s?db=" + database) == kDatabase);
  }
}

BOOST_AUTO_TEST_CASE(other_schemes_are_refused) {
  for (const std::string text : {"", "127.0.0.1:6379", "redis:127.0.0.1", "redis:/x", "http://127.0.0.1",
                                 "REDIS://127.0.0.1", " redis://127.0.0.1", "unix:/run/redis.sock"}) {
    BOOST_TEST(parsed(text) == kForm);
  }
}

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_a_whole_address) {
  for (const std::string host : {"", ":6379", "/0"}) BOOST_TEST(parsed("redis://" + host) == kNoHost);
  for (const std::string host : {"a b", "a,b", "*", ".a", "a.", "a..b", "10.0.0", "10.0.0.256", "1", "a.1",
                                 "gr\xc3\xb6\xc3\x9f\x65", "a\nb"}) {
    BOOST_TEST(parsed("redis://" + host) == kHost);
  }
  BOOST_TEST(parsed(std::string("redis://a\0b", 11)) == kHost);
  const std::string label = std::string(62, 'a') + ".";
  const std::string longest = label + label + label + label + "a";
  BOOST_TEST(parsed("redis://" + longest) == longest + ":6379 0");
  BOOST_TEST(parsed("redis://" + longest + "a") == "expected a host of at most 253 bytes, got 254");
}

BOOST_AUTO_TEST_CASE(an_ipv6_address_is_in_brackets) {
  BOOST_TEST(parsed("redis://::1") ==
             "expected brackets around an IPv6 address in the url: redis://[::1]:6379");
  BOOST_TEST(parsed("redis://::1:6379/0") ==
             "expected brackets around an IPv6 address in the url: redis://[::1]:6379");
  BOOST_TEST(parsed("redis://[::1:6379/0") == "expected a ] after the IPv6 address in the url");
  for (const std::string inside : {"", "localhost", "127.0.0.1", "::1::", "fe80::1-eth0"}) {
    BOOST_TEST(parsed("redis://[" + inside + "]") ==
               "expected an IPv6 address between the brackets of the url");
  }
  BOOST_TEST(parsed("redis://[::1]6379") == "expected a port or a / after the ] of the url");
}

BOOST_AUTO_TEST_CASE(a_port_and_a_database_are_numbers_in_range) {
  for (const std::string port : {"", "0", "65536", "-1", "+1", "06379", "redis", "99999999999999999999"}) {
    BOOST_TEST(parsed("redis://host:" + port) == kPort);
    BOOST_TEST(parsed("redis://[::1]:" + port + "/1") == kPort);
  }
  for (const std::string database : {"65536", "-1", "01", "0/", "/0", "sessions", "99999999999999999999"}) {
    BOOST_TEST(parsed("redis://host/" + database) == kDatabase);
  }
}

BOOST_AUTO_TEST_CASE(parameters_fragments_and_escapes_are_refused) {
  BOOST_TEST(parsed("redis://host?db=1") == "expected no parameters (?) in the url");
  BOOST_TEST(parsed("redis://host/0?timeout=1s") == "expected no parameters (?) in the url");
  BOOST_TEST(parsed("redis://host/0#1") == "expected no fragment (#) in the url");
  BOOST_TEST(parsed("unix:///s#1") == "expected no fragment (#) in the url");
  BOOST_TEST(parsed("unix:///run/my%20redis.sock") == "expected no % in the url: nothing in it is decoded");
}

BOOST_AUTO_TEST_CASE(a_url_has_at_most_512_bytes) {
  BOOST_TEST(parsed("redis://" + std::string(504, 'a')) == "expected a host of at most 253 bytes, got 504");
  BOOST_TEST(parsed("redis://" + std::string(505, 'a')) == "expected a url of at most 512 bytes, got 513");
}

BOOST_AUTO_TEST_CASE(a_user_or_a_password_in_a_url_is_refused_wherever_it_stands) {
  for (const std::string text :
       {"redis://:hush@host", "redis://user:hush@host:6379/0", "rediss://hush@host", "redis://@host",
        "redis://:hu/sh@host", "redis://:hu?sh@host", "redis://:hu#sh@host", "redis://:hu%20sh@host",
        "unix://user:hush@/run/redis.sock", "user:hush@host", "unix://:hush@"}) {
    BOOST_TEST(parsed(text) == kCredentials);
  }
}

BOOST_AUTO_TEST_CASE(no_error_quotes_a_piece_of_the_url) {
  for (const std::string text :
       {"hush", "redis://user:hush", "redis://[hush]", "redis://hush.1", "redis://host/hush",
        "redis://host?password=hush", "redis://host#hush", "unix://hush", "unix:///s?password=hush",
        "redis://hush/hush:hush", "redis://::hush", "redis://[::1]hush", "redis://[::1]:hush"}) {
    const std::string found = parsed(text);
    BOOST_TEST_CONTEXT(text << " " << found) {
      BOOST_TEST(found.starts_with("expected "));
      BOOST_TEST(found.find("hush") == found.npos);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(redis_hosts)

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_a_numeric_address_without_brackets) {
  for (const std::string text : {"redis", "redis.example.org", "10.0.0.7", "::1"}) BOOST_TEST(is_host(text));
  for (const std::string text : {"", "[::1]", "redis:6379", "a b", "10.0.0.256"}) BOOST_TEST(!is_host(text));
  BOOST_TEST(!is_host(std::string(254, 'a')));
}

BOOST_AUTO_TEST_CASE(loopback_and_sockets_are_local) {
  for (const std::string host : {"127.0.0.1", "127.9.9.9", "::1", "0:0::1", "localhost"}) {
    BOOST_TEST(is_local(RedisAddress{host, 6379}));
  }
  for (const std::string host : {"10.0.0.7", "128.0.0.1", "::2", "1::1", "127.example.org", "redis", "::"}) {
    BOOST_TEST(!is_local(RedisAddress{host, 6379}));
  }
  BOOST_TEST(is_local(RedisAddress{"", 6379, "/run/redis.sock"}));
}

BOOST_AUTO_TEST_SUITE_END()
