#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/json/json.h"
#include "tests/support/e2e/client.h"
#include "tests/support/e2e/process.h"

namespace session::test {

// A headless Chromium with a profile of its own, and one page in it. It reaches this machine only: the hosts
// that it is given have the address 127.0.0.1, and all others have none. It takes any certificate. Its
// requests, and what it writes to its console, are shown when the test fails. One thread at a time.
class Browser {
 public:
  // Starts it, and does not wait. `hosts`: names, and *.NAME for all below one.
  explicit Browser(const std::vector<std::string>& hosts);
  Browser(const Browser&) = delete;
  Browser& operator=(const Browser&) = delete;
  ~Browser();

  // Runs the text as the body of an asynchronous JavaScript function, and returns its result. Its variables
  // are the members of `given`, `page` (Puppeteer's), and the functions of words.js. The page and its cookies
  // stay for the next script. From then on no gateway's log may contain a cookie that the browser holds.
  // Throws std::runtime_error if the script throws, if it has not ended at the deadline (which must be
  // shorter than the 30 s that a Client waits), or if there is no browser.
  Json run(const std::string& script, const Json& given = Json::object(),
           std::chrono::seconds deadline = std::chrono::seconds(20));

 private:
  void wait_until_it_runs();
  [[nodiscard]] Site driver() const { return {"http://browser.test", dir_ / "driver.sock", ""}; }

  TempDir dir_{TempDir::Where::in_memory};
  Process process_;
};

}  // namespace session::test
