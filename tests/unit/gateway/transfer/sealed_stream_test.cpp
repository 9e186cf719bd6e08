#include "gateway/transfer/sealed_stream.h"

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "tests/support/counted_random.h"

namespace session::gateway::test {
namespace {

using Kind = Unsealer::Failure::Kind;
using session::test::CountedRandom;

// Opening must not take long: the tests do it for each byte.
constexpr ScryptCost kCheap{1, 1, 1};
constexpr std::size_t kSealed = SealedChunks::kSealedBytes;

std::string sealed(const std::string& plain, const char* passphrase = "passphrase",
                   std::size_t piece = 100'000) {
  const CountedRandom random;
  Sealer sealer(Secret(passphrase), kCheap, random);
  std::string stream = sealer.header();
  for (std::size_t at = 0; at < plain.size(); at += piece) stream += sealer.add(plain.substr(at, piece));
  stream += sealer.finish();
  return stream;
}

struct Opened {
  std::string plain;
  std::optional<Kind> failure;
  std::string why = {};
};

Opened open(const std::string& stream, const char* passphrase = "passphrase", std::size_t piece = 7'001) {
  Unsealer unsealer{Secret(passphrase)};
  Opened opened;
  Result<void, Unsealer::Failure> done;
  for (std::size_t at = 0; at < stream.size() && done; at += piece)
    done = unsealer.feed(stream.substr(at, piece), opened.plain);
  if (done) done = unsealer.finish(opened.plain);
  if (!done) opened.failure = done.error().kind;
  if (!done) opened.why = done.error().text;
  return opened;
}

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 % 26);
  return text;
}

std::size_t header_size(const std::string& stream) { return stream.find('\n') + 1; }

}  // namespace

BOOST_AUTO_TEST_SUITE(sealed_stream)

BOOST_AUTO_TEST_CASE(what_was_sealed_comes_back_whatever_its_size_and_its_pieces) {
  constexpr std::size_t kChunk = SealedChunks::kPlainBytes;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk, 3 * kChunk + 5}) {
    const std::string plain = text_of(size);
    const std::string stream = sealed(plain);
    BOOST_TEST(stream == sealed(plain, "passphrase", 1'000));
    BOOST_TEST(looks_sealed(stream));
    for (const std::size_t piece : {std::size_t{1'000}, std::size_t{65'536}, stream.size()}) {
      const Opened opened = open(stream, "passphrase", piece);
      BOOST_TEST(!opened.failure.has_value());
      BOOST_TEST((opened.plain == plain));
    }
  }
}

BOOST_AUTO_TEST_CASE(another_passphrase_opens_nothing) {
  const Opened opened = open(sealed("text"), "Passphrase");
  BOOST_TEST((opened.failure == Kind::passphrase));
  BOOST_TEST(opened.plain == "");
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_cut_short_at_any_byte_is_found_out) {
  const std::string plain = text_of(SealedChunks::kPlainBytes + 40);
  const std::string stream = sealed(plain);
  for (std::size_t size = 0; size < stream.size();
       size += size < 400 || stream.size() - size < 400 ? 1 : 997) {
    const Opened opened = open(stream.substr(0, size));
    BOOST_TEST_REQUIRE(opened.failure.has_value());
    BOOST_TEST_REQUIRE((opened.plain.empty() || opened.plain == plain.substr(0, SealedChunks::kPlainBytes)));
  }
}

BOOST_AUTO_TEST_CASE(one_changed_bit_is_found_out_and_nothing_of_its_chunk_comes_out) {
  const std::string plain = text_of(2 * SealedChunks::kPlainBytes + 40);
  const std::string stream = sealed(plain);
  const std::size_t header = header_size(stream);
  for (std::size_t at = 0; at < stream.size(); at += at < header ? 1 : 3'001) {
    std::string changed = stream;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    const Opened opened = open(changed);
    BOOST_TEST_REQUIRE(opened.failure.has_value());
    const std::size_t before = at < header ? 0 : (at - header) / kSealed * SealedChunks::kPlainBytes;
    BOOST_TEST_REQUIRE((opened.plain == plain.substr(0, before)));
  }
}

BOOST_AUTO_TEST_CASE(chunks_can_t_be_left_out_repeated_exchanged_or_added) {
  const std::string stream = sealed(text_of(3 * SealedChunks::kPlainBytes + 40));
  const std::size_t header = header_size(stream);
  std::vector<std::string> chunks;
  for (std::size_t at = header; at < stream.size(); at += kSealed)
    chunks.push_back(stream.substr(at, kSealed));
  BOOST_TEST_REQUIRE(chunks.size() == 4u);
  const auto of = [&](const std::vector<int>& numbers) {
    std::string made = stream.substr(0, header);
    for (const int number : numbers) made += chunks[static_cast<std::size_t>(number)];
    return open(made);
  };
  BOOST_TEST(!of({0, 1, 2, 3}).failure.has_value());
  for (const std::vector<int>& numbers : std::vector<std::vector<int>>{
           {0, 1, 2}, {0, 2, 3}, {1, 2, 3}, {1, 0, 2, 3}, {0, 1, 1, 2, 3}, {0, 1, 2, 3, 3}, {3}, {}, {0}})
    BOOST_TEST((of(numbers).failure == Kind::damaged));
  // Of another stream with the same passphrase and the same plain text.
  Sealer other(Secret("passphrase"), kCheap);
  std::string others = other.header() + other.add(text_of(SealedChunks::kPlainBytes + 1));
  others += other.finish();
  BOOST_TEST((open(stream.substr(0, header) + others.substr(header_size(others))).failure == Kind::damaged));
}

// Each text has one stream of chunks.
BOOST_AUTO_TEST_CASE(a_last_chunk_of_nothing_is_none_behind_others) {
  const std::string header = Sealer(Secret("passphrase"), kCheap).header();
  const std::string salt = header.substr(header.find(" 1 1 1 ") + 7, 22);
  SealedChunks chunks(*scrypt(Secret("passphrase"), salt, kCheap), header);
  std::string stream = header + chunks.seal(text_of(SealedChunks::kPlainBytes), false);
  stream += chunks.seal("", true);
  BOOST_TEST((open(stream).failure == Kind::damaged));
}

BOOST_AUTO_TEST_CASE(no_first_line_makes_the_reader_work_without_end) {
  const std::string end = " " + std::string(22, 'A') + " " + std::string(43, 'A') + "\n";
  for (const char* cost :
       {"v1 scrypt 40 8 1", "v1 scrypt 24 64 1", "v1 scrypt 17 8 4000000000", "v1 scrypt 0 0 0",
        "v2 scrypt 1 1 1", "v1 argon2 1 1 1", "v1 scrypt -1 8 1", "v1 scrypt 01 8 1", "v1 scrypt 1  8 1",
        "v1 scrypt 1 8", "v1 scrypt 1 8 1 1", "v1 scrypt 99999999999999999999 8 1"}) {
    const Opened opened = open("session-gateway-sealed " + std::string(cost) + end + std::string(100, 'x'));
    BOOST_TEST((opened.failure == Kind::unknown), cost);
  }
  for (const char* cost : {"v1 scrypt 40 8 1", "v1 scrypt 24 64 1", "v1 scrypt 17 8 4000000000"}) {
    const Opened opened = open("session-gateway-sealed " + std::string(cost) + end);
    BOOST_TEST(opened.why == "asks for more memory or time than an export needs");
  }
  BOOST_TEST((open("session-gateway-sealed " + std::string(10'000, 'v')).failure == Kind::unknown));
  BOOST_TEST((open("session-gateway-sealed v1").failure == Kind::damaged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::gateway::test
