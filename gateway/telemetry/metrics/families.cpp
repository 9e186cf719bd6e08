#include "gateway/telemetry/metrics/families.h"

#include <limits>

namespace session::gateway {
namespace {

constexpr double kNanosPerSecond = 1e9;

prometheus::ClientMetric labelled(LabelList labels) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : labels) metric.label.push_back({std::string(name), std::string(value)});
  return metric;
}

}  // namespace

FamilyBuilder add_family(Families& families, prometheus::MetricType type, std::string_view name,
                         std::string_view help) {
  prometheus::MetricFamily& family = families.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
  return FamilyBuilder(family);
}

FamilyBuilder& FamilyBuilder::value(double value, LabelList labels) {
  prometheus::ClientMetric metric = labelled(labels);
  if (family_.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family_.metric.push_back(std::move(metric));
  return *this;
}

FamilyBuilder& FamilyBuilder::duration(const CounterSnapshot& sums, std::size_t first, LabelList labels) {
  prometheus::ClientMetric metric = labelled(labels);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    count += sums[first + i];
    const bool last = i == kBoundsNanos.size();
    const double bound = last ? std::numeric_limits<double>::infinity()
                              : static_cast<double>(kBoundsNanos[i]) / kNanosPerSecond;
    metric.histogram.bucket.push_back({count, bound});
  }
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = static_cast<double>(sums[first + kBuckets]) / kNanosPerSecond;
  family_.metric.push_back(std::move(metric));
  return *this;
}

}  // namespace session::gateway
