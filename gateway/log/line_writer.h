#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace session::gateway {

// Whole lines into a descriptor, without ever waiting for whoever reads there. It works on descriptors that
// are shared with other processes, as standard error is, and changes nothing about them.
//
// A line that only a part of was taken is completed before the next one. Not thread-safe. Can be moved.
class LineWriter {
 public:
  enum class Ownership { borrowed, owned };

  // `owned`: closed at the end. What is left of a cut line is written then, if it can be.
  LineWriter(int descriptor, Ownership ownership);
  ~LineWriter();
  LineWriter(LineWriter&& other) noexcept;
  LineWriter& operator=(LineWriter&& other) noexcept;

  // REQUIRES: `line` ends with its line break. False: it can't be written now (nobody reads, the disk is
  // full, the reader has gone), and nothing of it was; the next one may well be.
  [[nodiscard]] bool write(std::string_view line);

 private:
  // What is known of a descriptor decides how it is kept from blocking.
  enum class Kind { socket, pipe, terminal, file };
  [[nodiscard]] static Kind kind_of(int descriptor);
  // How much of `bytes` was taken; 0 if nothing.
  [[nodiscard]] std::size_t write_some(std::string_view bytes) const;
  [[nodiscard]] std::size_t write_all(std::string_view bytes) const;

  int descriptor_;
  Ownership ownership_;
  Kind kind_;
  std::string rest_;  // of a line that was cut: at most one
};

}  // namespace session::gateway
