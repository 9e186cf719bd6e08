#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace session {

// Secret bytes: a key, a salt, a password. A Secret can't be printed or compared by accident (it has no
// operator<< and no operator==), and its destructor wipes the bytes. `reveal` marks every place that uses the
// value.
class Secret {
 public:
  Secret() = default;
  // Wipes the string that it is made of.
  explicit Secret(std::string value);
  Secret(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  [[nodiscard]] std::string_view reveal() const noexcept { return {bytes_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
};

// What became of protect_secrets().
enum class SecretMemory {
  locked,       // it is never swapped out, and is in no core dump
  not_locked,   // the limit on locked memory (RLIMIT_MEMLOCK) is too low: it may be swapped out
  unprotected,  // there is none; secrets are in ordinary memory
};

// Has the Secrets that are made from now on, and private keys of TLS, live in memory of their own, between
// guard pages. It is small: a Secret that is large or finds no room is in ordinary memory, as is what
// OpenSSL derives from keys. To be called once per process, before other threads are started.
[[nodiscard]] SecretMemory protect_secrets();

// Whether two byte strings are equal, in time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace session
