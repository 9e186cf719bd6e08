#include "gateway/transfer/sealed_stream.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/base/text.h"
#include "core/crypto/base64url.h"
#include "core/crypto/mac.h"

namespace session::gateway {
namespace {

constexpr std::string_view kVersion = "v1";
constexpr std::string_view kDerivation = "scrypt";
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kSaltCharacters = 22;
constexpr std::size_t kMaxHeaderBytes = 256;
constexpr std::size_t kFields = 8;

Result<void, Unsealer::Failure> failure(Unsealer::Failure::Kind kind, std::string text) {
  return Unsealer::Failure{kind, std::move(text)};
}

// What the header says before its MAC. The salt counts as the text that the line has.
std::string header_text(ScryptCost cost, std::string_view salt) {
  return std::string(kSealedMark) + std::string(kVersion) + " " + std::string(kDerivation) + " " +
         std::to_string(cost.cost) + " " + std::to_string(cost.block) + " " + std::to_string(cost.parallel) +
         " " + std::string(salt) + " ";
}

std::string mac_of(const Secret& key, std::string_view text) {
  Mac mac(derive_key(key, "session-gateway", "header of a sealed export v1"));
  const Mac::Tag tag = mac.tag(text);
  return base64url({tag.data(), tag.size()});
}

struct Header {
  ScryptCost cost;
  std::string salt;
  std::string mac;
};

std::optional<unsigned> number_in(std::string_view text) {
  unsigned number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() ? std::optional(number)
                                                                         : std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty() && words.size() <= kFields) words.push_back(take_item(line, ' '));
  return words;
}

// nullopt: these are no fields of a header of this version. `line` is without its line break.
std::optional<Header> header_in(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.size() != kFields || words[1] != kVersion || words[2] != kDerivation) return std::nullopt;
  const auto cost = number_in(words[3]);
  const auto block = number_in(words[4]);
  const auto parallel = number_in(words[5]);
  if (!cost || !block || !parallel) return std::nullopt;
  const Header header{{*cost, *block, *parallel}, std::string(words[6]), std::string(words[7])};
  const bool is_exact = line == header_text(header.cost, header.salt) + header.mac;
  if (!is_exact || header.salt.size() != kSaltCharacters || !is_base64url(header.salt)) return std::nullopt;
  return header;
}

}  // namespace

SealedChunks::SealedChunks(const Secret& key, std::string header)
    : cipher_(derive_key(key, "session-gateway", "chunks of a sealed export v1")),
      header_(std::move(header)) {}

// The number of the chunk in 11 bytes, the highest first, and whether it is the last.
std::string SealedChunks::next_nonce(bool is_last) {
  std::string nonce(AesGcm::kNonceBytes, '\0');
  std::uint64_t rest = number_++;
  for (std::size_t at = nonce.size() - 2; rest > 0; --at) {
    nonce[at] = static_cast<char>(rest & 0xffU);
    rest >>= 8U;
  }
  nonce.back() = is_last ? '\1' : '\0';
  return nonce;
}

std::string SealedChunks::seal(std::string_view plain, bool is_last) {
  const std::string nonce = next_nonce(is_last);
  return cipher_.seal(nonce, header_ + nonce, plain);
}

std::optional<std::string> SealedChunks::open(std::string_view sealed, bool is_last) {
  const std::string nonce = next_nonce(is_last);
  return cipher_.open(nonce, header_ + nonce, sealed);
}

Sealer::Sealer(const Secret& passphrase, ScryptCost cost, const Random& random) {
  const std::string salt = base64url(random.bytes(kSaltBytes));
  const auto key = scrypt(passphrase, salt, cost);
  if (!key)
    throw std::runtime_error("can't derive a key from the passphrase: there is no memory for it (" +
                             std::to_string(cost.memory() >> 20U) + " MiB)");
  header_ = header_text(cost, salt);
  header_ += mac_of(*key, header_) + "\n";
  chunks_.emplace(*key, header_);
}

// One chunk is held back until there is more: it may be the last.
std::string Sealer::add(std::string_view plain) {
  pending_.append(plain);
  std::string sealed;
  std::size_t at = 0;
  for (; pending_.size() - at > SealedChunks::kPlainBytes; at += SealedChunks::kPlainBytes)
    sealed += chunks_->seal(std::string_view(pending_).substr(at, SealedChunks::kPlainBytes), false);
  pending_.erase(0, at);
  return sealed;
}

Result<void, Unsealer::Failure> Unsealer::read_header() {
  const std::string line = pending_.substr(0, pending_.find('\n') + 1);
  pending_.erase(0, line.size());
  const auto header = header_in(std::string_view(line).substr(0, line.size() - 1));
  if (!header) return failure(Failure::Kind::unknown, "is sealed in a way that this program does not know");
  if (!header->cost.is_bearable())
    return failure(Failure::Kind::unknown, "asks for more memory or time than an export needs");
  const auto key = scrypt(passphrase_, header->salt, header->cost);
  if (!key) {
    return failure(Failure::Kind::unknown, "needs " + std::to_string(header->cost.memory() >> 20U) +
                                               " MiB of memory to be opened, which are not to be had");
  }
  if (!equal_in_constant_time(header->mac, mac_of(*key, header_text(header->cost, header->salt))))
    return failure(Failure::Kind::passphrase,
                   "is not opened by this passphrase, or its first line was changed");
  chunks_.emplace(*key, line);
  return {};
}

Result<void, Unsealer::Failure> Unsealer::open_chunk(std::size_t size, bool is_last, std::string& plain) {
  const auto opened = chunks_->open(std::string_view(pending_).substr(0, size), is_last);
  // Only a stream of nothing ends with a chunk of nothing.
  if (!opened || (is_last && opened->empty() && opened_ > 0)) {
    return failure(Failure::Kind::damaged, is_last ? "is cut short, or damaged near its end" : "is damaged");
  }
  plain += *opened;
  ++opened_;
  return {};
}

Result<void, Unsealer::Failure> Unsealer::feed(std::string_view bytes, std::string& plain) {
  pending_.append(bytes);
  if (!chunks_) {
    const bool has_line = pending_.find('\n') != std::string::npos;
    if (!has_line && pending_.size() <= kMaxHeaderBytes) return {};
    if (!has_line || pending_.find('\n') > kMaxHeaderBytes)
      return failure(Failure::Kind::unknown, "is sealed in a way that this program does not know");
    if (auto read = read_header(); !read) return read;
  }
  while (pending_.size() > SealedChunks::kSealedBytes) {
    if (auto opened = open_chunk(SealedChunks::kSealedBytes, false, plain); !opened) return opened;
    pending_.erase(0, SealedChunks::kSealedBytes);
  }
  return {};
}

Result<void, Unsealer::Failure> Unsealer::finish(std::string& plain) {
  if (!chunks_) return failure(Failure::Kind::damaged, "is cut short");
  return open_chunk(pending_.size(), true, plain);
}

}  // namespace session::gateway
