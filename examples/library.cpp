// The session library without the daemon: sessions for any C++ program.
#include <iostream>

#include "core/base/run.h"
#include "core/format/native/native.h"
#include "core/session/session_manager.h"
#include "core/store/memory/memory_store.h"

using session::Flush;
using session::Task;

namespace {

// One manager per thread, over a store that all threads share.
session::SessionManager make_manager(session::Store& store) {
  session::SessionManagerOptions options;
  options.cookie.name = "my-cookie";
  session::NativeFormatOptions format;
  format.cookie_name = options.cookie.name;
  format.keys = {{"k1", session::Secret("a secret of at least 32 bytes, from a file")}};
  format.salt = session::Secret("a salt of at least 32 bytes, from another file");
  auto identity = std::make_shared<const session::Identity>(session::IdentitySettings{});
  return {store, session::native_format(std::move(format), session::system_random()), std::move(identity),
          std::move(options)};
}

// Without a cookie: the program knows the id, as a job or a bot does.
Task<bool> standalone(session::SessionManager& manager) {
  auto opened = co_await manager.at("job-4711");
  if (!opened) co_return false;  // the store could not answer
  session::Session& job = *opened;

  (void)co_await job.set("state", "running");  // kept here until flush()
  session::Json progress = {{"done", 3}, {"of", 10}};
  auto written = co_await job.set(std::move(progress), Flush::now);  // merged, and written with the rest
  if (!written) co_return false;

  std::cout << "job: " << job.to_json() << ", state " << *job.get("state") << "\n";
  auto destroyed = co_await job.destroy();
  co_return destroyed.has_value();
}

// With a cookie: what an HTTP server does for a request.
Task<bool> with_cookies(session::SessionManager& manager) {
  session::Session visitor = manager.create();
  auto stored = co_await visitor.set("theme", "dark", Flush::now);
  if (!stored) co_return false;
  const std::string set_cookie = visitor.set_cookie().value();  // for the Set-Cookie header

  // The browser comes back.
  const std::string cookie = set_cookie.substr(0, set_cookie.find(';'));
  const std::string_view headers[] = {cookie};
  auto opened = co_await manager.open(headers);
  if (!opened) co_return false;           // the store could not answer: 503, never a login page
  if (!opened->session) co_return false;  // opened->refusal says why: to the login page
  session::Session& mine = *opened->session;

  // Logging in changes the subject, and so the id: whoever knew the old cookie is not logged in with it.
  auto logged_in = co_await mine.set("user", "alice", Flush::now);
  if (!logged_in) co_return false;
  std::cout << "visitor: " << mine.to_json() << ", new cookie: " << std::boolalpha
            << (mine.set_cookie().value() != set_cookie) << "\n";

  auto again = co_await manager.open(headers);
  std::cout << "old cookie: " << session::to_text(again->refusal) << "\n";
  co_return true;
}

// Who is logged in, and where: the sessions of a user are found and ended.
Task<bool> devices(session::SessionManager& manager) {
  session::Session laptop = manager.create();
  session::Session telephone = manager.create();
  auto first = co_await laptop.set("user", "bob", Flush::now);
  auto second = co_await telephone.set("user", "bob", Flush::now);
  if (!first || !second) co_return false;

  session::SessionDirectory directory = manager.directory();
  auto sessions = co_await directory.of("bob");
  if (!sessions) co_return false;  // the store could not answer
  std::cout << "bob: " << sessions->size() << " sessions";
  auto ended = co_await directory.end_others("bob", laptop);  // all but this one
  std::cout << ", ended: " << ended.events.size() << "\n";
  co_return !ended.failure;
}

}  // namespace

int main() {
  session::MemoryStore store;
  session::SessionManager manager = make_manager(store);
  const bool fine = session::run(standalone(manager)) && session::run(with_cookies(manager)) &&
                    session::run(devices(manager));
  return fine ? 0 : 1;
}
