#include "gateway/fronts/front_files.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "core/base/text.h"
#include "gateway/config/identity_header.h"
#include "gateway/config/listen_address.h"
#include "gateway/fronts/templates.h"
#include "gateway/fronts/text_template.h"

namespace session::gateway {
namespace {

constexpr std::size_t kMaxDashes = 6;  // 64 spellings

// Whether no front's configuration needs quotes for it.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:-,@%+=~?&[]").find(c) != std::string_view::npos;
  });
}

bool has_secret(const Settings& settings, std::size_t listener) {
  return listener < settings.listen_secrets.size() && !settings.listen_secrets[listener].empty();
}

// Whether the front can ask there.
bool can_ask(const Front& front, const Settings& settings, std::size_t listener) {
  const Listen& listen = settings.listen[listener];
  if (protocol_of(listen) != front.protocol) return false;
  if (front.protocol == Protocol::http && serves_of(listen).count(Service::auth) == 0) return false;
  if (front.secret_file.empty() && has_secret(settings, listener)) return false;
  return !(std::holds_alternative<ListenUnix>(listen) ? front.unix_address : front.tcp_address).empty();
}

std::string missing_listener(const Front& front) {
  const bool http = front.protocol == Protocol::http;
  std::string text = "listen: there is no listener that " + std::string(front.name) + " can ask: one ";
  text += http ? "with protocol: http that serves auth" : "with FastCGI";
  if (front.unix_address.empty()) text += ", by TCP";
  if (front.secret_file.empty()) text += ", without a secret";
  text += ". Add to `listen` (and if there is none, the listeners that you have so far):\n\nlisten:\n";
  if (front.unix_address.empty()) {
    text += http ? "  - tcp: 127.0.0.1:9180\n" : "  - tcp: 127.0.0.1:9000\n";
  } else {
    text += "  - unix: /run/session-gateway/" + std::string(front.name) + ".sock\n";
    text += "    group: THE-GROUP-OF-" + std::string(front.name) + "\n";
  }
  if (http) text += "    protocol: http\n    serves: [auth, session]\n";
  text.pop_back();
  return text;
}

std::string filled_line(std::string_view text, const TemplateValues& values) {
  std::string line = fill_in(text, values);
  line.pop_back();
  return line;
}

void add_place(const Front& front, const Listen& listen, TemplateValues& to) {
  auto& words = to.words;
  if (const auto* socket = std::get_if<ListenUnix>(&listen)) {
    words["path"] = socket->path;
    words["address"] = filled_line(front.unix_address, to);
    words["bare_host"] = words["host"] = words["port"] = "";
    return;
  }
  const auto& tcp = std::get<ListenTcp>(listen);
  const std::string host = host_to_connect(tcp);
  words["bare_host"] = host;
  words["host"] = in_brackets(host);
  words["port"] = std::to_string(tcp.port);
  words["address"] = filled_line(front.tcp_address, to);
  words["path"] = "";
}

TemplateValues header_values(const Front& front, const std::string& name) {
  TemplateValues values;
  std::string pattern = lower(name);
  for (std::size_t at = 0; (at = pattern.find('-', at)) != pattern.npos; at += 4)
    pattern.replace(at, 1, "[-_]");
  values.words = {
      {"header", name},
      {"header_lower", lower(name)},
      {"header_folded", folded_header(name)},
      {"header_pattern", pattern},
  };
  if (front.lists_spellings) {
    for (const std::string& spelling : header_spellings(name))
      values.lists["spelling"].push_back({{{"spelling", spelling}}, {}});
  }
  return values;
}

std::optional<std::string> add_headers(const Front& front, const Settings& settings, TemplateValues& to) {
  std::string& all = to.words["headers"];
  auto& list = to.lists["header"];
  for (const auto& [name, pointer] : settings.identity.headers) {
    const auto dashes = static_cast<std::size_t>(std::count(name.begin(), name.end(), '-'));
    if (front.lists_spellings && dashes > kMaxDashes)
      return "identity.headers: " + name + " has more than " + std::to_string(kMaxDashes) + " -, and " +
             std::string(front.name) +
             " needs a line for each of its spellings with - and _: give it a shorter name";
    list.push_back(header_values(front, name));
    all += (all.empty() ? "" : ",") + name;
  }
  return std::nullopt;
}

std::optional<std::string> add_checks(const Front& front, const Settings& settings, TemplateValues& to) {
  for (const HttpCheck& check : settings.checks) {
    if (!is_plain(check.login_page))
      return "checks." + check.name + ".login_page: it has characters for which " + std::string(front.name) +
             " would need quotes: give another address that leads there";
    to.lists["check"].push_back(
        {{{"check", check.name},
          {"login_page", check.login_page},
          {"signin", (check.login_page.starts_with('/') ? "https://$host" : "") + check.login_page},
          {"to", check.login_page.find('?') == check.login_page.npos ? "?to=" : "&to="},
          {"return", check.login_page.starts_with('/') ? "x_session_return" : "x_session_return_url"},
          {"original", check.original},
          {"redirect", check.redirect ? "redirect" : ""}},
         {}});
  }
  const auto leads = std::find_if(settings.checks.begin(), settings.checks.end(),
                                  [](const HttpCheck& check) { return check.redirect; });
  to.words["first_check"] = (leads == settings.checks.end() ? settings.checks.begin() : leads)->name;
  return std::nullopt;
}

void add_views(const Settings& settings, const Listen& listen, TemplateValues& to) {
  auto& views = to.lists["view"];
  to.words["views"] = "";
  to.words["sessions"] = serves_of(listen).count(Service::sessions) > 0 ? "yes" : "";
  if (serves_of(listen).count(Service::session) > 0) {
    for (const HttpView& view : settings.views) views.push_back({{{"view", view.name}}, {}});
  }
  if (!views.empty() || !to.words["sessions"].empty()) to.words["views"] = "yes";
}

void add_file(const FrontFile& file, const TemplateValues& values, std::vector<Snippet>& to) {
  const std::string_view text = front_template(file.source);
  if (file.name.find("@check@") == file.name.npos) {
    to.push_back({std::string(file.name), fill_in(text, values)});
    return;
  }
  for (const TemplateValues& check : values.lists.at("check")) {
    TemplateValues both = values;
    for (const auto& [word, value] : check.words) both.words[word] = value;
    to.push_back({filled_line(file.name, both), fill_in(text, both)});
  }
}

Snippet secret_file(const Front& front, const Secret& secret) {
  TemplateValues values;
  values.words["secret"] = secret.reveal();
  return {std::string(front.secret_file), fill_in(front.secret_text, values), true};
}

}  // namespace

std::vector<std::string> header_spellings(std::string_view name) {
  std::vector<std::string> all = {std::string(name)};
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '-') continue;
    const std::size_t before = all.size();
    for (std::size_t i = 0; i < before; ++i) {
      all.push_back(all[i]);
      all.back()[at] = '_';
    }
  }
  return all;
}

Result<std::vector<Snippet>, std::string> front_files(const Front& front, const Settings& settings,
                                                      const std::string& directory) {
  std::size_t listener = 0;
  while (listener < settings.listen.size() && !can_ask(front, settings, listener)) ++listener;
  if (listener == settings.listen.size()) return missing_listener(front);
  const Listen& listen = settings.listen[listener];
  TemplateValues values;
  add_place(front, listen, values);
  if (!is_plain(values.words["path"]))
    return "listen: the path of the socket has characters for which " + std::string(front.name) +
           " would need quotes: give it another one";
  if (auto wrong = add_headers(front, settings, values)) return std::move(*wrong);
  if (auto wrong = add_checks(front, settings, values)) return std::move(*wrong);
  values.words["cookie"] = settings.cookie.name;
  add_views(settings, listen, values);
  const std::string folder = directory.empty() ? std::string(front.directory) : directory;
  if (!is_plain(folder))
    return "--output: the name of the directory has characters for which " + std::string(front.name) +
           " would need quotes: choose another one";
  values.words["directory"] = folder;
  values.words["secret_file"] =
      has_secret(settings, listener) ? folder + "/" + std::string(front.secret_file) : "";
  std::vector<Snippet> files;
  for (const FrontFile& file : front.files) add_file(file, values, files);
  if (has_secret(settings, listener))
    files.push_back(secret_file(front, settings.listen_secrets[listener].front()));
  return files;
}

}  // namespace session::gateway
