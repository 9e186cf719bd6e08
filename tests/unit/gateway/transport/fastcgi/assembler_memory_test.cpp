#include <string>

#include <boost/test/unit_test.hpp>

#include "gateway/transport/fastcgi/assembler.h"
#include "tests/support/allocations.h"
#include "tests/support/fastcgi_records.h"

// What requests cost a connection. Thousands of connections idle, so what each of them keeps counts.

namespace session::gateway::test {
namespace {

using Outcome = Assembler::Outcome;
using session::test::allocations;

const std::string kLarge = request(1, {{"A", std::string(50000, 'v')}}, std::string(60000, 'b'));

void feed_in_pieces(Assembler& assembler, std::string_view text, std::size_t most) {
  while (!text.empty()) {
    Outcome outcome = assembler.feed(text.substr(0, most));
    while (outcome == Outcome::whole) outcome = assembler.feed({});
    (void)assembler.take_reply();
    text.remove_prefix(std::min(most, text.size()));
  }
}

// Memory that an idle connection holds after these bytes.
std::size_t kept_after(std::string_view text, std::size_t most) {
  const std::size_t before = allocations.live_bytes;
  Assembler assembler{FramingLimits()};
  feed_in_pieces(assembler, text, most);
  BOOST_TEST(assembler.idle());
  return allocations.live_bytes - before;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(memory_of_an_assembler)

BOOST_AUTO_TEST_CASE(a_request_in_one_piece_is_handed_out_where_it_lies_and_allocates_nothing) {
  Assembler assembler{FramingLimits()};
  for (int i = 0; i < 3; ++i) {
    const std::size_t before = allocations.count;
    const Outcome outcome = assembler.feed(kLarge);
    const std::string_view handed_out = assembler.request();
    const Outcome then = assembler.feed({});
    const std::size_t allocated = allocations.count - before;
    BOOST_TEST((outcome == Outcome::whole));
    BOOST_TEST((then == Outcome::need_more));
    BOOST_TEST((handed_out.data() == kLarge.data() && handed_out.size() == kLarge.size()));
    BOOST_TEST(allocated == 0U);
  }
}

BOOST_AUTO_TEST_CASE(an_idle_connection_keeps_no_memory) {
  const std::string stranger = record(kStdin, 9, std::string(65000, 's'));
  for (const std::string& text :
       {kLarge, kLarge + kLarge, kLarge + request(1, {}), kLarge + stranger + kLarge,
        begin(1) + stream(kParams, 1, pair("A", std::string(50000, 'v'))) +
            record(kStdin, 1, std::string(60000, 'b')) + record(kAbort, 1)}) {
    for (const std::size_t most : {1000U, 65536U, 262144U}) {
      BOOST_TEST(kept_after(text, most) == 0U, "pieces of " << most << " of " << text.size());
    }
  }
}

BOOST_AUTO_TEST_CASE(many_requests_in_one_piece_are_copied_a_fixed_number_of_times) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += request(1, {{"GATEWAY_ENDPOINT", "auth"}});
  Assembler assembler{FramingLimits()};
  const std::size_t before = allocations.all_bytes;
  feed_in_pieces(assembler, text, text.size());
  const std::size_t allocated = allocations.all_bytes - before;
  BOOST_TEST(allocated <= 3 * text.size());
}

BOOST_AUTO_TEST_CASE(a_request_under_way_takes_no_more_than_its_bytes_and_a_record) {
  const std::size_t before = allocations.live_bytes;
  Assembler assembler{FramingLimits()};
  std::size_t most = 0;
  for (std::size_t at = 0; at + 1000 < kLarge.size(); at += 1000) {
    (void)assembler.feed(std::string_view(kLarge).substr(at, 1000));
    most = std::max(most, allocations.live_bytes - before);
  }
  // Strings grow by doubling.
  BOOST_TEST(most <= 2 * (kLarge.size() + 65536));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
