#include "gateway/telemetry/metrics/request_families.h"

#include "gateway/telemetry/metrics/request_labels.h"

namespace session::gateway {
namespace {

double figure(const CounterSnapshot& sums, Count what) { return static_cast<double>(sums[layout::of(what)]); }

// Calls `work` for each endpoint with its name, and last for kNoEndpoint.
template <class Work>
void for_each_endpoint(std::span<const std::string> names, const Work& work) {
  for (std::size_t i = 1; i < names.size(); ++i) work(static_cast<EndpointId>(i), names[i]);
  work(EndpointId::none, names[0]);
}

}  // namespace

void add_request_families(Families& families, const CounterSnapshot& sums,
                          std::span<const std::string> endpoints) {
  auto requests = counter(families, "session_gateway_requests_total",
                          "Requests that were answered, by endpoint and outcome.");
  for_each_endpoint(endpoints, [&](EndpointId endpoint, std::string_view name) {
    for (std::size_t i = 0; i < kOutcomes; ++i)
      requests.value(static_cast<double>(sums[layout::request(endpoint, static_cast<RequestOutcome>(i))]),
                     {{"endpoint", name}, {"outcome", kOutcomeNames[i]}});
  });
  auto refusals = counter(families, "session_gateway_refusals_total",
                          "Requests whose outcome was not ok, by the reason that X-Session-Reason gave.");
  for (std::size_t i = 0; i < kReasons; ++i)
    refusals.value(static_cast<double>(sums[layout::refusal(i)]), {{"reason", kReasonNames[i]}});
  auto durations = histogram(families, "session_gateway_request_duration_seconds",
                             "Time from a whole request to its answer, by endpoint.");
  for_each_endpoint(endpoints, [&](EndpointId endpoint, std::string_view name) {
    durations.duration(sums, layout::request_time(endpoint), {{"endpoint", name}});
  });
}

void add_connection_families(Families& families, const CounterSnapshot& sums) {
  // Other threads count while both are read, so the difference is clamped to zero.
  const double opened = figure(sums, Count::connection_opened);
  const double closed = figure(sums, Count::connection_closed);
  gauge(families, "session_gateway_connections", "FastCGI connections that are open.")
      .value(opened > closed ? opened - closed : 0);
  counter(families, "session_gateway_connections_accepted_total", "FastCGI connections that were accepted.")
      .value(figure(sums, Count::connection_accepted));
  counter(families, "session_gateway_connections_refused_total",
          "FastCGI connections that were closed at once, by what there was too little of.")
      .value(figure(sums, Count::connection_refused_limit), {{"cause", "limit"}})
      .value(figure(sums, Count::connection_refused_descriptors), {{"cause", "descriptors"}})
      .value(figure(sums, Count::connection_refused_memory), {{"cause", "memory"}});
  counter(families, "session_gateway_connections_ended_total",
          "FastCGI connections that the gateway ended because of what came, or did not come, on them.")
      .value(figure(sums, Count::connection_ended_deadline), {{"cause", "deadline"}})
      .value(figure(sums, Count::connection_ended_protocol), {{"cause", "protocol"}})
      .value(figure(sums, Count::connection_ended_too_large), {{"cause", "too_large"}})
      .value(figure(sums, Count::connection_ended_limit), {{"cause", "limit"}});
}

void add_session_families(Families& families, const CounterSnapshot& sums) {
  counter(families, "session_gateway_sessions_created_total",
          "Sessions that requests began: new ones, and those moved from another format.")
      .value(figure(sums, Count::session_new), {{"cause", "new"}})
      .value(figure(sums, Count::session_moved), {{"cause", "moved"}})
      .value(figure(sums, Count::session_imported), {{"cause", "imported"}});
  counter(
      families, "session_gateway_session_ids_changed_total",
      "Sessions that got another id, by why: a login, a changed right, or an application or client asked.")
      .value(figure(sums, Count::session_id_login), {{"cause", "login"}})
      .value(figure(sums, Count::session_id_rights), {{"cause", "rights"}})
      .value(figure(sums, Count::session_id_asked), {{"cause", "asked"}});
  counter(families, "session_gateway_malformed_records_total",
          "Times that a record in the store was found to be no session of this format.")
      .value(figure(sums, Count::malformed_record));
}

}  // namespace session::gateway
