#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "core/base/text.h"
#include "tests/support/e2e/client.h"
#include "tests/support/e2e/peers.h"
#include "tests/support/e2e/process.h"
#include "tests/support/places.h"

// What the tests of web servers beside nginx share. Each runs the configuration that its page shows.
namespace session::test {

// The first block of that language on a page.
[[nodiscard]] std::string block_of(const std::string& page, const std::string& language);

// The files that `session-gateway fronts NAME` prints for the block of `yaml` in docs/fronts/NAME.md, by
// their names, without that of the secret. Throws if the page does not show each of them whole, as a block.
[[nodiscard]] std::map<std::string, std::string> front_files(const std::string& name);

// The same for another configuration than that of the page, of which the page need not show anything.
[[nodiscard]] std::map<std::string, std::string> front_files_for(const std::string& name,
                                                                 const std::string& yaml);

// front_files() of a front that has one file.
[[nodiscard]] std::string front_configuration(const std::string& name);

// Like replaced(), for what must be there.
inline std::string with(const std::string& text, const std::string& what, const std::string& instead) {
  if (text.find(what) == std::string::npos) throw std::runtime_error("the configuration has no: " + what);
  return replaced(text, what, instead);
}

// Every spelling of a header's name that is the same variable to CGI.
inline std::vector<std::string> spellings(const std::string& header) {
  std::vector<std::string> all = {header};
  for (std::size_t at = 0; at < header.size(); ++at) {
    if (header[at] != '-') continue;
    const std::size_t count = all.size();
    for (std::size_t i = 0; i < count; ++i) {
      all.push_back(all[i]);
      all.back()[at] = '_';
    }
  }
  return all;
}

inline const std::vector<std::string> kIdentityHeaders = {"X-Auth-Request-User", "X-Auth-Request-Email",
                                                          "X-Auth-Request-Groups"};

// Identity headers as a client would send them who wants to be somebody else: one request for each line, with
// upper and lower case, and with an empty value, which could hide the true one.
inline std::vector<std::string> forged_identities() {
  std::vector<std::string> lines;
  for (const std::string& header : kIdentityHeaders) {
    for (const std::string& spelling : spellings(header)) {
      lines.push_back(spelling + ": mallory");
      lines.push_back(lower(spelling) + ": mallory");
      lines.push_back(spelling + ";");
    }
  }
  return lines;
}

// Ways to ask for PLACE/file, that lies in a protected place, which a web server might not take for that.
inline std::vector<std::string> ways_to(const std::string& place, const std::string& file) {
  const std::string whole = place + "/" + file;
  const std::string encoded = place.substr(0, 1) + "%" + (place[1] == 'i' ? "69" : "") + place.substr(2);
  return {whole,
          "/" + whole,
          encoded + "/" + file,
          place + "//" + file,
          "/open/.." + whole,
          "/open/%2e%2e" + whole,
          "/." + whole,
          place + "/./" + file,
          place + "/../" + whole.substr(1),
          place + "%2f" + file,
          place + "%2F" + file,
          place + ";a=b/" + file,
          place + "/x/../" + file,
          whole + "?a=b",
          whole + "/",
          "/IN/" + file,
          place + "\\" + file};
}

// Has the application log in or out whoever asks for an address that ends in login or logout, as the pages
// say: it asks the gateway at that socket, with the cookies that it has received, and passes on the cookies
// that it gets.
inline void commit_at(Application& application, const std::string& socket) {
  application.answers([socket](const AppRequest& request) -> std::string {
    const bool login = request.target.ends_with("/login");
    if (!login && !request.target.ends_with("/logout")) return "200 OK\r\nContent-Length: 0\r\n\r\n";
    HeaderLines cookies;
    for (const auto& [name, value] : request.headers)
      if (name == "cookie") cookies.push_back("Cookie: " + value);
    const std::string body = login ? R"({"set":{"user":"alice","card":1}})" : R"({"destroy":true})";
    const Reply reply = Client({"http://gateway.test", socket, ""}).post("/commit", body, cookies);
    std::string answer = reply.status < 300 ? "200 OK\r\n" : "502 Bad Gateway\r\n";
    for (const std::string& cookie : reply.all("set-cookie")) answer += "Set-Cookie: " + cookie + "\r\n";
    return answer + "Content-Length: 0\r\n\r\n";
  });
}

// A visitor logs in with an application of commit_at(), reads the session, and logs out by DELETE and with
// the application. /in/file has this content.
inline void logs_in_reads_the_session_and_logs_out(Client browser, const std::string& application,
                                                   const std::string& content) {
  browser.keep_cookies();
  BOOST_TEST(browser.get("/in/file").status == 401);
  BOOST_TEST(browser.get("/session").status == 401);
  BOOST_TEST(browser.post(application + "/login", "").status == 200);
  BOOST_TEST(browser.get("/in/file").body == content);
  BOOST_TEST(browser.get("/session").body == "{\"user\":\"alice\"}\n");
  BOOST_TEST(browser.post("/session", R"({"set":{"user":"root"}})").status == 403);
  BOOST_TEST(browser.send("DELETE", "/session", {"Sec-Fetch-Site: cross-site"}).status == 403);
  BOOST_TEST(browser.send("DELETE", "/session", {"Sec-Fetch-Site: same-origin"}).status == 204);
  BOOST_TEST(browser.get("/in/file").status == 401);
  BOOST_TEST(browser.get("/session").status == 401);
  BOOST_TEST(browser.post(application + "/login", "").status == 200);
  BOOST_TEST(browser.get("/in/file").status == 200);
  BOOST_TEST(browser.post(application + "/logout", "").status == 200);
  BOOST_TEST(browser.get("/in/file").status == 401);
}

}  // namespace session::test
