#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/session/actions.h"

namespace {

using session::Actions;

void check(bool holds) {
  if (!holds) std::abort();
}

// What was accepted can be stored and read back as it is.
void survives(const Actions& actions) {
  const std::string text = session::to_text(actions.set);
  const auto again = session::parse_json(text);
  check(again && *again == actions.set);
  check(session::to_text(*again) == text);
  for (const std::string& key : actions.unset) {
    const session::Json name = key;
    // As a header carries them, keys may be any bytes; those that JSON can't hold name no attribute.
    if (!session::parse_json(session::to_text(name))) std::abort();
  }
  (void)session::contradiction(actions);
}

template <class Input>
void try_actions(const Input& input) {
  const auto actions = session::parse_actions(input);
  if (!actions) {
    check(!actions.error().text.empty());
    return;
  }
  check(actions->set.is_object());
  survives(*actions);
  const Actions twice = session::merged(*actions, *actions);
  check(twice.set == actions->set && twice.destroy == actions->destroy);
}

}  // namespace

// The first byte says which carrier the rest comes in: the body, or one of the headers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  session::ActionTexts texts;
  switch (data[0] % 6) {
    case 0:
      try_actions(text);
      return 0;
    case 1:
      texts.set = {text};
      break;
    case 2:
      texts.unset = {text};
      break;
    case 3:
      texts.destroy = {text};
      break;
    case 4:
      texts.regenerate = {text};
      break;
    default:
      texts.set = {text.substr(0, text.size() / 2), text.substr(text.size() / 2)};
      break;
  }
  try_actions(texts);
  return 0;
}
