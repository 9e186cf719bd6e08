#include "gateway/app/export_output.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "gateway/app/interruption.h"

namespace session::gateway {
namespace {

constexpr mode_t kOwnerOnly = 0600;

std::string text_of(int error) { return std::generic_category().message(error); }

// Some file systems can't rename without replacing; that nothing was there, was looked at before.
int rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

void sync_directory_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  ::fsync(directory);
  ::close(directory);
}

std::string not_opened(const std::string& partial, int error) {
  if (error == EEXIST)
    return partial + " is there: another export is under way, or one was killed; delete it if not";
  return "can't write " + partial + ": " + text_of(error);
}

}  // namespace

Result<std::unique_ptr<ExportOutput>, std::string> ExportOutput::open(
    std::optional<std::string> path, const std::optional<Secret>& passphrase) {
  std::unique_ptr<ExportOutput> output(new ExportOutput());
  output->path_ = std::move(path);
  if (output->path_) {
    struct stat found {};
    if (::lstat(output->path_->c_str(), &found) == 0)
      return *output->path_ + " is there already: an export never overwrites a file";
    const std::string partial = *output->path_ + ".partial";
    output->descriptor_ =
        ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly);
    if (output->descriptor_ < 0) return not_opened(partial, errno);
    output->partial_ = partial;
  } else {
    output->descriptor_ = STDOUT_FILENO;
  }
  if (!passphrase) return output;
  try {
    output->sealer_.emplace(*passphrase, ScryptCost());
  } catch (const std::exception& failure) {
    return std::string(failure.what());
  }
  if (auto failed = output->write_bytes(output->sealer_->header())) return std::move(*failed);
  return output;
}

ExportOutput::~ExportOutput() {
  if (path_ && descriptor_ >= 0) ::close(descriptor_);
  if (!partial_.empty()) ::unlink(partial_.c_str());
}

std::string ExportOutput::not_written(int error) const {
  return "can't write " + name() + ": " + text_of(error);
}

std::optional<std::string> ExportOutput::write_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR || Interruption::has_come()) {
      return not_written(errno);
    }
  }
  return std::nullopt;
}

std::optional<std::string> ExportOutput::write(std::string_view lines) {
  if (!sealer_) return write_bytes(lines);
  const std::string sealed = sealer_->add(lines);
  return write_bytes(sealed);
}

std::optional<std::string> ExportOutput::complete() {
  if (sealer_) {
    if (auto failed = write_bytes(sealer_->finish())) return failed;
  }
  if (!path_) return std::nullopt;
  if (::fsync(descriptor_) != 0) return not_written(errno);
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) return not_written(errno);
  if (const int error = rename_to_new(partial_, *path_)) return not_written(error);
  partial_.clear();
  sync_directory_of(*path_);
  return std::nullopt;
}

}  // namespace session::gateway
