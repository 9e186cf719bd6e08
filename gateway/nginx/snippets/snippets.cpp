#include "gateway/nginx/snippets/snippets.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "gateway/config/listen_address.h"
#include "gateway/nginx/model/header_names.h"
#include "gateway/nginx/snippets/templates.h"

namespace session::gateway {
namespace {

// The line of conf/nginx that includes the package's file, if there is one.
constexpr std::string_view kIncludeSecret = "include /etc/session-gateway/nginx/secret*.conf;";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
    text.replace(at, what.size(), with);
}

std::string_view without_indent(std::string_view line) {
  const auto begin = line.find_first_not_of(' ');
  return begin == line.npos ? std::string_view() : line.substr(begin);
}

// Whether a directive is about this header; comments are about none.
bool concerns(std::string_view line, const HeaderName& header) {
  if (without_indent(line).starts_with('#')) return false;
  return line.find(header.name) != line.npos || line.find(header.folded) != line.npos ||
         line.find(header.param) != line.npos;
}

std::string with_header(std::string_view shape, const HeaderName& from, const HeaderName& to) {
  std::string line(shape);
  // In this order nothing is found in what has been put in: the spellings differ in case, in - and _, or in
  // the $.
  replace_all(line, from.name, to.name);
  replace_all(line, from.param, to.param);
  replace_all(line, from.folded, to.folded);
  replace_all(line, "$" + from.variable, "$" + to.variable);
  return line;
}

// What the files say for the default headers, and what to say instead.
struct SnippetWording {
  std::vector<HeaderName> defaults;
  std::vector<HeaderName> headers;
  const std::vector<Listen>& listen;
  std::string secret_file;  // empty: where the package has it
  std::string cookies;      // a pattern for the names of all session cookies
};

constexpr std::string_view kDefaultCookies = "(?:__Host-session)";

// A pattern (PCRE) that finds exactly this name. nginx leaves a backslash before other characters than
// quotes and backslashes alone, and no cookie's name has these.
std::string pattern_of(std::string_view name) {
  std::string pattern;
  for (const char c : name) {
    if (!is_word(c) && c != '-') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// The lines in the place of one. A line about the first of the default headers is the shape of such lines for
// all headers; those about the other default headers only repeat it.
std::string reworded(std::string_view line, const SnippetWording& wording) {
  std::string out;
  const std::string indent(line.size() - without_indent(line).size(), ' ');
  if (without_indent(line).starts_with(kIncludeSecret) && !wording.secret_file.empty())
    return indent + "include " + nginx_argument(wording.secret_file) + ";\n";
  if (without_indent(line).starts_with("server unix:")) {
    for (const Listen& listen : wording.listen) out += indent + "server " + upstream_address(listen) + ";\n";
    return out;
  }
  if (line.find(kDefaultCookies) != line.npos) {
    std::string renamed(line);
    replace_all(renamed, kDefaultCookies, wording.cookies);
    return renamed + "\n";
  }
  const auto about = std::find_if(wording.defaults.begin(), wording.defaults.end(),
                                  [&](const HeaderName& header) { return concerns(line, header); });
  if (about == wording.defaults.end()) return std::string(line) + "\n";
  if (about != wording.defaults.begin()) return out;
  for (const HeaderName& header : wording.headers) out += with_header(line, *about, header) + "\n";
  return out;
}

std::string reworded_file(std::string_view text, const SnippetWording& wording) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += reworded(text.substr(0, end), wording);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// Every word that begins with session_ is somebody's, be it of a variable, a capture or an upstream.
std::vector<std::string> words_of_templates() {
  std::vector<std::string> words;
  for (const SnippetTemplate& file : snippet_templates()) {
    const std::string_view text = file.text;
    for (std::size_t at = 0; (at = text.find("session_", at)) != text.npos;) {
      const std::size_t begin = at;
      while (at < text.size() && is_word(text[at])) ++at;
      words.emplace_back(text.substr(begin, at - begin));
    }
  }
  return words;
}

}  // namespace

std::string nginx_argument(std::string_view text) {
  const auto plain = [](char c) {
    return is_word(c) || std::string_view("./:-,@%+=[]~").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n' || c == '\r' || c == '\t') {
      out.append(1, '\\').append(1, c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string session_cookies(const Settings& settings) {
  std::string names = pattern_of(settings.cookie.name);
  for (const FormatRow* row : settings.accept)
    names += "|" + pattern_of(settings.format_settings(*row).cookie_name);
  return "(?:" + names + ")";
}

std::string upstream_address(const Listen& listen) {
  if (const auto* socket = std::get_if<ListenUnix>(&listen)) return nginx_argument("unix:" + socket->path);
  const auto& tcp = std::get<ListenTcp>(listen);
  return nginx_argument(in_brackets(host_to_connect(tcp)) + ":" + std::to_string(tcp.port));
}

namespace {

bool speaks_fastcgi(const Listen& listen) { return protocol_of(listen) == Protocol::fastcgi; }

// What nginx sends: the first secret of the listeners that have any; empty if none has. nullopt: they have
// different ones.
std::optional<std::string_view> secret_to_send(const Settings& settings) {
  std::string_view first;
  for (std::size_t i = 0; i < settings.listen_secrets.size(); ++i) {
    const std::vector<Secret>& secrets = settings.listen_secrets[i];
    if (secrets.empty() || (i < settings.listen.size() && !speaks_fastcgi(settings.listen[i]))) continue;
    if (!first.empty() && !equal_in_constant_time(first, secrets.front().reveal())) return std::nullopt;
    first = secrets.front().reveal();
  }
  return first;
}

Snippet secret_snippet(std::string_view secret) {
  std::string text =
      "# The secret of `listen` in gateway.yaml, for root's eyes only. The locations that ask the gateway "
      "include it.\n";
  text.append("fastcgi_param GATEWAY_SECRET ").append(secret).append(";\n");
  return {std::string(kSecretSnippet), std::move(text), true};
}

}  // namespace

Result<std::vector<Snippet>, std::string> snippets(const Settings& settings, const std::string& directory) {
  const auto defaults = header_names(IdentitySettings{}, {});
  std::vector<std::string> taken = words_of_templates();
  // What the lines about the default headers use is free again: those lines go.
  for (const HeaderName& header : *defaults) std::erase(taken, header.variable);
  auto headers = header_names(settings.identity, taken);
  if (!headers) return headers.error();
  const auto secret = secret_to_send(settings);
  if (!secret)
    return std::string(
        "listen: the listeners have different secrets, and nginx's upstream needs one for all");
  std::vector<Listen> listeners;
  std::copy_if(settings.listen.begin(), settings.listen.end(), std::back_inserter(listeners), speaks_fastcgi);
  if (listeners.empty())
    return std::string("listen: no listener speaks FastCGI, by which nginx's files ask the gateway");
  SnippetWording wording{*defaults, std::move(*headers), std::move(listeners), {}, session_cookies(settings)};
  if (!secret->empty() && !directory.empty())
    wording.secret_file = directory + "/" + std::string(kSecretSnippet);
  std::vector<Snippet> out;
  for (const SnippetTemplate& file : snippet_templates())
    out.push_back({std::string(file.name), reworded_file(file.text, wording)});
  if (!secret->empty()) out.push_back(secret_snippet(*secret));
  return out;
}

}  // namespace session::gateway
