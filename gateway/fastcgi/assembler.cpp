#include "gateway/fastcgi/assembler.h"

namespace session::gateway {

Assembler::Outcome Assembler::feed(std::string_view received) {
  if (!request_.empty()) {
    request_ = {};
    // Gives the memory back: thousands of idle connections must not each keep their largest request.
    std::string().swap(assembled_);
  }
  if (pending_.empty()) return walk(received);
  std::string input = std::exchange(pending_, {});
  input.append(received);
  const Outcome outcome = walk(input);
  if (outcome == Outcome::whole && assembled_.empty()) {
    // The request lies in `input`, which is about to go.
    assembled_.assign(request_);
    request_ = assembled_;
  }
  return outcome;
}

Assembler::Outcome Assembler::walk(std::string_view input) {
  std::size_t run = 0;  // where the records taken in one piece begin
  std::size_t at = 0;
  const auto keep_run = [&] { assembled_.append(input.substr(run, at - run)); };
  for (;;) {
    Step step = framing_.next(input.substr(at));
    reply_ += step.reply;
    switch (step.kind) {
      case Step::Kind::need_more:
        keep_run();
        pending_.assign(input.substr(at));
        return Outcome::need_more;
      case Step::Kind::take:
        at += step.size;
        break;
      case Step::Kind::skip:
        keep_run();
        run = at += step.size;
        break;
      case Step::Kind::aborted:
        assembled_.clear();
        run = at += step.size;
        break;
      case Step::Kind::complete:
        at += step.size;
        if (!assembled_.empty()) keep_run();
        request_ = assembled_.empty() ? input.substr(run, at - run) : std::string_view(assembled_);
        pending_.assign(input.substr(at));
        return Outcome::whole;
      case Step::Kind::too_large:
        return Outcome::too_large;
      case Step::Kind::violation:
        why_ = step.why;
        return Outcome::close;
    }
    if (step.close) return Outcome::close;
  }
}

}  // namespace session::gateway
