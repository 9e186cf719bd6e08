#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace session::gateway {

// Whole lines into a descriptor, without ever waiting for whoever reads there, unless it is a file: nothing
// keeps those from blocking (gateway/telemetry/log/line_queue.h). It works on descriptors that are shared
// with other processes, as standard error is, and changes nothing about them.
//
// A line that only a part of was taken is completed before the next one. Not thread-safe. Can be moved.
class LineWriter {
 public:
  enum class Ownership { borrowed, owned };

  // How bytes come into a file: as by write(2).
  using WriteFile = std::function<ssize_t(int descriptor, std::string_view bytes)>;

  // `owned`: closed at the end. What is left of a cut line is written then, if it can be. Tests stand in for
  // disks by `write_file`.
  LineWriter(int descriptor, Ownership ownership, WriteFile write_file = write_to_file);
  ~LineWriter();
  LineWriter(LineWriter&& other) noexcept;
  LineWriter& operator=(LineWriter&& other) noexcept;

  // REQUIRES: `line` ends with its line break. False: it can't be written now (nobody reads, the disk is
  // full, the reader has gone), and nothing of it was; the next one may well be.
  [[nodiscard]] bool write(std::string_view line);

  // Whether the descriptor is neither socket nor pipe nor terminal: a write then takes as long as the disk
  // does.
  [[nodiscard]] bool may_block() const { return kind_ == Kind::file; }

 private:
  // What is known of a descriptor decides how it is kept from blocking.
  enum class Kind { socket, pipe, terminal, file };
  [[nodiscard]] static Kind kind_of(int descriptor);
  static ssize_t write_to_file(int descriptor, std::string_view bytes);
  // How much of `bytes` was taken; 0 if nothing.
  [[nodiscard]] std::size_t write_some(std::string_view bytes) const;
  [[nodiscard]] std::size_t write_all(std::string_view bytes) const;

  int descriptor_;
  Ownership ownership_;
  Kind kind_;
  WriteFile write_file_;
  std::string rest_;  // of a line that was cut: at most one
};

}  // namespace session::gateway
