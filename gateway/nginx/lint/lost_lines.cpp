// Rules for lines of an outer level: nginx drops proxy_set_header, add_header and their like where a location
// has some of its own, and the project's files have some.

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "gateway/nginx/lint/rule.h"
#include "gateway/nginx/lint/upstream_protocol.h"

namespace session::gateway {
namespace {

using Lines = std::vector<const Directive*>;

// What a line sets: a header, or a param.
std::string key_of(const Directive& line) {
  const bool is_param = line.name.ends_with("_param");
  return is_param ? line.arg(0) : lower(line.arg(0));
}

bool sets(const Lines& lines, const std::string& key) {
  return std::any_of(lines.begin(), lines.end(), [&](const Directive* line) { return key_of(*line) == key; });
}

// Returns the lines of the nearest outer level that end in this location because of an include; none if the
// location has no such lines of the project's files.
Lines ended_in(const Context& context, const std::string& directive) {
  const Lines& own = context.own(directive);
  if (std::none_of(own.begin(), own.end(), [](const Directive* line) { return is_shipped(*line); }))
    return {};
  return context.parent()->list(directive);
}

// Returns those that the location does not have again.
Lines lost_in(const Context& context, const std::string& directive) {
  const Lines& own = context.own(directive);
  Lines lost = ended_in(context, directive);
  std::erase_if(lost, [&](const Directive* line) { return sets(own, key_of(*line)); });
  return lost;
}

// What session-gateway-proxy.conf sets, with the values that people write for it.
struct UsualHeader {
  std::string_view name;
  std::array<std::string_view, 4> values;  // none: any
};
constexpr std::array<UsualHeader, 8> kUsual = {
    {{"host", {"$host", "$http_host", "$host:$server_port", "$host$session_port"}},
     {"x-real-ip", {"$remote_addr"}},
     {"x-forwarded-for", {"$proxy_add_x_forwarded_for", "$remote_addr"}},
     {"x-forwarded-proto", {"$scheme", "$session_scheme"}},
     {"x-forwarded-host", {"$host", "$http_host", "$host:$server_port"}},
     {"upgrade", {"$http_upgrade"}},
     {"connection", {}},
     {"forwarded", {"(no value of it is usual: the file empties it)"}}}};

const UsualHeader* usual(const Directive& line) {
  const std::string name = lower(line.arg(0));
  const auto* found = std::find_if(kUsual.begin(), kUsual.end(),
                                   [&](const UsualHeader& header) { return header.name == name; });
  return found == kUsual.end() ? nullptr : found;
}

bool has_usual_value(const UsualHeader& header, const Directive& line) {
  return header.values.front().empty() ||
         (!line.arg(1).empty() &&
          std::find(header.values.begin(), header.values.end(), line.arg(1)) != header.values.end());
}

// Returns what to write for lines of headers: session-gateway-proxy.conf for those that it has, if it has no
// other value for one of them and the location has none of its headers already.
std::string write_headers(const Context& context, const Lines& lost) {
  const Lines& own = context.own("proxy_set_header");
  std::string all, others;
  bool by_include = std::none_of(own.begin(), own.end(), [](const Directive* line) { return usual(*line); });
  for (const Directive* line : lost) {
    const UsualHeader* header = usual(*line);
    if (header && !has_usual_value(*header, *line)) by_include = false;
    all += (all.empty() ? "" : " ") + as_written(*line);
    if (!header) others += " " + as_written(*line);
  }
  by_include = by_include && std::any_of(lost.begin(), lost.end(),
                                         [](const Directive* line) { return usual(*line) != nullptr; });
  return by_include ? "include session-gateway-proxy.conf;" + others : all;
}

// Returns the file that holds all of these lines and nothing that would be wrong in a location; "" if there
// is none.
std::string file_of(const Inspection& in, const Context& context, const Lines& lost) {
  const std::string& file = lost.front()->place.file;
  const std::string& directive = lost.front()->name;
  const auto elsewhere = [&](const Directive* line) { return line->place.file != file; };
  if (std::any_of(lost.begin(), lost.end(), elsewhere)) return {};
  const auto& all = in.usage.model().all();
  if (std::any_of(all.begin(), all.end(), [&](const Directive* line) {
        return line->place.file == file && (line->is_block || line->name != directive);
      }))
    return {};
  const Lines ended = ended_in(context, directive);
  const auto from_there = std::count_if(ended.begin(), ended.end(),
                                        [&](const Directive* line) { return line->place.file == file; });
  return from_there == static_cast<std::ptrdiff_t>(lost.size()) ? file : std::string();
}

std::string write_lines(const Inspection& in, const Context& context, const Lines& lost) {
  if (lost.front()->name == "proxy_set_header") {
    std::string write = write_headers(context, lost);
    if (write.starts_with("include ")) return write;
  }
  const std::string file = file_of(in, context, lost);
  if (!file.empty()) return "include " + legible(file) + ";";
  std::string write;
  for (const Directive* line : lost) write += (write.empty() ? "" : " ") + as_written(*line);
  return write;
}

// The lines of one directive that a location loses.
struct Loss {
  std::string names;  // "proxy_set_header Host and X-Real-IP (nginx.conf:7)"
  std::string write;
};

// Names the first of these, and how many more there are: "Host, X-Real-IP and 3 more".
std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 8;
  const std::size_t more = names.size() > kNamed ? names.size() - kNamed : 0;
  std::string text;
  for (std::size_t i = 0; i + more < names.size(); ++i) {
    const bool last = i > 0 && i + 1 == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + legible(names[i]);
  }
  return more == 0 ? text : text + " and " + std::to_string(more) + " more";
}

Loss loss_of(const std::vector<std::string>& names, const Directive& first, std::string write) {
  return {first.name + " " + listed(names) + " (" + render(first.place) + ")", std::move(write)};
}

void add_lines(const Inspection& in, const Context& context, const std::string& directive,
               std::vector<Loss>& to) {
  const Lines lost = lost_in(context, directive);
  if (lost.empty()) return;
  std::vector<std::string> names;
  for (const Directive* line : lost) names.push_back(line->arg(0));
  to.push_back(loss_of(names, *lost.front(), write_lines(in, context, lost)));
}

// Whether nginx answers with this status before it has chosen a location, so the server's page counts.
bool is_before_locations(const std::string& status) {
  constexpr std::array<std::string_view, 9> kEarly = {"400", "408", "414", "494", "495",
                                                      "496", "497", "501", "505"};
  return std::find(kEarly.begin(), kEarly.end(), status) != kEarly.end();
}

bool has_any(const Context& context, std::initializer_list<const char*> directives) {
  return std::any_of(directives.begin(), directives.end(),
                     [&](const char* name) { return !context.list(name).empty(); });
}

bool returns(const Context& context) {
  const auto& branches = context.branches();
  return !context.own("return").empty() ||
         std::any_of(branches.begin(), branches.end(),
                     [](const Context* branch) { return !branch->own("return").empty(); });
}

// Whether none of these statuses, as far as they tell of files that are missing and of upstreams, can get a
// page in a location. An application's own answer gets none, unless nginx intercepts it.
bool never_shown(const Context& context, const std::vector<std::string>& statuses) {
  const auto handler = Model::handler(context);
  const Directive* intercepts = handler ? context.find(handler->kind + "_intercept_errors") : nullptr;
  if (returns(context) || (intercepts && intercepts->arg(0) == "on")) return false;
  return std::all_of(statuses.begin(), statuses.end(), [&](const std::string& status) {
    if (status == "404") return handler && !context.internal() && !has_any(context, {"try_files"});
    if (status == "502" || status == "504") return !handler;
    return status == "503" && !has_any(context, {"limit_req", "limit_conn"});
  });
}

// Returns the statuses of an error_page line for which the location has no page of its own.
std::vector<std::string> statuses_lost(const Directive& line, const Lines& own) {
  std::vector<std::string> statuses;
  for (std::size_t i = 0; i + 1 < line.args.size() && !line.args[i].starts_with('='); ++i) {
    if (!is_before_locations(line.args[i]) &&
        std::none_of(own.begin(), own.end(), [&](const Directive* page) {
          return std::find(page->args.begin(), page->args.end(), line.args[i]) != page->args.end();
        }))
      statuses.push_back(line.args[i]);
  }
  return statuses;
}

void add_error_pages(const Context& context, std::vector<Loss>& to) {
  const Directive* first = nullptr;
  std::vector<std::string> all;
  std::string write;
  for (const Directive* line : ended_in(context, "error_page")) {
    const auto statuses = statuses_lost(*line, context.own("error_page"));
    if (statuses.empty() || never_shown(context, statuses)) continue;
    if (!first) first = line;
    Directive page = *line;
    page.args = statuses;
    for (const std::string& word : line->args) {
      if (word.starts_with('=')) page.args.push_back(word);
    }
    page.args.push_back(line->args.back());
    all.insert(all.end(), statuses.begin(), statuses.end());
    write += (write.empty() ? "" : " ") + as_written(page);
  }
  if (first) to.push_back(loss_of(all, *first, write));
}

void lost_lines(Inspection& in) {
  for (const Context* context : in.usage.model().contexts()) {
    if (context->level() != Context::Level::location || in.usage.is_gateway(*context) ||
        is_shipped(context->block()))
      continue;
    std::vector<Loss> losses;
    if (const auto protocol = upstream_protocol_of(*context)) {
      add_lines(in, *context, std::string(protocol->directive), losses);
      add_lines(in, *context, std::string(protocol->kind) + "_hide_header", losses);
    }
    add_lines(in, *context, "add_header", losses);
    add_error_pages(*context, losses);
    if (losses.empty()) continue;
    std::string names, write;
    for (const Loss& loss : losses) {
      names += (names.empty() ? "" : "; ") + loss.names;
      write += (write.empty() ? "" : " ") + loss.write;
    }
    in.advice(
        context->place(),
        context->title() +
            ": these lines of an outer level end here, since the include has some of their kind: " + names,
        write);
  }
}

bool is_php(const Inspection& in, const Context& context) {
  const auto handler = Model::handler(context);
  return handler->kind == "fastcgi" && (in.usage.model().target(*handler).find("php") != std::string::npos ||
                                        (context.level() == Context::Level::location &&
                                         context.match().text().find("php") != std::string::npos));
}

// Whether the application learns what is asked for: by one of these params.
bool tells_request(const Lines& params) {
  constexpr std::array<std::string_view, 6> kNames = {"REQUEST_METHOD", "SCRIPT_FILENAME", "SCRIPT_NAME",
                                                      "REQUEST_URI",    "DOCUMENT_URI",    "PATH_INFO"};
  return std::any_of(params.begin(), params.end(), [&](const Directive* line) {
    return std::find(kNames.begin(), kNames.end(), line->arg(0)) != kNames.end();
  });
}

// Reports a location whose only params are those of the include.
void no_request_params(Inspection& in) {
  constexpr const char* kScript = "fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;";
  for (const Context* context : in.usage.handling_contexts()) {
    const auto protocol = upstream_protocol_of(*context);
    if (!protocol || protocol->by_name || in.usage.is_gateway(*context)) continue;
    const Lines& params = context->list(protocol->directive);
    if (std::none_of(params.begin(), params.end(), [](const Directive* line) { return is_shipped(*line); }) ||
        !lost_in(*context, std::string(protocol->directive)).empty())
      continue;
    const bool php = is_php(in, *context);
    const bool script = !php || sets(params, "SCRIPT_FILENAME");
    if (tells_request(params) && script) continue;
    const std::string file = std::string(protocol->kind) + "_params";
    in.advice(
        context->place(),
        context->title() +
            (tells_request(params)
                 ? ": PHP gets no SCRIPT_FILENAME, and finds no script"
                 : ": the application gets no REQUEST_METHOD and no other param of the request, since "
                   "the include has some params and nginx adds none by itself"),
        (tells_request(params) ? "" : "include " + file + ";" + (php ? " " : "")) + (php ? kScript : ""));
  }
}

}  // namespace

const std::vector<LintRule>& lost_line_rules() {
  static const std::vector<LintRule> rules = {
      {"lost-lines", lost_lines,
       "nginx drops the `proxy_set_header` lines (and `fastcgi_param`, `uwsgi_param`, `scgi_param`, "
       "`grpc_set_header` lines) of the server and `http` level in a location that has some of its own, and "
       "the "
       "includes have some. The application then finds another `Host` and no `X-Forwarded-` headers."},
      {"no-request-params", no_request_params,
       "nginx tells an application behind `fastcgi_pass` and its like only what the params say. The includes "
       "say who the user is, not what is asked for."},
  };
  return rules;
}

}  // namespace session::gateway
