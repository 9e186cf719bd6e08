#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/store/redis/resp/reply.h"
#include "core/store/redis/resp/reply_scanner.h"

struct redisReader;

namespace session {

// Splits a server's byte stream into replies. hiredis does the parsing. It is fed one reply at a time,
// because it moves what is behind a reply to the beginning of its buffer, each time. Not thread-safe.
//
// An error is final: the position of the next reply is unknown, so the caller must close the connection.
class ReplyReader {
 public:
  static constexpr std::size_t kMaxElements = 65536;

  // next() fails for a reply that contains a string of more than `max_bytes`, more than `max_elements`
  // elements in total, or arrays nested more than 8 deep (hiredis' own limit).
  explicit ReplyReader(std::size_t max_bytes, std::size_t max_elements = kMaxElements);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  // Goes on with these bytes, which must stay where they are until next() has returned nullopt or an error.
  void feed(std::string_view bytes);

  // Returns the next complete reply; nullopt: it needs more bytes. The error says what is wrong with the
  // stream.
  [[nodiscard]] Result<std::optional<Reply>, std::string> next();
  // The same into a reply of the caller's, which it leaves alone if none is complete: then it returns false.
  [[nodiscard]] Result<bool, std::string> next(Reply& reply);

  // True if all bytes that were fed belong to replies that next() has returned.
  [[nodiscard]] bool empty() const;

 private:
  friend struct ReplyCallbacks;
  struct Free {
    void operator()(redisReader* reader) const;
  };
  struct PartialReply;  // the reply that hiredis' callbacks fill
  // Copies bytes into hiredis' buffer.
  void take(std::string_view bytes);

  std::size_t max_bytes_;
  std::size_t max_elements_;
  std::string_view rest_;  // of what was fed, which hiredis has not been given
  ReplyScanner scanner_;
  std::unique_ptr<PartialReply> partial_;
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace session
