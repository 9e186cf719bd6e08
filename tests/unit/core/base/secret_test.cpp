#include "core/base/secret.h"

#include <array>
#include <cstring>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept Comparable = requires(const T& a, const T& b) {
  a == b;
};

static_assert(!Printable<Secret>);
static_assert(!Comparable<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

// Room for one Secret whose bytes can be looked at when it is gone.
struct Room {
  alignas(Secret) std::array<unsigned char, sizeof(Secret)> bytes{};

  [[nodiscard]] bool holds(std::string_view text) const {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).find(text) !=
           std::string_view::npos;
  }
};

BOOST_AUTO_TEST_SUITE(secret)

BOOST_AUTO_TEST_CASE(a_secret_reveals_what_it_was_made_of) {
  const Secret secret(std::string("a\0b", 3));
  BOOST_TEST((secret.reveal() == std::string_view("a\0b", 3)));
  BOOST_TEST(secret.size() == 3U);
  BOOST_TEST(!secret.empty());
  BOOST_TEST(Secret().empty());
}

BOOST_AUTO_TEST_CASE(a_copy_is_the_same_and_its_own) {
  Secret first(std::string(40, 's'));
  const Secret copy = first;
  first = Secret("other");
  BOOST_TEST(copy.reveal() == std::string(40, 's'));
  BOOST_TEST(first.reveal() == "other");
}

BOOST_AUTO_TEST_CASE(a_secret_that_moved_is_empty) {
  for (const std::size_t size : {5U, 40U}) {
    Secret from(std::string(size, 's'));
    const Secret to = std::move(from);
    BOOST_TEST(to.reveal() == std::string(size, 's'));
    BOOST_TEST(from.empty());  // NOLINT(bugprone-use-after-move): the claim
  }
}

BOOST_AUTO_TEST_CASE(a_secret_may_be_assigned_to_itself) {
  Secret secret("itself");
  const Secret& same = secret;
  secret = same;
  BOOST_TEST(secret.reveal() == "itself");
}

BOOST_AUTO_TEST_CASE(a_short_secret_leaves_nothing_in_its_place_when_it_goes) {
  Room room;
  auto* secret = new (room.bytes.data()) Secret("ten bytes!");
  BOOST_TEST(room.holds("ten bytes!"));
  secret->~Secret();
  BOOST_TEST(!room.holds("en byte"));
}

BOOST_AUTO_TEST_CASE(a_short_secret_leaves_nothing_in_its_place_when_it_moves) {
  Room room;
  auto* from = new (room.bytes.data()) Secret("ten bytes!");
  const Secret to = std::move(*from);
  BOOST_TEST(to.reveal() == "ten bytes!");
  BOOST_TEST(!room.holds("en byte"));
  from->~Secret();
}

BOOST_AUTO_TEST_CASE(a_shorter_secret_in_its_place_leaves_nothing_of_the_longer) {
  Room room;
  auto* secret = new (room.bytes.data()) Secret("ten bytes!");
  *secret = Secret("1");
  secret->~Secret();
  BOOST_TEST(!room.holds("n byte"));
}

BOOST_AUTO_TEST_CASE(comparison_in_constant_time_is_still_comparison) {
  BOOST_TEST(equal_in_constant_time("", ""));
  BOOST_TEST(equal_in_constant_time("abc", "abc"));
  BOOST_TEST(!equal_in_constant_time("abc", "abd"));
  BOOST_TEST(!equal_in_constant_time("abc", "Abc"));
  BOOST_TEST(!equal_in_constant_time("abc", "ab"));
  BOOST_TEST(!equal_in_constant_time("", "a"));
  using namespace std::string_view_literals;
  BOOST_TEST(!equal_in_constant_time("a\0b"sv, "a\0c"sv));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
