#include "gateway/http/location_settings.h"

#include "core/base/text.h"

namespace session::gateway {
namespace {

using Contains = bool (*)(std::string_view list, std::string_view item);

bool lists(std::string_view list, std::string_view item) {
  while (!list.empty()) {
    if (take_item(list, ',') == item) return true;
  }
  return false;
}

// Whether a list of actions contains an item, by itself or by its action as a whole: `set` contains
// `set:cart`.
bool lists_action(std::string_view list, std::string_view item) {
  return lists(list, item) || lists(list, item.substr(0, item.find(':')));
}

// Appends the items of `from` that `list` contains.
void append_contained(std::string_view from, std::string_view list, Contains contains, std::string& to) {
  while (!from.empty()) {
    const std::string_view item = take_item(from, ',');
    if (item.empty() || !contains(list, item) || lists(to, item)) continue;
    if (!to.empty()) to += ',';
    to += item;
  }
}

// What both lists contain. Each is looked through for the other's items, as the narrower item may be in
// either.
std::string intersection(std::string_view a, std::string_view b, Contains contains) {
  std::string both;
  append_contained(a, b, contains, both);
  append_contained(b, a, contains, both);
  return both;
}

void narrow(std::optional<std::string>& list, std::string_view by, Contains contains) {
  if (list) {
    list = intersection(*list, by, contains);
  } else {
    list.emplace(by);
  }
}

}  // namespace

void LocationSettings::add_endpoint(std::string_view name) {
  if (!endpoint_) {
    endpoint_.emplace(name);
  } else if (*endpoint_ != name) {
    endpoint_->append(", ").append(name);  // No endpoint has a comma in its name; the log shows both.
  }
}

void LocationSettings::add_require(std::string_view rules) {
  if (!require_.empty()) require_ += ',';
  require_ += rules;
}

void LocationSettings::add_allow(std::string_view actions) { narrow(allow_, actions, lists_action); }

void LocationSettings::add_expose(std::string_view attributes) { narrow(expose_, attributes, lists); }

void LocationSettings::add_touch(std::string_view value) {
  if (value == "off") touch_ = Touch::off;
}

void LocationSettings::add_commit(std::string_view value) {
  if (value != "on") may_commit_ = false;
}

void LocationSettings::add_scheme(std::string_view scheme) {
  if (scheme_.empty()) {
    scheme_ = lower(scheme);
  } else if (scheme_ != lower(scheme)) {
    scheme_.append(", ").append(scheme);  // No scheme has a comma.
  }
}

}  // namespace session::gateway
