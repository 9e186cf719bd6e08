#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace session {

// A T, or the E that explains why there is none. Failures at run time are values; exceptions are for start-up
// and bugs. E needs a default constructor.
template <class T, class E>
using Result = boost::system::result<T, E>;

// Why input from outside was rejected: a sentence for the sender that does not quote the input.
struct InputProblem {
  InputProblem() = default;
  explicit InputProblem(std::string sentence) : text(std::move(sentence)) {}
  std::string text;
};

}  // namespace session
