// The cookie of a session.

#include "core/session/environment.h"
#include "core/session/session.h"

namespace session {

std::optional<std::string> Session::set_cookie() const {
  const SessionEnvironment& env = *environment_;
  switch (cookie_) {
    case Cookie::keep:
      return std::nullopt;
    case Cookie::clear:
      return clear_cookie(env.cookie);
    case Cookie::give:
      return given_cookie();
  }
  return std::nullopt;
}

std::string Session::given_cookie() const {
  const SessionEnvironment& env = *environment_;
  const std::string value = env.format.cookies->cookie(id_, issued_);
  const auto& lifetimes = env.records.policy().lifetimes;
  const auto own = summary_ ? lifetimes.find(summary_->lifetime_name) : lifetimes.end();
  if (own == lifetimes.end()) return session::set_cookie(env.cookie, value);
  CookieAttributes attributes = env.cookie;
  attributes.lifetime = own->second.cookie;
  return session::set_cookie(attributes, value);
}

std::vector<std::string> Session::set_cookies() const {
  std::vector<std::string> values;
  if (auto own = set_cookie()) {
    values.push_back(std::move(*own));
    const auto& former = environment_->former_cookies;
    values.insert(values.end(), former.begin(), former.end());
  }
  return values;
}

}  // namespace session
