#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace session::gateway {

// Writes whole lines to a descriptor. It never waits for a reader, but a write to a file may block
// (gateway/telemetry/log/line_queue.h). The descriptor may be shared with other processes, as standard error
// is, because none of its flags are changed.
//
// If a line was written in part, its rest is written before the next line. Not thread-safe. Can be moved.
class LineWriter {
 public:
  enum class Ownership { borrowed, owned };

  // Writes bytes to a file, as write(2) does.
  using WriteFile = std::function<ssize_t(int descriptor, std::string_view bytes)>;

  // An owned descriptor is closed at the end, after a try to write the rest of a cut line. Tests simulate
  // disks by `write_file`.
  LineWriter(int descriptor, Ownership ownership, WriteFile write_file = write_to_file);
  ~LineWriter();
  LineWriter(LineWriter&& other) noexcept;
  LineWriter& operator=(LineWriter&& other) noexcept;

  // REQUIRES: `line` ends with its line break. False: nothing of it was written (no room, a full disk, or the
  // reader closed its end). A later line may succeed.
  [[nodiscard]] bool write(std::string_view line);

  // Whether a write can block: the descriptor is neither a socket nor a pipe nor a terminal, so a write takes
  // as long as the disk does.
  [[nodiscard]] bool may_block() const { return kind_ == Kind::file; }

 private:
  // The kind of a descriptor decides how a write avoids blocking.
  enum class Kind { socket, pipe, terminal, file };
  [[nodiscard]] static Kind kind_of(int descriptor);
  static ssize_t write_to_file(int descriptor, std::string_view bytes);
  // Returns the number of bytes that were written; 0: none.
  [[nodiscard]] std::size_t write_some(std::string_view bytes) const;
  [[nodiscard]] std::size_t write_all(std::string_view bytes) const;

  int descriptor_;
  Ownership ownership_;
  Kind kind_;
  WriteFile write_file_;
  std::string rest_;  // of a line that was cut: at most one
};

}  // namespace session::gateway
