#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "gateway/transfer/sealed_stream.h"

namespace session::gateway {

// Where an export goes: a file, which has its name only when it is complete, or standard output. Seals it, if
// it is to. Not thread-safe.
class ExportOutput {
 public:
  // `path`: nullopt is standard output. `passphrase`: nullopt is clear text. The file must not be there yet.
  // The error is a sentence.
  [[nodiscard]] static Result<std::unique_ptr<ExportOutput>, std::string> open(
      std::optional<std::string> path, const std::optional<Secret>& passphrase);
  // Deletes what is incomplete.
  ~ExportOutput();
  ExportOutput(const ExportOutput&) = delete;
  ExportOutput& operator=(const ExportOutput&) = delete;

  // Both return a sentence if it could not be written.
  [[nodiscard]] std::optional<std::string> write(std::string_view lines);
  // Ends the export, and gives the file its name when the disk has it.
  [[nodiscard]] std::optional<std::string> complete();

 private:
  ExportOutput() = default;
  [[nodiscard]] std::optional<std::string> write_bytes(std::string_view bytes);
  [[nodiscard]] std::string name() const { return path_.value_or("standard output"); }
  [[nodiscard]] std::string not_written(int error) const;

  std::optional<std::string> path_;
  std::string partial_;  // the file's name until then; empty: there is none
  int descriptor_ = -1;
  std::optional<Sealer> sealer_;
};

}  // namespace session::gateway
