#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace session::bench {

// The length of the counter in a forged cookie. Each request increments it.
inline constexpr std::size_t kForgedDigits = 7;

// Produces the requests of a load, one after the other.
class Requests {
 public:
  explicit Requests(const std::string& path)
      : head_("GET /" + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nCookie: ") {}
  virtual ~Requests() = default;
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;

  // Returns the next request, which is valid until the next call.
  virtual std::string_view next() = 0;

 protected:
  [[nodiscard]] const std::string& head() const { return head_; }

 private:
  std::string head_;
};

// Requests with forged cookies, which differ only in the counter.
class ForgedRequests final : public Requests {
 public:
  ForgedRequests(const std::string& path, std::string_view cookie) : Requests(path), text_(head()) {
    text_ += cookie.substr(0, cookie.size() - kForgedDigits - 1);
    first_ = text_.size();
    // The last character of 32 bytes in base64url has two bits that must be zero; they are zero in A.
    text_ += std::string(kForgedDigits, '0') + "A\r\n\r\n";
  }

  std::string_view next() override {
    for (std::size_t i = first_ + kForgedDigits; i-- > first_;) {
      if (++text_[i] <= '9') break;
      text_[i] = '0';
    }
    return text_;
  }

 private:
  std::string text_;
  std::size_t first_;
};

// Requests with the cookie of a random user.
class UsersRequests final : public Requests {
 public:
  UsersRequests(const std::string& path, std::vector<std::string> cookies)
      : Requests(path), cookies_(std::move(cookies)), text_(head()) {}

  std::string_view next() override {
    text_.resize(head().size());
    text_ += cookies_[std::uniform_int_distribution<std::size_t>(0, cookies_.size() - 1)(random_)];
    return text_ += "\r\n\r\n";
  }

 private:
  std::vector<std::string> cookies_;
  std::minstd_rand random_{1};  // a constant seed, so that each run picks the same users
  std::string text_;
};

}  // namespace session::bench
