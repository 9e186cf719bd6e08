#include "gateway/config/units.h"

#include <boost/test/unit_test.hpp>

using namespace session;
using namespace session::gateway;

namespace {

// Milliseconds, or -1: malformed, -2: too large.
long long duration(std::string_view text) {
  const auto value = parse_duration(text);
  if (value) return value->count();
  return value.error() == UnitError::malformed ? -1 : -2;
}

long long size(std::string_view text, PlainBytes plain = PlainBytes::refused) {
  const auto value = parse_size(text, plain);
  if (value) return static_cast<long long>(*value);
  return value.error() == UnitError::malformed ? -1 : -2;
}

long long count(std::string_view text) {
  const auto value = parse_count(text);
  if (value) return static_cast<long long>(*value);
  return value.error() == UnitError::malformed ? -1 : -2;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_unit_of_time_has_its_length) {
  BOOST_TEST(duration("250ms") == 250);
  BOOST_TEST(duration("5s") == 5000);
  BOOST_TEST(duration("30m") == 1800000);
  BOOST_TEST(duration("12h") == 43200000);
  BOOST_TEST(duration("400d") == 34560000000);
  BOOST_TEST(duration("0s") == 0);
}

BOOST_AUTO_TEST_CASE(a_duration_needs_a_whole_number_and_a_unit_and_nothing_else) {
  for (const char* text : {"", "5", "0", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5s ", "5S", "5sec",
                           "5m30s", "05s", "1e3s", "5w", "5y", "5µs"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(duration(text) == -1); }
  }
}

BOOST_AUTO_TEST_CASE(a_duration_that_does_not_fit_is_too_large_and_does_not_wrap) {
  BOOST_TEST(duration("9223372036854775807ms") == 9223372036854775807);
  BOOST_TEST(duration("9223372036854775808ms") == -2);
  BOOST_TEST(duration("9223372036854775807s") == -2);
  BOOST_TEST(duration("106751991168d") == -2);
  BOOST_TEST(duration("99999999999999999999999999d") == -2);
}

BOOST_AUTO_TEST_CASE(every_unit_of_size_is_a_power_of_1024) {
  BOOST_TEST(size("1KiB") == 1024);
  BOOST_TEST(size("256MiB") == 268435456);
  BOOST_TEST(size("2GiB") == 2147483648);
}

BOOST_AUTO_TEST_CASE(a_bare_number_of_bytes_is_a_size_only_where_that_is_allowed) {
  BOOST_TEST(size("65536", PlainBytes::allowed) == 65536);
  BOOST_TEST(size("64KiB", PlainBytes::allowed) == 65536);
  BOOST_TEST(size("65536", PlainBytes::refused) == -1);
}

BOOST_AUTO_TEST_CASE(a_size_has_no_other_units_signs_or_fractions) {
  for (const char* text :
       {"", "KiB", "1KB", "1kb", "1K", "1kib", "1 KiB", "1B", "-1KiB", "1.5GiB", "1TiB", "010KiB"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(size(text) == -1);
      BOOST_TEST(size(text, PlainBytes::allowed) == -1);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_size_that_does_not_fit_is_too_large) {
  BOOST_TEST(size("8589934592GiB") == -2);
  BOOST_TEST(size("18446744073709551616", PlainBytes::allowed) == -2);
}

BOOST_AUTO_TEST_CASE(a_count_is_decimal_and_never_octal) {
  BOOST_TEST(count("0") == 0);
  BOOST_TEST(count("10") == 10);
  for (const char* text : {"", "010", "00", "0x10", "+1", "-1", "1 ", "1_000", "1e3", "1.0", "ten"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(count(text) == -1); }
  }
  BOOST_TEST(count("9223372036854775808") == -2);
}

BOOST_AUTO_TEST_CASE(a_mode_is_three_octal_digits_with_or_without_a_zero) {
  BOOST_TEST(parse_mode("0660").value() == 0660u);
  BOOST_TEST(parse_mode("660").value() == 0660u);
  BOOST_TEST(parse_mode("000").value() == 0u);
  for (const char* text : {"", "66", "0668", "1660", "01660", "rw-", "-66", "0o660", "0x1b0", "+66", "6 0"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_mode(text).has_value()); }
  }
}

BOOST_AUTO_TEST_CASE(values_are_written_in_the_largest_unit_that_loses_nothing) {
  BOOST_TEST(format_duration(milliseconds(0)) == "0s");
  BOOST_TEST(format_duration(milliseconds(250)) == "250ms");
  BOOST_TEST(format_duration(milliseconds(1500)) == "1500ms");
  BOOST_TEST(format_duration(seconds(90)) == "90s");
  BOOST_TEST(format_duration(std::chrono::minutes(30)) == "30m");
  BOOST_TEST(format_duration(std::chrono::hours(24)) == "1d");
  BOOST_TEST(format_size(0) == "0");
  BOOST_TEST(format_size(65537) == "65537");
  BOOST_TEST(format_size(65536) == "64KiB");
  BOOST_TEST(format_size(std::size_t{3} << 30) == "3GiB");
}
