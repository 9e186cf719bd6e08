#include "gateway/transport/http/date_line.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace session::gateway {
namespace {

constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

const std::string& DateLine::now() {
  const seconds now = clock_.unix_now();
  if (now == rendered_) return line_;
  rendered_ = now;
  const auto since_epoch = static_cast<std::time_t>(now.count());
  std::tm utc{};
  ::gmtime_r(&since_epoch, &utc);
  std::array<char, 64> text{};
  // Not strftime: its names of days and months are those of the locale.
  const int size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n",
                                 kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                 kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  line_.assign(text.data(), static_cast<std::size_t>(size));
  return line_;
}

}  // namespace session::gateway
