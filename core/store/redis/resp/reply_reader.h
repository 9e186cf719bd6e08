#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/store/redis/resp/reply.h"

struct redisReader;

namespace session {

// Cuts what a server sends into replies; hiredis does the parsing. Not thread-safe.
//
// After an error the stream can't be understood any more: close the connection.
class ReplyReader {
 public:
  static constexpr std::size_t kMaxElements = 65536;

  // A reply with a part of more than `most_bytes` is an error; so is one with more than `most_elements` in
  // all, or arrays nested more than 8 deep (hiredis' own limit).
  explicit ReplyReader(std::size_t most_bytes, std::size_t most_elements = kMaxElements);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);

  // The next whole reply; nullopt if more bytes are needed. Error: what is wrong with the stream.
  [[nodiscard]] Result<std::optional<Reply>, std::string> next();

  // Whether nothing is left of what was fed, not even a part of a reply.
  [[nodiscard]] bool empty() const;

 private:
  friend struct ReplyCallbacks;
  struct Free {
    void operator()(redisReader* reader) const;
  };
  struct Building;  // what hiredis' callbacks fill
  std::size_t most_bytes_;
  std::size_t most_elements_;
  std::unique_ptr<Building> building_;
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace session
