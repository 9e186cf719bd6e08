#include "gateway/config/secret_file.h"

#include <exception>
#include <memory>
#include <mutex>
#include <utility>

#include "gateway/config/file.h"

namespace session::gateway {
namespace {

class PasswordFile {
 public:
  PasswordFile(std::string path, Secret known) : path_(std::move(path)), known_(std::move(known)) {}

  Secret now() {
    const std::lock_guard lock(mutex_);
    look();
    return known_;
  }

 private:
  void look() {
    auto file = read_file(path_, kMaxSecretBytes);
    if (!file) return;
    const bool too_large = file->bytes.size() > kMaxSecretBytes;
    Secret found = secret_in(std::move(file->bytes));
    if (!too_large && !found.empty()) known_ = std::move(found);
  }

  const std::string path_;
  std::mutex mutex_;
  Secret known_;  // under mutex_
};

// Reads a password, and never throws.
template <class Ask>
PasswordSource guarded(Ask ask) {
  return [ask = std::move(ask)]() noexcept {
    try {
      return ask();
    } catch (const std::exception&) {
      return Secret();
    }
  };
}

}  // namespace

Secret secret_in(std::string bytes) {
  const Secret whole(std::move(bytes));
  const std::string_view text = whole.reveal();
  return Secret(std::string(text.substr(0, text.find_last_not_of("\r\n") + 1)));
}

PasswordSource fixed_password(Secret password) {
  return guarded([password = std::move(password)] { return password; });
}

PasswordSource password_in_file(std::string path, Secret known) {
  auto file = std::make_shared<PasswordFile>(std::move(path), std::move(known));
  return guarded([file = std::move(file)] { return file->now(); });
}

}  // namespace session::gateway
