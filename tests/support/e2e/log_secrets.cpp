#include "tests/support/e2e/log_secrets.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <regex>
#include <unordered_map>
#include <unordered_set>

#include <boost/test/unit_test.hpp>

#include "tests/support/e2e/process.h"

namespace session::test {
namespace {

// A cookie of an application, or a word that a test sends in place of one, says nothing.
constexpr std::size_t kShortestCookie = 16;
constexpr std::size_t kIdCharacters = 32;
constexpr std::size_t kMacCharacters = 43;

// The secrets by their first kShortest bytes: a test may note a million, and a log of many megabytes is gone
// through once.
class Noted {
 public:
  void add(std::string_view secret) {
    if (secret.size() < kShortest) return;
    const std::lock_guard lock(mutex_);
    auto& same_start = by_start_[start_of(secret.data())];
    if (std::find(same_start.begin(), same_start.end(), secret) == same_start.end())
      same_start.emplace_back(secret);
  }
  [[nodiscard]] std::vector<std::string> in(std::string_view text) {
    const std::lock_guard lock(mutex_);
    std::unordered_set<std::string> found;
    for (std::size_t at = 0; at + kShortest <= text.size(); ++at) {
      const auto some = by_start_.find(start_of(text.data() + at));
      if (some == by_start_.end()) continue;
      for (const std::string& secret : some->second) {
        if (text.substr(at).starts_with(secret)) found.insert(secret);
      }
    }
    return {found.begin(), found.end()};
  }

 private:
  static std::uint64_t start_of(const char* bytes) {
    std::uint64_t start = 0;
    static_assert(sizeof start == kShortest);
    std::memcpy(&start, bytes, sizeof start);
    return start;
  }
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<std::string>> by_start_;
};

Noted& noted() {
  static Noted all;
  return all;
}

bool is_base64url(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    out += escape ? static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16))
                  : text[i];
    if (escape) i += 2;
  }
  return out;
}

// s:ID.SIGNATURE of express-session.
void keep_signed_id(std::string_view value) {
  const auto dot = value.rfind('.');
  if (!value.starts_with("s:") || dot == std::string_view::npos) return;
  for (const std::string_view part : {value.substr(2, dot - 2), value.substr(dot + 1)}) {
    if (part.size() >= kShortestCookie) noted().add(part);
  }
}

void check_file(std::string_view what, const std::string& file) {
  for (const std::string& secret : secrets_in(read_file(file)))
    BOOST_ERROR("a secret stands in the " << what << " of a gateway, " << file << ": " << secret);
}

}  // namespace

void keep_out_of_logs(std::string_view secret) { noted().add(secret); }

void keep_cookie_out_of_logs(std::string_view value) {
  if (value.size() < kShortestCookie) return;
  // Where a native cookie stands, its id does.
  if (value.starts_with("v1.")) return keep_native_cookies_out_of_logs(value);
  noted().add(value);
  const std::string decoded = percent_decoded(value);
  noted().add(decoded);
  keep_signed_id(decoded);
}

void keep_cookies_out_of_logs(std::string_view header) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const std::string_view pair = header.substr(0, end);
    if (const auto equals = pair.find('='); equals != std::string_view::npos)
      keep_cookie_out_of_logs(pair.substr(equals + 1));
    header.remove_prefix(std::min(end + 1, header.size()));
  }
}

// v1.KEY.ID.ISSUED.MAC
void keep_native_cookies_out_of_logs(std::string_view bytes) {
  const auto part_at = [&](std::size_t at, std::size_t size) {
    const std::string_view part = bytes.substr(std::min(at, bytes.size()), size);
    return part.size() == size && std::all_of(part.begin(), part.end(), is_base64url) ? part
                                                                                      : std::string_view();
  };
  for (std::size_t at = bytes.find("v1."); at != std::string_view::npos; at = bytes.find("v1.", at + 1)) {
    const auto key_end = bytes.find('.', at + 3);
    if (key_end == std::string_view::npos) return;
    noted().add(part_at(key_end + 1, kIdCharacters));
    const auto issued = bytes.find('.', key_end + 1);
    if (issued == std::string_view::npos) return;
    const auto mac = bytes.find('.', issued + 1);
    if (mac != std::string_view::npos) noted().add(part_at(mac + 1, kMacCharacters));
  }
}

std::vector<std::string> secrets_of_configuration(const std::string& file) {
  static const std::regex line(R"re((^|[\s{,])(value|file):\s*('([^'\n]*)'|"([^"\n]*)"|([^\s,}'"]+)))re");
  const std::string text = read_file(file);
  std::vector<std::string> secrets;
  for (std::sregex_iterator match(text.begin(), text.end(), line), end; match != end; ++match) {
    std::string value = (*match)[4].str() + (*match)[5].str() + (*match)[6].str();
    if ((*match)[2] == "file") {
      value = read_file((std::filesystem::path(file).parent_path() / value).string());
      while (value.ends_with('\n')) value.pop_back();
    }
    if (value.size() >= kShortest) secrets.push_back(value);
  }
  return secrets;
}

std::vector<std::string> audit_files_of_configuration(const std::string& file) {
  static const std::regex line(R"re((^|[\s{,])audit:\s*['"]?(/[^\s,}'"]+))re");
  const std::string text = read_file(file);
  std::smatch match;
  if (!std::regex_search(text, match, line)) return {};
  const std::string name = match[2].str();
  std::vector<std::string> files;
  std::error_code none;
  const std::filesystem::path directory = std::filesystem::path(name).parent_path();
  for (const auto& each : std::filesystem::directory_iterator(directory, none)) {
    if (each.is_regular_file(none) && each.path().string().starts_with(name))
      files.push_back(each.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> secrets_in(std::string_view log) { return noted().in(log); }

void check_log_for_secrets(const std::vector<std::string>& command, const std::string& log_file) {
  const auto serve = std::find(command.begin(), command.end(), "serve");
  if (serve == command.end()) return;
  std::vector<std::string> audit_files;
  const auto config = std::find(serve, command.end(), "--config");
  if (config != command.end() && std::next(config) != command.end()) {
    for (const std::string& secret : secrets_of_configuration(*std::next(config))) keep_out_of_logs(secret);
    audit_files = audit_files_of_configuration(*std::next(config));
  }
  if (std::filesystem::is_regular_file(log_file)) check_file("log", log_file);
  for (const std::string& file : audit_files) check_file("audit", file);
}

}  // namespace session::test
