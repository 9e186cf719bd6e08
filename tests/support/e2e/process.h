#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace session::test {

// A private directory under the system's temporary one; its destructor removes it with its contents.
class TempDir {
 public:
  // `in_memory`: in memory, if the system supports that. For programs that sync what they write: a busy disk
  // would delay them for seconds.
  enum class Where { anywhere, in_memory };
  explicit TempDir(Where where = Where::anywhere);
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Polls until the condition holds. Throws std::runtime_error, naming `what`, when it does not in time.
void wait_until(const std::string& what, const std::function<bool()>& condition,
                std::chrono::seconds deadline = std::chrono::seconds(20));

// A child process with its output in a file. It ends with this object, or with the test if that dies first. A
// gateway's log is then searched for secrets (tests/support/e2e/log_secrets.h).
class Process {
 public:
  // Throws if the program cannot be started; one that ends by itself shows in `exit_status`.
  Process(std::vector<std::string> command, const std::string& log_file);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // nullopt while it runs; then the exit code, or 128 + the number of the signal that ended it.
  std::optional<int> exit_status();
  // Waits for the end; throws if it does not come in time.
  int wait();

 private:
  void end();

  pid_t pid_ = -1;
  std::optional<int> status_;
  std::vector<std::string> command_;
  std::string name_;
  std::string log_file_;
};

[[nodiscard]] std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);
[[nodiscard]] std::string replaced(std::string text, const std::string& what, const std::string& with);

// A TCP port of 127.0.0.1 that was free a moment ago.
[[nodiscard]] int free_port();
[[nodiscard]] bool accepts_tcp(int port);
[[nodiscard]] bool accepts_unix(const std::string& path);

}  // namespace session::test
