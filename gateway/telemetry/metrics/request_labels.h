#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "gateway/telemetry/metrics/layout.h"

namespace session::gateway {

// The values of labels, in the order of their slots. They are fixed, so that no text of a client or of a
// location becomes a label.

inline constexpr std::array<std::string_view, kOutcomes> kOutcomeNames = {
    "ok", "refused", "forbidden", "bad_request", "store_unavailable", "error"};

// Every X-Session-Reason, and "other" for an unlisted one.
inline constexpr std::array<std::string_view, kReasons> kReasonNames = {"absent",
                                                                        "unknown",
                                                                        "expired",
                                                                        "revoked",
                                                                        "malformed",
                                                                        "bad-signature",
                                                                        "bad-secret",
                                                                        "ambiguous",
                                                                        "stale",
                                                                        "forbidden",
                                                                        "not-allowed",
                                                                        "commit-not-allowed",
                                                                        "cross-origin",
                                                                        "method-not-allowed",
                                                                        "bad-query",
                                                                        "bad-request",
                                                                        "bad-actions",
                                                                        "bad-location",
                                                                        "application-error",
                                                                        "too-large",
                                                                        "too-many-sessions",
                                                                        "no-endpoint",
                                                                        "no-such-session",
                                                                        "does-not-fit",
                                                                        "store-unavailable",
                                                                        "internal",
                                                                        "other"};

// The label `endpoint` of requests that name no endpoint, or an unknown one.
inline constexpr std::string_view kNoEndpoint = "none";

// The outcome of a response. An application that answers a commit with an error of its own is no failure of
// the gateway, whatever the status.
[[nodiscard]] RequestOutcome outcome_of(int status, std::string_view reason);
[[nodiscard]] std::size_t reason_index(std::string_view reason);

}  // namespace session::gateway
