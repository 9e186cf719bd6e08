#pragma once

#include <prometheus/metric_family.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/telemetry/metrics/thread_counters.h"

namespace session::gateway {

// The building blocks of Metrics::Collect(). Not thread-safe.

using Families = std::vector<prometheus::MetricFamily>;
// The name and value of each label.
using LabelList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

// Fills the last family of a list.
class FamilyBuilder {
 public:
  // Adds a value to a counter or gauge.
  FamilyBuilder& value(double value, LabelList labels = {});
  template <std::integral Number>
  FamilyBuilder& value(Number number, LabelList labels = {}) {
    return value(static_cast<double>(number), labels);
  }
  // Adds the duration whose slots begin at `first` to a histogram.
  FamilyBuilder& duration(const CounterSnapshot& sums, std::size_t first, LabelList labels);

 private:
  friend FamilyBuilder add_family(Families& families, prometheus::MetricType type, std::string_view name,
                                  std::string_view help);
  explicit FamilyBuilder(prometheus::MetricFamily& family) : family_(family) {}
  prometheus::MetricFamily& family_;
};

// Begins a family. REQUIRES: the builder is used before the next family is added.
FamilyBuilder add_family(Families& families, prometheus::MetricType type, std::string_view name,
                         std::string_view help);
inline FamilyBuilder counter(Families& families, std::string_view name, std::string_view help) {
  return add_family(families, prometheus::MetricType::Counter, name, help);
}
inline FamilyBuilder gauge(Families& families, std::string_view name, std::string_view help) {
  return add_family(families, prometheus::MetricType::Gauge, name, help);
}
inline FamilyBuilder histogram(Families& families, std::string_view name, std::string_view help) {
  return add_family(families, prometheus::MetricType::Histogram, name, help);
}

}  // namespace session::gateway
