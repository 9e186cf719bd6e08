#include "gateway/realm/session_census.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/await.h"

namespace session::gateway {
namespace {

constexpr std::size_t kPageSize = 500;

// Finishes the count, whichever way the task ends.
struct Finish {
  SessionCensus& census;
  std::optional<SessionCount> count = {};
  bool failed = false;
  ~Finish() { census.finish(count, system_clock().steady_now(), failed); }
};

}  // namespace

bool SessionCensus::begin(Clock::Steady now, milliseconds max_age) {
  const std::lock_guard lock(mutex_);
  if (counting_ || (last_ && now - finished_ < std::max(max_age, 10 * last_->took))) return false;
  counting_ = true;
  return true;
}

void SessionCensus::finish(const std::optional<SessionCount>& count, Clock::Steady now, bool failed) {
  const std::lock_guard lock(mutex_);
  counting_ = false;
  failed_ = failed;
  if (!count) return;
  last_ = count;
  finished_ = now;
}

std::optional<SessionCount> SessionCensus::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

bool SessionCensus::counting() const {
  const std::lock_guard lock(mutex_);
  return counting_;
}

bool SessionCensus::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

Task<void> count_sessions(std::shared_ptr<SessionCensus> census, SessionDirectory directory,
                          CensusTerms terms) {
  Finish finish{*census};
  const Clock::Steady began = system_clock().steady_now();
  SessionCount count;
  std::string cursor;
  do {
    if (terms.stopping()) co_return;
    const Clock::Steady since = system_clock().steady_now();
    const auto page = co_await directory.page(std::move(cursor), kPageSize);
    finish.failed = !page;
    if (!page) co_return;
    for (const SessionInfo& session : page->sessions) {
      if (session.subject.empty()) {
        ++count.without_subject;
      } else {
        ++count.with_subject;
      }
    }
    cursor = page->cursor;
    const auto took = std::chrono::ceil<milliseconds>(system_clock().steady_now() - since);
    co_await pause(terms.paced && !cursor.empty() ? took : milliseconds(0));
  } while (!cursor.empty());
  count.counted = system_clock().unix_now();
  count.took = std::chrono::ceil<milliseconds>(system_clock().steady_now() - began);
  finish.count = count;
}

}  // namespace session::gateway
