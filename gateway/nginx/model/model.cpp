#include "gateway/nginx/model/model.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

namespace session::gateway {
namespace {

constexpr std::array<std::string_view, 5> kHandlerKinds = {"proxy", "fastcgi", "uwsgi", "scgi", "grpc"};

constexpr const char* kLocalMachine = "127.0.0.1";

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

// Returns an IPv6 address in a canonical form: 127.0.0.1 for the local machine, and the IPv4 address for a
// mapped one. Returns "" if the text is not an IPv6 address.
std::string canonical_ipv6(const std::string& host) {
  in6_addr six{};
  if (inet_pton(AF_INET6, host.c_str(), &six) != 1) return {};
  if (IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six)) return kLocalMachine;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IN6_IS_ADDR_V4MAPPED(&six)) return inet_ntop(AF_INET, &six.s6_addr[12], text.data(), text.size());
  return "[" + std::string(inet_ntop(AF_INET6, &six, text.data(), text.size())) + "]";
}

std::string canonical_host(std::string host) {
  for (char& c : host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    const std::string address = canonical_ipv6(host.substr(1, host.size() - 2));
    return address.empty() ? host : address;
  }
  constexpr std::array<std::string_view, 3> kNames = {"localhost", "ip6-localhost", "0.0.0.0"};
  return std::find(kNames.begin(), kNames.end(), host) == kNames.end() ? host : kLocalMachine;
}

// Returns an address in a canonical form: with a port, in lower case, with 127.0.0.1 for the local machine.
std::string canonical_address(const std::string& text, const std::string& port) {
  if (text.starts_with("unix:")) return text.back() == ':' ? text.substr(0, text.size() - 1) : text;
  if (text.find('$') != text.npos) return text;
  const auto colon = text.ends_with(']') ? text.npos : text.rfind(':');
  if (colon == text.npos) return canonical_host(text) + ":" + port;
  return canonical_host(text.substr(0, colon)) + text.substr(colon);
}

// Removes the path from a target. The path may be a variable: 127.0.0.1:3000$request_uri.
std::string without_path(std::string text) {
  text.erase(std::min(text.find('/'), text.size()));
  for (const char* path : {"$request_uri", "$uri", "$document_uri"})
    text.erase(std::min(text.find(path), text.size()));
  return text;
}

}  // namespace

Context::Context(const Directive& block, const Context* parent, Level level)
    : block_(block), parent_(parent), level_(level) {
  if (level == Level::location) match_.emplace(block);
  for (const Directive& child : block.children) own_[child.name].push_back(&child);
}

const Context* Context::enclosing(Level level) const {
  const Context* context = this;
  while (context && context->level_ != level) context = context->parent_;
  return context;
}

const Directive* Context::find(std::string_view name) const {
  const auto& lines = list(name);
  return lines.empty() ? nullptr : lines.front();
}

const std::vector<const Directive*>& Context::own(std::string_view name) const {
  static const std::vector<const Directive*> none;
  const auto found = own_.find(name);
  return found == own_.end() ? none : found->second;
}

const std::vector<const Directive*>& Context::list(std::string_view name) const {
  const Context* context = this;
  while (context->parent_ && context->own(name).empty()) context = context->parent_;
  return context->own(name);
}

std::string Context::title() const {
  if (level_ == Level::branch) return block_.name + " in " + parent_->title();
  return legible(level_ == Level::location ? "location " + joined(block_.args) : block_.name);
}

bool Context::internal() const { return named() || find("internal") != nullptr; }

Model::Model(const std::vector<Directive>& configuration) {
  for (const Directive& directive : configuration) {
    if (directive.name == "http" && directive.is_block) read_http(directive);
  }
  find_constants();
}

Context& Model::add(const Directive& block, const Context* parent, Context::Level level) {
  storage_.push_back(std::make_unique<Context>(block, parent, level));
  return *storage_.back();
}

void Model::collect(const Directive& block) {
  for (const Directive& child : block.children) {
    all_.push_back(&child);
    collect(child);
  }
}

void Model::read_http(const Directive& block) {
  has_http_ = true;
  collect(block);
  const Context& http = add(block, nullptr, Context::Level::http);
  for (const Directive& child : block.children) {
    if (child.name == "upstream" && child.is_block) upstreams_.emplace(child.arg(0), &child);
    if (child.name == "server" && child.is_block) read_server(child, http);
  }
}

void Model::read_server(const Directive& block, const Context& http) {
  Context& server = add(block, &http, Context::Level::server);
  servers_.push_back(&server);
  read_inside(server);
}

void Model::read_inside(Context& context) {
  for (const Directive& child : context.block_.children) {
    if (!child.is_block) continue;
    if (child.name == "location") {
      Context& location = add(child, &context, Context::Level::location);
      context.locations_.push_back(&location);
      contexts_.push_back(&location);
      read_inside(location);
    } else if (child.name == "if" || child.name == "limit_except") {
      Context& branch = add(child, &context, Context::Level::branch);
      context.branches_.push_back(&branch);
      (context.level_ == Context::Level::server ? server_branches_ : contexts_).push_back(&branch);
      read_inside(branch);
    }
  }
}

const Directive* Model::upstream(std::string_view name) const {
  const auto found = upstreams_.find(name);
  return found == upstreams_.end() ? nullptr : found->second;
}

std::optional<Handler> Model::handler(const Context& context) {
  for (const std::string_view kind : kHandlerKinds) {
    const auto& lines = context.own(std::string(kind) + "_pass");
    if (!lines.empty()) return Handler{lines.front(), std::string(kind)};
  }
  if (context.level() == Context::Level::branch && context.parent()) return handler(*context.parent());
  return std::nullopt;
}

std::string Model::target(const Handler& handler) const {
  std::string text = with_constants(handler.line->arg(0));
  const auto scheme = text.find("://");
  if (scheme != text.npos) text.erase(0, scheme + 3);
  if (!text.starts_with("unix:")) return without_path(text);
  const auto path_end = text.find(':', 5);  // unix:/socket:/path
  return handler.kind == "proxy" && path_end != text.npos ? text.substr(0, path_end) : text;
}

std::set<std::string> Model::addresses(const Handler& handler) const {
  const std::string name = target(handler);
  const Directive* block = upstream(name);
  const std::string text = with_constants(handler.line->arg(0));
  const bool tls = text.starts_with("https://") || text.starts_with("grpcs://");
  if (!block) return {canonical_address(name, tls ? "443" : "80")};
  std::set<std::string> found = {"upstream " + name};
  for (const Directive& child : block->children) {
    if (child.name == "server") found.insert(canonical_address(child.arg(0), "80"));
  }
  return found;
}

}  // namespace session::gateway
