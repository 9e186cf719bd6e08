// The process's signals never reach a thread that was started for other work.

#include "core/base/thread.h"

#include <pthread.h>

#include <array>
#include <csignal>
#include <future>
#include <string>

#include <boost/test/unit_test.hpp>

namespace session::test {
namespace {

constexpr std::array kProcessSignals{SIGTERM, SIGINT, SIGHUP};

sigset_t own_mask() {
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(thread)

BOOST_AUTO_TEST_CASE(a_started_thread_has_its_name_and_blocks_the_signals_of_the_process) {
  sigset_t mask;
  sigemptyset(&mask);
  std::promise<void> named;
  std::array<char, 16> name{};
  std::thread thread = start_thread("some-work", [&] {
    mask = own_mask();
    named.get_future().wait();
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
  });
  named.set_value();
  thread.join();
  BOOST_TEST(name.data() == std::string("some-work"));
  for (const int number : kProcessSignals) BOOST_TEST(sigismember(&mask, number) == 1, number);
  BOOST_TEST(sigismember(&mask, SIGSEGV) == 0);
  BOOST_TEST(sigismember(&mask, SIGUSR1) == 0);
}

BOOST_AUTO_TEST_CASE(the_starting_thread_keeps_its_mask) {
  sigset_t before;
  sigemptyset(&before);
  sigaddset(&before, SIGHUP);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  start_thread("some-work", [] {}).join();
  const sigset_t after = own_mask();
  BOOST_TEST(sigismember(&after, SIGTERM) == 0);
  BOOST_TEST(sigismember(&after, SIGINT) == 0);
  BOOST_TEST(sigismember(&after, SIGHUP) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace session::test
