#include "core/base/secret.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <openssl/crypto.h>

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

// The memory for secrets stays mapped, so what is left of a secret there can be looked at.
struct Protected {
  static SecretMemory memory() {
    static const SecretMemory once = protect_secrets();
    return once;
  }
  Protected() { BOOST_REQUIRE(memory() != SecretMemory::unprotected); }
};

// What was left in a place of ordinary memory when it was freed there: OpenSSL's functions, which Secret
// uses, call these. They can be set before the first use only.
class Freed {
 public:
  static bool watch(const char* place, std::size_t size) {
    place_ = place;
    left_.assign(size, '?');
    return set_;
  }
  static const std::string& left() { return left_; }

 private:
  static void* allocate(std::size_t size, const char*, int) { return std::malloc(size); }
  static void* resize(void* memory, std::size_t size, const char*, int) { return std::realloc(memory, size); }
  static void release(void* memory, const char*, int) {
    if (memory == place_ && memory != nullptr) left_.assign(place_, left_.size());
    std::free(memory);
  }

  static inline const char* place_ = nullptr;
  static inline std::string left_;
  static inline const bool set_ = CRYPTO_set_mem_functions(allocate, resize, release) == 1;
};

bool holds(const char* memory, std::size_t size, std::string_view text) {
  return std::string_view(memory, size).find(text) != std::string_view::npos;
}

// The line of flags of the mapping that holds this byte (proc(5), smaps: VmFlags).
std::string flags_of_mapping(const char* byte) {
  std::ifstream maps("/proc/self/smaps");
  const auto address = reinterpret_cast<std::uintptr_t>(byte);
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    unsigned long from = 0;
    unsigned long to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2) here = from <= address && address < to;
    if (here && line.starts_with("VmFlags:")) return line + " ";
  }
  return {};
}

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

BOOST_FIXTURE_TEST_CASE(a_secret_leaves_nothing_in_its_place_when_it_goes, Protected) {
  for (const std::size_t size : {10U, 40U, 4096U}) {
    auto secret = std::make_unique<Secret>(std::string(size, 's'));
    const char* const place = secret->reveal().data();
    BOOST_TEST(holds(place, size, "ssss"));
    secret.reset();
    // Behind what the allocator writes into free memory.
    BOOST_TEST(!holds(place, size, "s"));
  }
}

BOOST_FIXTURE_TEST_CASE(a_secret_moves_without_leaving_a_copy, Protected) {
  Secret from("ten bytes!");
  const char* const place = from.reveal().data();
  const Secret to = std::move(from);
  BOOST_TEST((to.reveal().data() == place));
}

BOOST_FIXTURE_TEST_CASE(another_secret_in_its_place_leaves_nothing_of_the_first, Protected) {
  Secret secret("ten bytes!");
  const char* const place = secret.reveal().data();
  secret = Secret("1");
  BOOST_TEST(!holds(place, 10, "bytes"));
}

BOOST_FIXTURE_TEST_CASE(secrets_are_in_memory_that_is_neither_dumped_nor_swapped, Protected) {
  const Secret secret("in memory of its own");
  const std::string flags = flags_of_mapping(secret.reveal().data());
  BOOST_TEST(flags.find(" dd ") != std::string::npos, flags);
  if (memory() == SecretMemory::locked) BOOST_TEST(flags.find(" lo ") != std::string::npos, flags);
}

BOOST_FIXTURE_TEST_CASE(a_secret_of_up_to_4096_bytes_is_there_and_a_larger_one_is_not, Protected) {
  for (const std::size_t size : {1U, 32U, 4095U, 4096U}) {
    const Secret fits(std::string(size, 's'));
    BOOST_TEST(CRYPTO_secure_allocated(fits.reveal().data()) == 1);
  }
  const Secret large(std::string(4097, 's'));
  BOOST_TEST(CRYPTO_secure_allocated(large.reveal().data()) == 0);
  BOOST_TEST(large.reveal() == std::string(4097, 's'));
}

BOOST_FIXTURE_TEST_CASE(a_large_secret_is_wiped_when_it_goes_moves_and_is_copied_as_others_are, Protected) {
  constexpr std::size_t kLargest = std::size_t{64} << 10;  // of a file
  Secret large(std::string(kLargest, 's'));
  const char* place = large.reveal().data();
  BOOST_REQUIRE(Freed::watch(place, kLargest));
  Secret moved = std::move(large);
  BOOST_TEST((moved.reveal().data() == place));
  const Secret copy = moved;
  BOOST_TEST((copy.reveal() == std::string(kLargest, 's')));
  moved = Secret("small");
  BOOST_TEST((Freed::left() == std::string(kLargest, '\0')));
  place = copy.reveal().data();
  BOOST_TEST(holds(place, kLargest, "ssss"));
}

// OpenSSL can't work without room of its own there.
BOOST_FIXTURE_TEST_CASE(large_and_many_secrets_leave_room_for_the_keys_of_openssl, Protected) {
  std::vector<Secret> many;
  for (int i = 0; i < 1000; ++i) many.emplace_back(std::string(4096, 'm'));
  for (int i = 0; i < 20; ++i) many.emplace_back(std::string(65536, 'l'));
  for (const Secret& each : many)
    BOOST_REQUIRE(each.reveal().find_first_not_of("lm") == std::string_view::npos);
  void* const key = OPENSSL_secure_malloc(4096);
  BOOST_TEST((key != nullptr && CRYPTO_secure_allocated(key) == 1));
  OPENSSL_secure_free(key);
  many.clear();
  const Secret again(std::string(4096, 'a'));
  BOOST_TEST(CRYPTO_secure_allocated(again.reveal().data()) == 1);
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
  // Whatever the size, each bit counts.
  for (std::size_t size = 1; size < 40; ++size) {
    const std::string text(size, 'x');
    BOOST_TEST(equal_in_constant_time(text, std::string(text)));
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
      std::string other = text;
      other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
      BOOST_TEST(!equal_in_constant_time(text, other), "size " << size << ", bit " << bit);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace session::test
