#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "gateway/transfer/sealed_stream.h"

namespace session::gateway {

// Why an import stops, and with which exit status.
struct ImportFailure {
  int status = 0;
  std::string text;
};

// Reads the lines of an export, sealed or not, from a file or standard input. Trusts nothing in it. Holds one
// line and some chunks. Not thread-safe.
class ExportInput {
 public:
  // `path`: "-" is standard input. With a passphrase only a sealed export is taken, because whoever can
  // change the file could otherwise put one in clear text in its place.
  [[nodiscard]] static Result<std::unique_ptr<ExportInput>, ImportFailure> open(
      const std::string& path, std::optional<Secret> passphrase);
  ~ExportInput();
  ExportInput(const ExportInput&) = delete;
  ExportInput& operator=(const ExportInput&) = delete;

  // The next line, without its line break; nullopt: there is none. A last line without a line break is no
  // line: the file was cut short.
  [[nodiscard]] Result<std::optional<std::string>, ImportFailure> next();
  // The file, as a sentence about it begins.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  ExportInput(std::string name, int descriptor) : name_(std::move(name)), descriptor_(descriptor) {}
  [[nodiscard]] Result<void, ImportFailure> begin(std::optional<Secret> passphrase);
  [[nodiscard]] Result<void, ImportFailure> read_more();
  [[nodiscard]] Result<void, ImportFailure> read_piece(std::string& to);
  [[nodiscard]] Result<void, ImportFailure> take(std::string_view piece);
  [[nodiscard]] ImportFailure about_file(int status, const std::string& what) const {
    return {status, name_ + " " + what};
  }

  std::string name_;
  int descriptor_;
  std::optional<Unsealer> unsealer_;
  std::string lines_;
  std::size_t taken_ = 0;      // of these, as lines
  std::size_t looked_at_ = 0;  // of these: behind `taken_` there is no line break before
  bool is_over_ = false;
};

}  // namespace session::gateway
