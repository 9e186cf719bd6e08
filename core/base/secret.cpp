// OpenSSL's macros for memory would put the path of this file into the program, which then differed by the
// folder that it is built in.
#define OPENSSL_NO_FILENAMES

#include "core/base/secret.h"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include <openssl/crypto.h>

namespace session {
namespace {

// Of the memory for secrets, half is left to OpenSSL's private keys, which can't be elsewhere then.
constexpr std::size_t kMemory = std::size_t{1} << 20;
constexpr std::size_t kSmallest = 32;
constexpr std::size_t kMaxOfSecrets = kMemory / 2;
constexpr std::size_t kMaxOfOne = 4096;

std::atomic<std::size_t> used_by_secrets = 0;

// What the allocator sets aside for so many bytes.
std::size_t room_for(std::size_t size) {
  std::size_t room = kSmallest;
  while (room < size) room *= 2;
  return room;
}

void* allocate_protected(std::size_t size) {
  if (size > kMaxOfOne || CRYPTO_secure_malloc_initialized() == 0) return nullptr;
  const std::size_t room = room_for(size);
  if (used_by_secrets.fetch_add(room) + room <= kMaxOfSecrets) {
    if (void* const bytes = OPENSSL_secure_malloc(size)) return bytes;
  }
  used_by_secrets.fetch_sub(room);
  return nullptr;
}

char* copy_of(const char* from, std::size_t size) {
  if (size == 0) return nullptr;
  void* bytes = allocate_protected(size);
  if (bytes == nullptr) bytes = OPENSSL_malloc(size);
  if (bytes == nullptr) throw std::bad_alloc();
  std::memcpy(bytes, from, size);
  return static_cast<char*>(bytes);
}

// Wipes the whole buffer: a string that became shorter keeps its former end there.
void wipe(std::string& value) {
  value.resize(value.capacity());
  OPENSSL_cleanse(value.data(), value.size());
  value.clear();
}

}  // namespace

Secret::Secret(std::string value) : bytes_(copy_of(value.data(), value.size())), size_(value.size()) {
  wipe(value);
}

Secret::Secret(const Secret& other) : bytes_(copy_of(other.bytes_, other.size_)), size_(other.size_) {}

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(size_, other.size_);
  return *this;  // the destructor of `other` wipes what was here
}

// Wipes, wherever the bytes are.
Secret::~Secret() {
  if (bytes_ == nullptr) return;
  if (CRYPTO_secure_allocated(bytes_) != 0) used_by_secrets.fetch_sub(room_for(size_));
  OPENSSL_secure_clear_free(bytes_, size_);
}

SecretMemory protect_secrets() {
  const int result = CRYPTO_secure_malloc_init(kMemory, kSmallest);
  if (result == 0) return SecretMemory::unprotected;
  return result == 1 ? SecretMemory::locked : SecretMemory::not_locked;
}

// Looks at all words whatever they are. OpenSSL's CRYPTO_memcmp does so byte by byte, which took a twentieth
// of a check. The compiler is kept from knowing the difference, so it can't leave the loop early.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  std::uint64_t different = 0;
  const auto compare = [&](std::size_t at, std::size_t size) {
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    std::memcpy(&left, a.data() + at, size);
    std::memcpy(&right, b.data() + at, size);
    different |= left ^ right;
    __asm__ volatile("" : "+r"(different));
  };
  constexpr std::size_t kWord = sizeof different;
  std::size_t at = 0;
  for (; at + kWord <= a.size(); at += kWord) compare(at, kWord);
  if (at == a.size()) return different == 0;
  // The last word begins before the end of the one before it: its size is one that the compiler knows.
  if (at > 0) {
    compare(a.size() - kWord, kWord);
  } else {
    compare(0, a.size());
  }
  return different == 0;
}

}  // namespace session
