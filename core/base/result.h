#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace session {

// A T, or the E that explains why there is none. Failures that happen at run time are values; exceptions are
// for start-up and bugs. E needs a default constructor.
template <class T, class E>
using Result = boost::system::result<T, E>;

// Why something from outside was refused: a sentence for the sender, without what was sent.
struct InputProblem {
  InputProblem() = default;
  explicit InputProblem(std::string sentence) : text(std::move(sentence)) {}
  std::string text;
};

}  // namespace session
