#include "gateway/transport/fastcgi/assembler.h"

namespace session::gateway {
namespace {

// Gives the memory back, as clear() does not: thousands of idle connections must not each keep their largest
// request.
void release(std::string& text) { std::string().swap(text); }

}  // namespace

Assembler::Outcome Assembler::feed(std::string_view received) {
  if (!request_.empty()) {
    request_ = {};
    if (!assembled_.empty()) release(assembled_);
  }
  drop_seen();
  if (pending_.empty()) return received.empty() ? Outcome::need_more : walk(received);
  if (!received.empty()) {
    pending_.erase(0, seen_);
    seen_ = 0;
    pending_.append(received);
  }
  return walk(std::string_view(pending_).substr(seen_));
}

void Assembler::drop_seen() {
  if (pending_.empty() || seen_ < pending_.size()) return;
  release(pending_);
  seen_ = 0;
}

// Keeps what of the input comes after `at` for the next call; the input may be what was kept from the last.
void Assembler::keep_rest(std::string_view input, std::size_t at) {
  if (!pending_.empty()) {
    seen_ += at;
  } else if (at < input.size()) {
    pending_.assign(input.substr(at));
  }
}

Assembler::Outcome Assembler::walk(std::string_view input) {
  std::size_t run = 0;  // where the records taken in one piece begin
  std::size_t at = 0;
  const auto keep_run = [&] { assembled_.append(input.substr(run, at - run)); };
  for (;;) {
    const Step step = framing_.next(input.substr(at));
    switch (step.kind) {
      case Step::Kind::need_more:
        keep_run();
        keep_rest(input, at);
        drop_seen();
        return Outcome::need_more;
      case Step::Kind::take:
        at += step.size;
        break;
      case Step::Kind::skip:
        keep_run();
        run = at += step.size;
        break;
      case Step::Kind::aborted:
        release(assembled_);
        run = at += step.size;
        break;
      case Step::Kind::complete:
        at += step.size;
        if (!assembled_.empty()) keep_run();
        request_ = assembled_.empty() ? input.substr(run, at - run) : std::string_view(assembled_);
        keep_rest(input, at);
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
