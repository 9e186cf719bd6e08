#include "gateway/app/export_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/base/escape.h"
#include "gateway/app/exit_status.h"
#include "gateway/app/interruption.h"

namespace session::gateway {
namespace {

constexpr std::size_t kPiece = std::size_t{64} << 10;
// A record of 32 MiB, which is the largest that any configuration allows, as base64.
constexpr std::size_t kMaxLine = std::size_t{48} << 20;

}  // namespace

Result<std::unique_ptr<ExportInput>, ImportFailure> ExportInput::open(const std::string& path,
                                                                      std::optional<Secret> passphrase) {
  const bool is_standard = path == "-";
  const int descriptor = is_standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string name = is_standard ? std::string("standard input") : printable(path);
  if (descriptor < 0)
    return ImportFailure{kFailed, "can't read " + name + ": " + std::generic_category().message(errno)};
  std::unique_ptr<ExportInput> input(new ExportInput(std::move(name), descriptor));
  if (auto begun = input->begin(std::move(passphrase)); !begun) return begun.error();
  return input;
}

ExportInput::~ExportInput() {
  if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

Result<void, ImportFailure> ExportInput::read_piece(std::string& to) {
  to.resize(kPiece);
  for (;;) {
    const ssize_t got = ::read(descriptor_, to.data(), to.size());
    if (got >= 0) {
      to.resize(static_cast<std::size_t>(got));
      is_over_ = got == 0;
      return {};
    }
    if (errno != EINTR || Interruption::has_come())
      return about_file(kFailed, "can't be read: " + std::generic_category().message(errno));
  }
}

// Finds out by the first bytes whether it is sealed.
Result<void, ImportFailure> ExportInput::begin(std::optional<Secret> passphrase) {
  std::string first, piece;
  while (first.size() < kSealedMark.size() && !is_over_) {
    const auto got = read_piece(piece);
    if (!got) return got.error();
    first += piece;
  }
  if (first.empty()) return about_file(kFailed, "is empty");
  if (looks_sealed(first)) {
    if (!passphrase)
      return about_file(kUsage, "is sealed: name the file with its passphrase with --passphrase-file");
    unsealer_.emplace(std::move(*passphrase));
  } else if (passphrase) {
    return about_file(kFailed,
                      "is not sealed, and --passphrase-file says that it is: somebody may have put it there; "
                      "without that option it is imported as it is");
  }
  if (auto taken = take(first); !taken) return taken;
  return {};
}

Result<void, ImportFailure> ExportInput::take(std::string_view piece) {
  if (!unsealer_) {
    lines_ += piece;
    return {};
  }
  const auto opened = is_over_ && piece.empty() ? unsealer_->finish(lines_) : unsealer_->feed(piece, lines_);
  if (!opened) return about_file(kFailed, opened.error().text);
  return {};
}

Result<void, ImportFailure> ExportInput::read_more() {
  std::string piece;
  const auto got = read_piece(piece);
  if (!got) return got.error();
  return take(piece);
}

Result<std::optional<std::string>, ImportFailure> ExportInput::next() {
  for (;;) {
    const auto end = lines_.find('\n', looked_at_);
    if (end != std::string::npos) {
      std::string line = lines_.substr(taken_, end - taken_);
      taken_ = end + 1;
      looked_at_ = taken_;
      return std::optional(std::move(line));
    }
    lines_.erase(0, std::exchange(taken_, 0));
    looked_at_ = lines_.size();
    if (looked_at_ > kMaxLine) return about_file(kFailed, "has a line of more than 48 MiB: it is no export");
    if (is_over_) {
      if (lines_.empty()) return std::optional<std::string>();
      return about_file(kFailed, "is cut short: its last line has no end");
    }
    if (auto more = read_more(); !more) return more.error();
  }
}

}  // namespace session::gateway
