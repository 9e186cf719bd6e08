#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/places.h"

extern char** environ;

namespace session::test {

// How a program ended, and what it said until then.
struct Said {
  int status = -1;  // the exit status; -1: a signal ended it
  std::string out, err;
};

// A file that has no name, for a child to write to.
class Output {
 public:
  Output() : file_(std::tmpfile(), std::fclose) {
    if (!file_) throw std::runtime_error("no temporary file");
  }
  [[nodiscard]] int descriptor() const { return ::fileno(file_.get()); }
  [[nodiscard]] std::string text() const {
    std::rewind(file_.get());
    std::string all;
    for (int c = std::fgetc(file_.get()); c != EOF; c = std::fgetc(file_.get())) all += static_cast<char>(c);
    return all;
  }

 private:
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

// Runs a program, which is looked for in PATH, to its end, with nothing to read.
[[nodiscard]] inline Said run_program(std::vector<std::string> command) {
  const Output out, err;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  pid_t pid = -1;
  const int failed = ::posix_spawnp(&pid, words.front(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("can't start " + command.front());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out.text(), err.text()};
}

// Runs session-gateway with these arguments.
[[nodiscard]] inline Said run_gateway_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), gateway_binary());
  return run_program(std::move(arguments));
}

}  // namespace session::test
