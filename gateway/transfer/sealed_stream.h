#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/aes_gcm.h"
#include "core/crypto/random.h"
#include "core/crypto/scrypt.h"

namespace session::gateway {

// An export that only a passphrase opens (docs/contract.md): a line of text that says how the key is derived,
// and chunks of AES-256-GCM. Each is sealed with its number and with whether it is the last, as the STREAM
// construction does (Hoang, Reyhanitabar, Rogaway, Vizar: "Online Authenticated-Encryption and its
// Nonce-Reuse Misuse-Resistance", 2015): chunks can't be left out, repeated or put in another order, and a
// stream that is cut short is found out. Nothing of a chunk is given out before all of it has verified.

// Whether bytes that a stream begins with, at least kSealedMark.size() of them, are those of a sealed one.
inline constexpr std::string_view kSealedMark = "session-gateway-sealed ";
[[nodiscard]] inline bool looks_sealed(std::string_view begin) { return begin.starts_with(kSealedMark); }

// The chunks of one stream, in their order.
class SealedChunks {
 public:
  static constexpr std::size_t kPlainBytes = std::size_t{64} << 10;
  static constexpr std::size_t kSealedBytes = kPlainBytes + AesGcm::kTagBytes;

  // `header` is the first line, with its line break. REQUIRES: `key` is what scrypt has derived.
  SealedChunks(const Secret& key, std::string header);
  [[nodiscard]] std::string seal(std::string_view plain, bool is_last);
  // nullopt: this is not the next chunk, or it was changed.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed, bool is_last);

 private:
  [[nodiscard]] std::string next_nonce(bool is_last);

  AesGcm cipher_;
  std::string header_;
  std::uint64_t number_ = 0;
};

// Seals a stream. Not thread-safe.
class Sealer {
 public:
  // Throws std::runtime_error if there is no memory for this cost.
  Sealer(const Secret& passphrase, ScryptCost cost, const Random& random = system_random());

  // The line that the stream begins with.
  [[nodiscard]] const std::string& header() const { return header_; }
  // Returns the chunks that are full.
  [[nodiscard]] std::string add(std::string_view plain);
  // Returns the last chunk. Nothing may follow.
  [[nodiscard]] std::string finish() { return chunks_->seal(pending_, true); }

 private:
  std::string header_;
  std::optional<SealedChunks> chunks_;
  std::string pending_;
};

// Opens a stream, of any bytes, that comes in pieces of any size. Not thread-safe. After an error no further
// call is of use.
class Unsealer {
 public:
  struct Failure {
    enum class Kind {
      damaged,     // changed, cut short, or longer than what was sealed
      passphrase,  // it opens nothing, or the first line was changed
      unknown,     // another version, or a cost that this program does not take
    };
    Kind kind = Kind::damaged;
    std::string text;  // the end of a sentence about the file
  };

  explicit Unsealer(Secret passphrase) : passphrase_(std::move(passphrase)) {}

  // Appends to `plain` what has verified.
  [[nodiscard]] Result<void, Failure> feed(std::string_view bytes, std::string& plain);
  // At the end of the stream.
  [[nodiscard]] Result<void, Failure> finish(std::string& plain);

 private:
  [[nodiscard]] Result<void, Failure> read_header();
  [[nodiscard]] Result<void, Failure> open_chunk(std::size_t size, bool is_last, std::string& plain);

  Secret passphrase_;
  std::string pending_;
  std::optional<SealedChunks> chunks_;
  std::uint64_t opened_ = 0;
};

}  // namespace session::gateway
