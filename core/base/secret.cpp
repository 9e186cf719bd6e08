#include "core/base/secret.h"

#include <openssl/crypto.h>

namespace session {

namespace {

// Wipes the whole buffer: a string that became shorter keeps its former end there.
void wipe(std::string& value) {
  value.resize(value.capacity());
  OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}

}  // namespace

Secret::Secret(std::string value) : value_(value) { wipe(value); }

// Short strings live inside the object, so swapping or moving one leaves its bytes behind.
Secret::Secret(Secret&& other) noexcept {
  value_.swap(other.value_);
  wipe(other.value_);
}

Secret& Secret::operator=(Secret other) noexcept {
  wipe(value_);
  value_.swap(other.value_);
  return *this;  // the destructor of `other` wipes it
}

Secret::~Secret() { wipe(value_); }

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace session
