#include <chrono>
#include <string>

#include "tests/support/loading.h"

using namespace session;
using namespace session::gateway;

BOOST_AUTO_TEST_SUITE(numbers)

BOOST_AUTO_TEST_CASE(workers_are_auto_or_a_number) {
  BOOST_TEST(!settings("workers: auto\n").workers.has_value());
  BOOST_TEST(settings("workers: 1\n").workers.value() == 1u);
  BOOST_TEST(settings("workers: 256\n").workers.value() == 256u);
  for (const std::string text : {"0", "257", "-1", "1.5", "010", "0x10", "99999999999999999999"}) {
    BOOST_TEST(problems("workers: " + text + "\n") ==
               "gateway.yaml:1: workers: expected auto or 1..256, got " + text + "\n");
  }
}

BOOST_AUTO_TEST_CASE(limits_have_ranges) {
  const Settings read =
      settings("limits: { connections: 1000000, request_bytes: 16MiB, request_deadline: 10m }\n");
  BOOST_TEST(read.limits.connections == 1000000u);
  BOOST_TEST(read.limits.request_bytes == 16777216u);
  BOOST_TEST((read.limits.request_deadline == std::chrono::minutes(10)));
  BOOST_TEST(problems("limits: { connections: 0, request_bytes: 1023, request_deadline: 9ms }\n") ==
             "gateway.yaml:1: limits.connections: expected 1..1000000, got 0\n"
             "gateway.yaml:1: limits.request_bytes: expected 1KiB..16MiB, got 1023\n"
             "gateway.yaml:1: limits.request_deadline: expected 10ms..10m, got 9ms\n");
  BOOST_TEST(problems("limits: { connections: 1000001, request_bytes: 17MiB, request_deadline: 11m }\n") ==
             "gateway.yaml:1: limits.connections: expected 1..1000000, got 1000001\n"
             "gateway.yaml:1: limits.request_bytes: expected 1KiB..16MiB, got 17MiB\n"
             "gateway.yaml:1: limits.request_deadline: expected 10ms..10m, got 11m\n");
}

BOOST_AUTO_TEST_CASE(durations_that_overflow_are_out_of_range) {
  BOOST_TEST(problems("session: { absolute_timeout: 9999999999999999d }\n") ==
             "gateway.yaml:1: session.absolute_timeout: expected 1s..3650d, got 9999999999999999d\n");
}

BOOST_AUTO_TEST_CASE(sessions_last_whole_seconds) {
  const Settings read =
      settings("session: { idle_timeout: 90s, absolute_timeout: 3650d, touch_every: 0s, max_bytes: 1KiB }\n");
  BOOST_TEST((read.session.idle_timeout == seconds(90)));
  BOOST_TEST((read.session.absolute_timeout == std::chrono::hours(24 * 3650)));
  BOOST_TEST((read.session.touch_every == seconds(0)));
  BOOST_TEST(read.session.max_bytes == 1024u);
  BOOST_TEST((settings("session: { idle_timeout: 90000ms }\n").session.idle_timeout == seconds(90)));
  BOOST_TEST(problems("session: { idle_timeout: 1500ms }\n") ==
             "gateway.yaml:1: session.idle_timeout: expected whole seconds, got 1500ms\n");
  BOOST_TEST(problems("session: { idle_timeout: 0s, max_bytes: 1023 }\n") ==
             "gateway.yaml:1: session.idle_timeout: expected 1s..3650d, got 0s\n"
             "gateway.yaml:1: session.max_bytes: expected 1KiB..16MiB, got 1023\n");
}

BOOST_AUTO_TEST_CASE(sessions_in_memory_may_have_a_file) {
  const std::string keys =
      "salt: { value: pepper }\nkeys: [ { id: k1, value: 0123456789abcdef0123456789abcdef } ]\n";
  const auto with = [&](const std::string& memory) {
    return keys + "store: { memory: { " + memory + " } }\n";
  };
  const Settings defaults = settings(with("file: /run/gw/sessions.db"));
  BOOST_TEST(defaults.has_memory_file());
  BOOST_TEST(defaults.memory_file.path == "/run/gw/sessions.db");
  BOOST_TEST((defaults.memory_file.durability == Durability::second));
  BOOST_TEST((defaults.memory_file.on_disk_error == OnDiskError::serve));
  BOOST_TEST_REQUIRE(defaults.files.size() == 1U);
  BOOST_TEST((defaults.files.front().use == ReferencedFile::Use::database));
  const Settings strict =
      settings(with("file: /run/gw/sessions.db, durability: commit, on_disk_error: refuse"));
  BOOST_TEST((strict.memory_file.durability == Durability::commit));
  BOOST_TEST((strict.memory_file.on_disk_error == OnDiskError::refuse));
  BOOST_TEST(!settings("store: { type: memory }\n").has_memory_file());
  const std::string where = "gateway.yaml:3: store.memory.";
  for (const std::string path : {"sessions.db", "/run/gw/", "\"\""})
    BOOST_TEST(
        problems(with("file: " + path)).starts_with(where + "file: expected the absolute path of a file"));
  BOOST_TEST(problems(with("file: /run/s, durability: comit")) ==
             where + "durability: expected second or commit, got comit; did you mean commit?\n");
  for (const std::string text : {"durability: commit", "on_disk_error: serve"}) {
    BOOST_TEST(problems(with(text)) ==
               where + text.substr(0, text.find(':')) +
                   ": needs file beside it: without one, sessions end with the process\n");
  }
  BOOST_TEST(problems("store: { memory: { file: /run/s } }\n") ==
             "gateway.yaml:1: store.memory.file: expected salt and keys beside it\n");
  BOOST_TEST(problems("store: { type: redis, memory: { file: /run/s } }\n") == "");
}

BOOST_AUTO_TEST_CASE(the_memory_store_is_sized_with_a_unit) {
  BOOST_TEST(settings("store: { type: memory, memory: { max_bytes: 64KiB } }\n").memory.max_bytes == 65536u);
  BOOST_TEST(problems("store: { memory: { max_bytes: 268435456 } }\n") ==
             "gateway.yaml:1: store.memory.max_bytes: expected a size with its unit (KiB, MiB or GiB), got "
             "268435456\n");
  BOOST_TEST(problems("store: { memory: { max_bytes: 63KiB } }\n") ==
             "gateway.yaml:1: store.memory.max_bytes: expected 64KiB..1024GiB, got 63KiB\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(contradictions)

BOOST_AUTO_TEST_CASE(idle_sessions_do_not_outlive_the_absolute_timeout) {
  BOOST_TEST(
      problems("session:\n  idle_timeout: 13h\n  absolute_timeout: 12h\n") ==
      "gateway.yaml:2: session.idle_timeout: expected at most session.absolute_timeout (12h), got 13h\n");
  BOOST_TEST(problems("session: { absolute_timeout: 20m }\n") == "");
  BOOST_TEST(problems("session: { idle_timeout: 12h }\n") == "");
}

BOOST_AUTO_TEST_CASE(sessions_are_touched_before_they_end) {
  BOOST_TEST(problems("session:\n  idle_timeout: 10m\n  touch_every: 10m\n") ==
             "gateway.yaml:3: session.touch_every: expected less than session.idle_timeout (10m), got 10m\n");
}

BOOST_AUTO_TEST_CASE(a_short_idle_timeout_shortens_the_default_of_touch_every) {
  BOOST_TEST((settings("session: { idle_timeout: 40s }\n").session.touch_every == seconds(10)));
  BOOST_TEST((settings("session: { idle_timeout: 1s }\n").session.touch_every == seconds(0)));
}

BOOST_AUTO_TEST_CASE(a_value_that_is_wrong_by_itself_contradicts_nothing) {
  BOOST_TEST(
      problems("session:\n  idle_timeout: 30\n  touch_every: 1h\n") ==
      "gateway.yaml:2: session.idle_timeout: expected a duration with its unit (ms, s, m, h or d), got 30\n");
}

BOOST_AUTO_TEST_CASE(the_largest_session_fits_the_store) {
  BOOST_TEST(
      problems("session: { max_bytes: 1MiB }\nstore:\n  memory: { max_bytes: 512KiB }\n") ==
      "gateway.yaml:3: store.memory.max_bytes: expected at least session.max_bytes (1MiB), got 512KiB\n");
}

BOOST_AUTO_TEST_CASE(browsers_would_keep_the_cookie) {
  BOOST_TEST(
      problems("cookie:\n  domain: example.org\n  path: /app\n  secure: false\n  same_site: none\n  "
               "lifetime: 401d\n") ==
      "gateway.yaml:2: cookie.domain: browsers refuse a __Host- cookie that has a domain\n"
      "gateway.yaml:3: cookie.path: browsers refuse a __Host- cookie whose path is not /\n"
      "gateway.yaml:4: cookie.secure: browsers refuse a __Host- or __Secure- cookie that is not secure\n"
      "gateway.yaml:5: cookie.same_site: browsers refuse SameSite=None on a cookie that is not secure\n"
      "gateway.yaml:6: cookie.lifetime: browsers keep a cookie for at most 400d\n");
  BOOST_TEST(problems("cookie:\n\n  name: a b\n") ==
             "gateway.yaml:3: cookie.name: a cookie name is letters, digits and !#$%&'*+-.^_`|~\n");
}

BOOST_AUTO_TEST_CASE(former_cookies_are_places_of_the_same_name) {
  const Settings read = settings(
      "cookie:\n  name: s\n  domain: example.org\n  same_site: strict\n  lifetime: 1d\n  former:\n  - { "
      "path: /shop }\n"
      "  - { domain: shop.example.org }\n  - {}\n");
  BOOST_TEST_REQUIRE(read.former_cookies.size() == 3U);
  BOOST_TEST(
      clear_cookie(read.former_cookies[0]).starts_with("s=; Path=/shop; Secure; HttpOnly; SameSite=Strict;"));
  BOOST_TEST(
      clear_cookie(read.former_cookies[1]).starts_with("s=; Path=/; Domain=shop.example.org; Secure;"));
  BOOST_TEST(clear_cookie(read.former_cookies[2]).starts_with("s=; Path=/; Secure;"));
  BOOST_TEST(problems("cookie:\n  former:\n  - { path: /shop }\n  - { domain: a.b }\n  - {}\n") ==
             "gateway.yaml:3: cookie.former[0]: browsers refuse a __Host- cookie whose path is not /\n"
             "gateway.yaml:4: cookie.former[1]: browsers refuse a __Host- cookie that has a domain\n"
             "gateway.yaml:5: cookie.former[2]: expected another place than that of the cookie in use, which "
             "would be removed\n");
  BOOST_TEST(problems("cookie:\n  name: s\n  domain: a.example\n  former:\n  - { domain: A.Example }\n") ==
             "gateway.yaml:5: cookie.former[0]: expected another place than that of the cookie in use, which "
             "would be removed\n");
  std::string many = "cookie:\n  name: s\n  former:\n";
  for (int i = 0; i < 9; ++i) many += "  - { path: /" + std::to_string(i) + " }\n";
  BOOST_TEST(problems(many).find("cookie.former: expected at most 8 places") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(lifetimes_have_names_and_keep_what_they_do_not_say) {
  const auto read = settings(
      "cookie: { lifetime: 2d }\n"
      "session:\n"
      "  idle_timeout: 1h\n"
      "  lifetimes:\n"
      "    remember: { idle_timeout: 30d, absolute_timeout: 365d, cookie: 365d }\n"
      "    kiosk: { idle_timeout: 2m, cookie: session }\n"
      "    plain: {}\n");
  const auto& lifetimes = read.session.lifetimes;
  BOOST_REQUIRE(lifetimes.size() == 3u);
  const auto& remember = lifetimes.at("remember");
  BOOST_TEST((remember.idle_timeout == std::chrono::hours(24 * 30)));
  BOOST_TEST((remember.absolute_timeout == std::chrono::hours(24 * 365)));
  BOOST_TEST((remember.cookie == seconds(86400 * 365)));
  const auto& kiosk = lifetimes.at("kiosk");
  BOOST_TEST((kiosk.idle_timeout == seconds(120)));
  BOOST_TEST((kiosk.absolute_timeout == std::chrono::hours(12)));
  BOOST_TEST(!kiosk.cookie.has_value());
  BOOST_TEST((lifetimes.at("plain").idle_timeout == seconds(3600)));
  BOOST_TEST((lifetimes.at("plain").cookie == seconds(86400 * 2)));
}

BOOST_AUTO_TEST_CASE(a_lifetime_that_can_not_be_is_refused) {
  const auto said = [](const std::string& lifetime) {
    return problems("session: { lifetimes: { x: { " + lifetime + " } } }\n");
  };
  BOOST_TEST(said("idle_timeout: 13h") ==
             "gateway.yaml:1: session.lifetimes.x.idle_timeout: expected at most absolute_timeout (12h), got "
             "13h, its default\n");
  BOOST_TEST(said("cookie: 401d") ==
             "gateway.yaml:1: session.lifetimes.x.cookie: expected session or 1s..400d, got 401d\n");
  BOOST_TEST(said("idle_timeout: 0s, absolute_timeout: 1d").find("expected 1s..3650d, got 0s") !=
             std::string::npos);
  BOOST_TEST(said("idle: 1d").find("session.lifetimes.x.idle") != std::string::npos);
  BOOST_TEST(problems("session: { lifetimes: { default: {} } }\n").find("default is the name") !=
             std::string::npos);
  BOOST_TEST(problems("session: { lifetimes: { \"a b\": {} } }\n") != "");
  std::string many;
  for (int i = 0; i < 33; ++i) many += "l" + std::to_string(i) + ": {}, ";
  BOOST_TEST(problems("session: { lifetimes: { " + many + " } }\n").find("expected at most 32 lifetimes") !=
             std::string::npos);
  BOOST_TEST(problems("dialect: express\nexpress: { secrets: [0123456789abcdef0123456789abcdef] }\n"
                      "session: { lifetimes: { x: {} } }\n")
                 .find("session.lifetimes: expected dialect native") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_of_a_client_is_recorded_is_said_by_name) {
  const auto read = [](const std::string& list) {
    return settings("session: { record_client: " + list + " }\n").record_client;
  };
  BOOST_TEST((settings("").record_client.address && settings("").record_client.agent));
  BOOST_TEST((read("[address]").address && !read("[address]").agent));
  BOOST_TEST((!read("[agent]").address && read("[agent]").agent));
  BOOST_TEST((!read("[]").address && !read("[]").agent));
  BOOST_TEST(
      problems("session: { record_client: [adress] }\n").find("expected address or agent, got adress") !=
      std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_login_forgets_is_a_list_whose_default_is_the_format_s) {
  BOOST_TEST((settings("session: { forget_at_login: [a, b] }\n").forget_at_login ==
              std::vector<std::string>{"a", "b"}));
  BOOST_TEST(settings("session: { forget_at_login: [] }\n").forget_at_login.empty());
  BOOST_TEST(settings("").forget_at_login.size() == 4U);
  const Settings express =
      settings("dialect: express\nexpress: { secrets: [{ value: 'keyboard cat, and some more bytes' }] }\n");
  BOOST_TEST(express.forget_at_login.back() == "_csrfSecret");
  // Visitors of Express take their sessions along.
  const std::string accepting =
      "accept: [express]\nstore: { type: redis }\nsalt: { value: 'a salt for accepted sessions' }\n"
      "keys: [{ id: k1, value: 'the first key beside accepted sessions' }]\n"
      "express: { secrets: [{ value: 'keyboard cat, and some more bytes' }] }\n";
  BOOST_TEST(settings(accepting).forget_at_login == express.forget_at_login);
  BOOST_TEST(settings(accepting + "session: { forget_at_login: [] }\n").forget_at_login.empty());
}

BOOST_AUTO_TEST_CASE(a_cookie_lives_for_the_browser_session_or_a_duration) {
  BOOST_TEST(!settings("cookie: { lifetime: session }\n").cookie.lifetime.has_value());
  BOOST_TEST((settings("cookie: { lifetime: 400d }\n").cookie.lifetime.value() == std::chrono::hours(9600)));
  BOOST_TEST(problems("cookie: { lifetime: forever }\n") ==
             "gateway.yaml:1: cookie.lifetime: expected session or a duration with its unit (ms, s, m, h or "
             "d), got forever\n");
  BOOST_TEST(problems("cookie: { lifetime: 0s }\n") ==
             "gateway.yaml:1: cookie.lifetime: expected session or 1s..3650d, got 0s\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(listeners)

BOOST_AUTO_TEST_CASE(listeners_are_unix_sockets_and_addresses) {
  const auto listen = settings(
                          "listen:\n"
                          "  - unix: /run/a.sock\n"
                          "    mode: \"0600\"\n"
                          "  - unix: /run/b.sock\n"
                          "    mode: 0666\n"
                          "  - tcp: 127.0.0.1:9000\n"
                          "  - tcp: \"[0:0:0:0:0:0:0:1]:9001\"\n"
                          "  - unix: /run//c/../d.sock\n")
                          .listen;
  BOOST_REQUIRE(listen.size() == 5u);
  BOOST_TEST((std::get<ListenUnix>(listen[0]) == ListenUnix{"/run/a.sock", 0600}));
  BOOST_TEST((std::get<ListenUnix>(listen[1]) == ListenUnix{"/run/b.sock", 0666}));
  BOOST_TEST((std::get<ListenTcp>(listen[2]) == ListenTcp{"127.0.0.1", 9000}));
  BOOST_TEST((std::get<ListenTcp>(listen[3]) == ListenTcp{"::1", 9001}));
  BOOST_TEST((std::get<ListenUnix>(listen[4]) == ListenUnix{"/run/d.sock", 0660}));
}

BOOST_AUTO_TEST_CASE(there_is_at_least_one) {
  BOOST_TEST(problems("listen: []\n") == "gateway.yaml:1: listen: expected at least one listener\n");
  BOOST_TEST(problems("listen:\n") == "gateway.yaml:1: listen: expected a list, got nothing\n");
}

BOOST_AUTO_TEST_CASE(each_is_one_thing) {
  BOOST_TEST(problems("listen:\n- unix: /a\n  tcp: 127.0.0.1:1\n- mode: 0660\n- ~\n- /run/x.sock\n") ==
             "gateway.yaml:2: listen[0]: expected unix or tcp, not both\n"
             "gateway.yaml:4: listen[1]: expected unix or tcp\n"
             "gateway.yaml:5: listen[2]: expected unix or tcp\n"
             "gateway.yaml:6: listen[3]: expected a map, got a single value\n");
}

BOOST_AUTO_TEST_CASE(the_same_listener_twice_is_refused_however_it_is_written) {
  BOOST_TEST(problems("listen:\n- unix: /run/a\n- unix: /run//a\n  mode: 0600\n- tcp: \"[::1]:1\"\n- tcp: "
                      "\"[0::1]:1\"\n") ==
             "gateway.yaml:3: listen[1]: the same as listen[0]\n"
             "gateway.yaml:6: listen[3]: the same as listen[2]\n");
}

BOOST_AUTO_TEST_CASE(an_address_is_numeric_and_has_a_port) {
  const auto tcp = [](const std::string& text) {
    return problems("listen: [ { tcp: \"" + text + "\" } ]\n");
  };
  const std::string at = "gateway.yaml:1: listen[0].tcp: expected ";
  const std::string form = "an address and port such as 127.0.0.1:9000 or \"[::1]:9000\", got ";
  BOOST_TEST(tcp("127.0.0.1") == at + form + "127.0.0.1\n");
  BOOST_TEST(tcp("9000") == at + form + "9000\n");
  BOOST_TEST(tcp("") == at + form + "\"\"\n");
  BOOST_TEST(tcp(":9000") == at + "an address before the port (0.0.0.0 for all of IPv4), got :9000\n");
  BOOST_TEST(tcp("localhost:9000") == at + "a numeric address, not a name, got localhost:9000\n");
  BOOST_TEST(tcp("127.1:9000") == at + "a numeric address, not a name, got 127.1:9000\n");
  BOOST_TEST(tcp("[127.0.0.1]:9000") == at + "a numeric address, not a name, got [127.0.0.1]:9000\n");
  BOOST_TEST(tcp("[]:9000") == at + "a numeric address, not a name, got []:9000\n");
  BOOST_TEST(tcp("[:9000") == at + "a numeric address, not a name, got [:9000\n");
  BOOST_TEST(tcp("::1:9000") == at + "brackets around an IPv6 address (\"[::1]:9000\"), got ::1:9000\n");
  for (const std::string text :
       {"127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:", "127.0.0.1:09", "127.0.0.1:http"}) {
    BOOST_TEST(tcp(text) == at + "a port of 1..65535, got " + text + "\n");
  }
}

BOOST_AUTO_TEST_CASE(a_socket_path_is_absolute_and_fits_the_kernel) {
  const std::string at = "gateway.yaml:1: listen[0].unix: expected ";
  BOOST_TEST(problems("listen: [ { unix: gateway.sock } ]\n") ==
             at + "the absolute path of a socket, got gateway.sock\n");
  BOOST_TEST(problems("listen: [ { unix: /run/ } ]\n") == at + "the absolute path of a socket, got /run/\n");
  BOOST_TEST(problems("listen: [ { unix: \"/a\\0b\" } ]\n") ==
             at + "the absolute path of a socket, got \"/a\\x00b\"\n");
  BOOST_TEST(problems("listen: [ { unix: /" + std::string(106, 'x') + " } ]\n") == "");
  BOOST_TEST(problems("listen: [ { unix: /" + std::string(107, 'x') + " } ]\n") ==
             at + "a path of at most 107 bytes, got 108\n");
}

BOOST_AUTO_TEST_CASE(a_mode_is_octal_and_only_for_unix_sockets) {
  BOOST_TEST(problems("listen: [ { unix: /a, mode: 432 } ]\n") == "");
  BOOST_TEST(problems("listen: [ { unix: /a, mode: rw-rw---- } ]\n") ==
             "gateway.yaml:1: listen[0].mode: expected octal permissions such as \"0660\", got rw-rw----\n");
  BOOST_TEST(problems("listen: [ { unix: /a, mode: \"4755\" } ]\n") ==
             "gateway.yaml:1: listen[0].mode: expected octal permissions such as \"0660\", got 4755\n");
  BOOST_TEST(problems("listen: [ { tcp: \"127.0.0.1:9000\", mode: 0660 } ]\n") ==
             "gateway.yaml:1: listen[0].mode: expected only with unix: a TCP socket has no permissions\n");
}

BOOST_AUTO_TEST_CASE(a_group_is_a_name_or_a_number_of_this_machine_and_only_for_unix_sockets) {
  const auto group = [](const std::string& text) {
    const auto listen = settings("listen: [ { unix: /a, group: " + text + " } ]\n").listen;
    return std::get<ListenUnix>(listen.at(0)).group;
  };
  BOOST_TEST((group("root") == UserGroup{"root", 0}));
  BOOST_TEST((group("\"4711\"") == UserGroup{"4711", 4711}));
  BOOST_TEST((!std::get<ListenUnix>(settings("listen: [ { unix: /a } ]\n").listen.at(0)).group));
  const std::string at = "gateway.yaml:1: listen[0].group: ";
  BOOST_TEST(
      problems("listen: [ { unix: /a, group: no-such-group } ]\n")
          .starts_with(at + "this machine has no group no-such-group: expected that of nginx's workers"));
  BOOST_TEST(problems("listen: [ { unix: /a, group: 4294967295 } ]\n")
                 .starts_with(at + "this machine has no group 4294967295"));
  BOOST_TEST(problems("listen: [ { unix: /a, group: \"\" } ]\n") ==
             at + "expected the name or the number of a group, got \"\"\n");
  BOOST_TEST(problems("listen: [ { tcp: \"127.0.0.1:9000\", group: root } ]\n") ==
             at + "expected only with unix: a TCP socket has no group\n");
}

BOOST_AUTO_TEST_CASE(a_group_that_its_mode_keeps_out_is_a_mistake) {
  BOOST_TEST(
      problems("listen: [ { unix: /a, group: root, mode: \"0600\" } ]\n") ==
      "gateway.yaml:1: listen[0].mode: the group could not connect with these permissions: expected some "
      "such as \"0660\"\n");
  BOOST_TEST(problems("listen: [ { unix: /a, group: root, mode: \"0620\" } ]\n") == "");
}

BOOST_AUTO_TEST_SUITE_END()
