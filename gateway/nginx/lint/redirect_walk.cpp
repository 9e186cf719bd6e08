#include "gateway/nginx/lint/redirect_walk.h"

#include <algorithm>

#include "gateway/nginx/lint/served_files.h"
#include "gateway/nginx/model/pattern.h"

namespace session::gateway {
namespace {

constexpr int kMaxSteps = 12;  // nginx gives up after ten
constexpr std::size_t kMaxTexts = 16;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool is_address_of_request(const std::string& variable) {
  return variable == "uri" || variable == "document_uri";
}

}  // namespace

bool has_other_lock(const Context& context) {
  const Directive* password = context.find("auth_basic");
  return !context.list("deny").empty() || (password && password->arg(0) != "off");
}

bool is_closed(const Context& context) { return GatewayUsage::check(context) || has_other_lock(context); }

std::optional<std::string> path_in(const Context& location) {
  const LocationMatch& match = location.match();
  const std::string& text = match.text();
  if (location.named()) return std::nullopt;
  if (match.kind() == LocationMatch::Kind::exact) return text;
  if (match.kind() == LocationMatch::Kind::regex) {
    const Context* outer = location.parent();
    const auto path = path_sample_of(text);
    if (!path || outer->level() != Context::Level::location || outer->named()) return path;
    const auto above = path_in(*outer);
    const std::string inner = above ? above->substr(0, above->rfind('/')) + *path : "";
    return captures_of(text, inner) ? inner : path;
  }
  return text + (text.ends_with('/') ? "x" : "/x");
}

OpenEnds RedirectWalk::redirected(const std::string& target, const std::string& path, bool again) {
  found_ = {};
  seen_.clear();
  again_ = again;
  go_to(target, {path, true, 0}, {});
  return found_;
}

OpenEnds RedirectWalk::rewritten(const Directive& line, const std::string& path) {
  found_ = {};
  seen_.clear();
  again_ = false;
  Way way{path, true, 0};
  if (captures_of(line.arg(0), path)) {
    if (rewrite_line(line, way)) route(way);
  } else {
    found_.unknown = true;
  }
  return found_;
}

OpenEnds RedirectWalk::rewritten_in(const Context& location, const Directive& line) {
  for (const auto& path : {path_in(location), path_sample_of(line.arg(0))}) {
    if (!path) continue;
    OpenEnds found = rewritten(line, *path);
    if (!found.unknown || !found.ends.empty()) return found;
  }
  return {{}, true};
}

OpenEnds RedirectWalk::requested(const std::string& path, bool again) {
  found_ = {};
  seen_.clear();
  again_ = again;
  Way way{path, true, 0};
  if (!rewrite(server_, way)) return found_;
  const Context* location = Model::routed(server_, way.path).location;
  if (!location || !location->internal()) route(way);
  return found_;
}

void RedirectWalk::go_to(const std::string& target, const Way& way, const Captures& captures) {
  if (target.starts_with('=') || target.starts_with("http://") || target.starts_with("https://")) return;
  if (target.starts_with('@')) {
    const Context* location = Model::named_location(server_, target);
    if (location) visit(*location, {way.path, way.keeps_address, way.steps + 1});
    return;
  }
  const Expanded all = expanded(target.substr(0, target.find('?')), way, captures);
  for (const std::string& text : all.texts) {
    if (text.starts_with('@')) go_to(text, way, captures);
    if (text.starts_with('/')) route({text, all.keeps_address, way.steps + 1});
  }
}

void RedirectWalk::route(const Way& way) {
  const Model::Routed to = Model::routed(server_, way.path);
  found_.unknown = found_.unknown || to.unknown;
  if (!to.unknown) visit(to.location ? *to.location : server_, way);
}

void RedirectWalk::visit(const Context& context, Way way) {
  if (way.steps > kMaxSteps || !seen_.insert({&context, way.path}).second) return;
  if (!admits_(context) || usage_.is_gateway(context)) return;
  if (context.level() != Context::Level::server && !rewrite(context, way)) return;
  for (const Directive* line : context.own("echo_exec")) {
    go_to(line->arg(0), way, {});
    return;
  }
  const auto& tried = context.own("try_files");
  if (tried.empty() || tried.front()->args.empty()) {
    serve(context, way);
    return;
  }
  const auto& words = tried.front()->args;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const Expanded names = expanded(words[i], way, {});
    for (const std::string& name : names.texts) serve(context, {name, names.keeps_address, way.steps});
  }
  go_to(words.back(), way, {});
}

void RedirectWalk::serve(const Context& context, const Way& way) {
  if (context.level() == Context::Level::server && !context.find("root")) return;  // nginx's own welcome
  found_.ends.push_back({&context, way.path, way.keeps_address});
  if (!again_) return;
  for (const Directive* line : context.list("error_page")) {
    if (line->args.size() > 1) go_to(line->args.back(), way, {});
  }
}

bool RedirectWalk::rewrite(const Context& context, Way& way) {
  for (const Directive& line : context.block().children) {
    if (line.name == "return") {
      for (const Directive* page : context.list("error_page")) {
        if (again_ && page->args.size() > 1) go_to(page->args.back(), way, {});
      }
      return false;
    }
    if (line.name == "break") return true;
    if (line.name == "rewrite" && !rewrite_line(line, way)) return false;
    if (line.name == "rewrite" && line.arg(2) == "break") return true;
    if (line.name != "if") continue;
    // Whether the condition is fulfilled is unknown: both ways are followed.
    const auto branch = std::find_if(context.branches().begin(), context.branches().end(),
                                     [&](const Context* one) { return &one->block() == &line; });
    Way inner = way;
    if (branch == context.branches().end() || !rewrite(**branch, inner)) continue;
    const auto handler = Model::handler(**branch);
    const bool other = inner.path != way.path || !(*branch)->own("root").empty() ||
                       (handler && !(*branch)->own(handler->line->name).empty());
    if (other && context.level() != Context::Level::server) serve(**branch, inner);
  }
  return true;
}

bool RedirectWalk::rewrite_line(const Directive& line, Way& way) {
  const auto captures = captures_of(line.arg(0), way.path);
  if (!captures) return true;
  if (sends_away(line)) return false;
  if (line.arg(2) != "break") {
    go_to(line.arg(1), way, *captures);
    return false;
  }
  const Expanded to = expanded(line.arg(1), way, *captures);
  if (to.texts.empty()) return true;
  way.path = to.texts.front();
  way.keeps_address = to.keeps_address;
  return true;
}

std::vector<std::string> RedirectWalk::values_of(const std::string& variable) const {
  std::vector<std::string> values;
  for (const Directive* line : usage_.model().all()) {
    if (assigned_by(*line) != "$" + variable) continue;
    if (line->name == "set") values.push_back(line->arg(1));
    if (line->name == "auth_request_set") return {};
    for (const Directive& row : line->children) {
      if (row.args.size() == 1) values.push_back(row.arg(0));
    }
  }
  const bool unknown = std::any_of(values.begin(), values.end(),
                                   [](const std::string& value) { return value.find('$') != value.npos; });
  return unknown || values.size() > kMaxTexts ? std::vector<std::string>() : values;
}

// A variable of unknown value counts as x within an address; at its beginning it makes the address unknown.
RedirectWalk::Expanded RedirectWalk::expanded(const std::string& text, const Way& way,
                                              const Captures& captures) {
  Expanded out{{""}, false};
  const auto append = [&](const std::vector<std::string>& ends) {
    std::vector<std::string> longer;
    for (const std::string& begin : out.texts) {
      for (const std::string& end : ends) {
        if (longer.size() < kMaxTexts) longer.push_back(begin + end);
      }
    }
    out.texts = std::move(longer);
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at + (text[at] == '$' && at + 1 < text.size() && text[at + 1] == '{' ? 2 : 1);
    std::size_t end = begin;
    while (end < text.size() && is_word(text[end])) ++end;
    if (text[at] != '$' || end == begin) {
      const auto next = std::min(text.find('$', at + 1), text.size());
      append({text.substr(at, next - at)});
      at = next;
      continue;
    }
    const std::string name = text.substr(begin, end - begin);
    const auto capture = captures.find(name);
    std::vector<std::string> values = values_of(name);
    if (capture != captures.end()) {
      values = {capture->second};
      out.keeps_address = out.keeps_address || !capture->second.empty();
    } else if (is_address_of_request(name)) {
      values = {way.path};
      out.keeps_address = way.keeps_address;
    } else if (values.empty()) {
      found_.unknown = found_.unknown || at == 0;
      values = {at == 0 ? "" : "x"};
    }
    append(values);
    at = end + (begin == at + 2 && end < text.size() ? 1 : 0);
  }
  return out;
}

namespace {

// Whether a program looks at the address that was asked for, and not only at the one of the error page: it
// gets it in a param, or is what other addresses lead to, too (index.php). A script of its own, as login.php
// is, does not.
bool is_front_controller(const Context& location, const std::string& path) {
  if (path.substr(path.rfind('/') + 1).starts_with("index.")) return true;
  const auto names_script = [](const Directive* line) {
    return line->arg(0) == "SCRIPT_FILENAME" && !variables_in(line->arg(1)).empty() &&
           (line->arg(1).find("script_name") != std::string::npos ||
            line->arg(1).find("$uri") != std::string::npos ||
            line->arg(1).find("request_filename") != std::string::npos);
  };
  for (const char* directive : {"fastcgi_param", "uwsgi_param", "scgi_param"}) {
    const auto& params = location.list(directive);
    const bool asked = std::any_of(params.begin(), params.end(), [](const Directive* line) {
      return line->arg(1).find("$request_uri") != std::string::npos;
    });
    if (asked && std::none_of(params.begin(), params.end(), names_script)) return true;
  }
  const auto handler = Model::handler(location);
  return handler && handler->line->arg(0).find("$request_uri") != std::string::npos;
}

bool serves_same_files(const Context& location, const OpenEnd& end) {
  const auto path = path_in(location);
  if (!path || Model::handler(location)) return false;
  const auto own = file_of(location, *path);
  const auto other = file_of(*end.context, end.path);
  return own && other && other->starts_with(own->substr(0, own->rfind('/') + 1));
}

}  // namespace

bool sends_away(const Directive& rewrite) {
  const std::string& to = rewrite.arg(1);
  const std::string& flag = rewrite.arg(2);
  return flag == "redirect" || flag == "permanent" || to.starts_with("http://") ||
         to.starts_with("https://") || to.starts_with("$scheme");
}

bool leads_to_location(const Directive& line) {
  return line.name == "rewrite" && (line.arg(2).empty() || line.arg(2) == "last") && !sends_away(line) &&
         line.arg(1).find("://") == std::string::npos;
}

std::string undone_by(const GatewayUsage& usage, const Context& location, const OpenEnd& end) {
  if (!Model::handler(*end.context))
    return end.keeps_address && serves_same_files(location, end) ? "serves the same files" : "";
  const bool passed = usage.is_application(*end.context) &&
                      (end.keeps_address || is_front_controller(*end.context, end.path));
  return passed ? "passes it to the application" : "";
}

}  // namespace session::gateway
