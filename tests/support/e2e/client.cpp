#include "tests/support/e2e/client.h"

#include <algorithm>
#include <stdexcept>

#include "tests/support/e2e/log_secrets.h"

namespace session::test {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? ""
                                         : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t on_body(char* data, std::size_t, std::size_t length, void* reply) {
  static_cast<Reply*>(reply)->body.append(data, length);
  return length;
}

std::size_t on_header(char* data, std::size_t, std::size_t length, void* to) {
  auto& reply = *static_cast<Reply*>(to);
  const std::string_view line(data, length);
  if (line.starts_with("HTTP/")) reply.headers.clear();  // after a 100 Continue
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    reply.headers.emplace_back(lower(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    const auto& [name, value] = reply.headers.back();
    if (name == "set-cookie") keep_cookies_out_of_logs(value.substr(0, value.find(';')));
  }
  return length;
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  if (curl_easy_setopt(handle, option, value) != CURLE_OK) throw std::runtime_error("curl_easy_setopt");
}

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("curl_global_init");
}

}  // namespace

std::vector<std::string> Reply::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [known, value] : headers) {
    if (known == lower(name)) values.push_back(value);
  }
  return values;
}

std::string Reply::header(std::string_view name) const {
  const auto values = all(name);
  return values.empty() ? "" : values.front();
}

std::string Reply::cookie(std::string_view name) const {
  for (const auto& line : all("set-cookie")) {
    if (!line.starts_with(std::string(name) + "=")) continue;
    const auto start = name.size() + 1;
    return line.substr(start, line.find(';') - start);
  }
  return "";
}

Client::Client(const Site& site)
    : handle_((start_curl(), curl_easy_init()), curl_easy_cleanup), url_(site.url) {
  set(handle_.get(), CURLOPT_NOSIGNAL, 1L);
  set(handle_.get(), CURLOPT_TIMEOUT, 30L);
  set(handle_.get(), CURLOPT_PROXY, "");
  set(handle_.get(), CURLOPT_WRITEFUNCTION, on_body);
  set(handle_.get(), CURLOPT_HEADERFUNCTION, on_header);
  if (!site.unix_socket.empty()) set(handle_.get(), CURLOPT_UNIX_SOCKET_PATH, site.unix_socket.c_str());
  if (!site.ca_file.empty()) {
    set(handle_.get(), CURLOPT_CAINFO, site.ca_file.c_str());
    set(handle_.get(), CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  }
}

void Client::keep_cookies() { set(handle_.get(), CURLOPT_COOKIEFILE, ""); }

Reply Client::get(const std::string& path, const HeaderLines& headers) { return send("GET", path, headers); }

Reply Client::head(const std::string& path, const HeaderLines& headers) {
  set(handle_.get(), CURLOPT_NOBODY, 1L);
  return perform(path, headers);
}

Reply Client::post(const std::string& path, const std::string& body, const HeaderLines& headers) {
  set(handle_.get(), CURLOPT_POST, 1L);
  set(handle_.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  set(handle_.get(), CURLOPT_COPYPOSTFIELDS, body.c_str());
  return perform(path, headers);
}

Reply Client::send(const std::string& method, const std::string& path, const HeaderLines& headers) {
  set(handle_.get(), CURLOPT_HTTPGET, 1L);
  if (method != "GET") set(handle_.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  return perform(path, headers);
}

Reply Client::perform(const std::string& path, const HeaderLines& headers) {
  Reply reply;
  curl_slist* lines = nullptr;
  for (const auto& line : headers) {
    lines = curl_slist_append(lines, line.c_str());
    if (lower(line).starts_with("cookie:"))
      keep_cookies_out_of_logs(trimmed(line.substr(line.find(':') + 1)));
  }
  const std::string url = url_ + path;
  set(handle_.get(), CURLOPT_URL, url.c_str());
  set(handle_.get(), CURLOPT_PATH_AS_IS, 1L);
  set(handle_.get(), CURLOPT_HTTPHEADER, lines);
  set(handle_.get(), CURLOPT_WRITEDATA, &reply);
  set(handle_.get(), CURLOPT_HEADERDATA, &reply);
  const CURLcode code = curl_easy_perform(handle_.get());
  set<curl_slist*>(handle_.get(), CURLOPT_HTTPHEADER, nullptr);
  set<const char*>(handle_.get(), CURLOPT_CUSTOMREQUEST, nullptr);
  curl_slist_free_all(lines);
  if (code != CURLE_OK) throw std::runtime_error(url + ": " + curl_easy_strerror(code));
  curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply.status);
  curl_easy_getinfo(handle_.get(), CURLINFO_HTTP_VERSION, &reply.http_version);
  return reply;
}

}  // namespace session::test
