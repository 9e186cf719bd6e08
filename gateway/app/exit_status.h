#pragma once

namespace session::gateway {

// What every command returns, and nothing else (docs/contract.md).
inline constexpr int kFine = 0;    // done; what was looked at is fine
inline constexpr int kFailed = 1;  // a problem was found, or the command failed: it has said which
inline constexpr int kUsage = 2;   // the command line is wrong: nothing was done
// `sessions` alone tells these apart: it found no session, got no answer from the gateway, or something
// else kept it from doing all that was asked: it has said what.
inline constexpr int kNothingFound = 1;
inline constexpr int kUnreachable = 3;
inline constexpr int kNotDone = 4;

}  // namespace session::gateway
