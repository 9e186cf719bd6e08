#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace session {

// Internal to subject_sessions.cpp: tells, from passes over the list of a subject, when no session of it is
// left that had begun before the first pass.
//
// A pass reads the list, and then each record. A session that gets another id meanwhile can slip through: its
// new record is not there yet when it is read, and its former one not any more. But then it has its new id
// before the pass ends, and a third that it gets is none that the list named already. So if the next pass
// finds nothing either, and the list then still names nothing new, there is no id that it could have. A login
// that is listed and not stored yet keeps nobody waiting: it had not been answered before.
class AllEnded {
 public:
  // A list of `max` keys may have been cut off, and proves nothing.
  explicit AllEnded(std::size_t max) : max_(max) {}

  // Whether a list that was read after the passes proves it.
  [[nodiscard]] bool is_proved_by(const std::vector<std::string>& list) const {
    return list.empty() || (list.size() < max_ && quiet_passes_ >= 2 && names_nothing_new(list));
  }
  // A pass over this list found something to end, or not.
  void passed(const std::vector<std::string>& list, bool found_any) {
    const bool goes_on = !found_any && quiet_passes_ > 0 && names_nothing_new(list);
    if (!goes_on) before_ = std::set(list.begin(), list.end());
    quiet_passes_ = found_any ? 0 : goes_on ? quiet_passes_ + 1 : 1;
  }

 private:
  [[nodiscard]] bool names_nothing_new(const std::vector<std::string>& list) const {
    return std::all_of(list.begin(), list.end(),
                       [&](const std::string& key) { return before_.contains(key); });
  }

  std::set<std::string> before_;  // what the first of the passes that found nothing to end has read
  int quiet_passes_ = 0;
  std::size_t max_;
};

}  // namespace session
