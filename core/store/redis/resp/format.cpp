#include "core/store/redis/resp/format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include <hiredis/hiredis.h>
#include <openssl/crypto.h>

namespace session {
namespace {

using Words = std::initializer_list<std::string_view>;

// A command with more words or bytes has no form.
constexpr std::size_t kMaxWords = 8;
constexpr std::size_t kMaxBytes = 512;
// How many forms a thread remembers; a power of two.
constexpr std::size_t kForms = 64;

// The commands of certain lengths: the text that hiredis has formatted, and where each word goes in it.
struct Form {
  std::size_t words = 0;  // 0: there is no form yet
  std::array<std::uint16_t, kMaxWords> lengths{};
  std::array<std::uint16_t, kMaxWords> places{};
  std::string text;
};

// Appends what hiredis formats. Its own copy may hold a password, and is wiped.
void append_formatted(std::string& wire, const std::vector<const char*>& words,
                      const std::vector<std::size_t>& lengths) {
  char* text = nullptr;
  const int size = redisFormatCommandArgv(&text, static_cast<int>(words.size()),
                                          const_cast<const char**>(words.data()), lengths.data());
  if (size < 0) throw std::bad_alloc();
  const auto wipe = [size](char* formatted) {
    OPENSSL_cleanse(formatted, static_cast<std::size_t>(size));
    redisFreeCommand(formatted);
  };
  const std::unique_ptr<char, decltype(wipe)> owned(text, wipe);
  wire.append(text, static_cast<std::size_t>(size));
}

// Words without bytes may have no address.
const char* address_of(std::string_view word) { return word.empty() ? "" : word.data(); }

bool is_short(Words words) {
  std::size_t bytes = 0;
  for (const std::string_view word : words) {
    if (word.size() > kMaxBytes) return false;
    bytes += word.size();
  }
  return words.size() <= kMaxWords && bytes <= kMaxBytes;
}

bool fits(const Form& form, Words words) {
  return form.words == words.size() &&
         std::equal(words.begin(), words.end(), form.lengths.begin(),
                    [](std::string_view word, std::uint16_t length) { return word.size() == length; });
}

// A word stands behind the line end of its header, and has a line end itself.
Form make_form(Words words) {
  static const std::string filler(kMaxBytes, '.');
  Form form;
  std::vector<std::size_t> lengths;
  for (const std::string_view word : words) {
    form.lengths[form.words++] = static_cast<std::uint16_t>(word.size());
    lengths.push_back(word.size());
  }
  append_formatted(form.text, std::vector<const char*>(lengths.size(), filler.data()), lengths);
  std::size_t at = form.text.find('\n') + 1;
  for (std::size_t i = 0; i < form.words; ++i) {
    at = form.text.find('\n', at) + 1;
    form.places[i] = static_cast<std::uint16_t>(at);
    at += form.lengths[i] + 2;
  }
  return form;
}

const Form& form_of(Words words) {
  thread_local std::array<Form, kForms> forms;
  std::size_t hash = words.size();
  for (const std::string_view word : words) hash = 31 * hash + word.size();
  Form& form = forms[hash % kForms];
  if (!fits(form, words)) form = make_form(words);
  return form;
}

}  // namespace

void append_command(std::string& wire, Words words) {
  if (!is_short(words)) {
    std::vector<const char*> addresses;
    std::vector<std::size_t> lengths;
    for (const std::string_view word : words) {
      addresses.push_back(address_of(word));
      lengths.push_back(word.size());
    }
    append_formatted(wire, addresses, lengths);
    return;
  }
  const Form& form = form_of(words);
  const std::size_t begin = wire.size();
  wire.append(form.text);
  const std::uint16_t* place = form.places.data();
  for (const std::string_view word : words)
    std::memcpy(wire.data() + begin + *place++, address_of(word), word.size());
}

}  // namespace session
