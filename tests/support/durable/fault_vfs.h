#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace session::test {

// An access to files for SQLite that knows what is on the disk, and that fails when told to. It works on the
// files of the system, but syncs none: what a sync would do it keeps account of itself.
//
// Thread-safe. One at a time has a name.
class FaultVfs {
 public:
  // What SQLite asks of an access to files, as far as it can fail.
  enum class Call { open, read, write, truncate, sync, size, lock, remove };
  static constexpr std::size_t kCalls = 8;
  // Files by their names, and what they hold.
  using Image = std::map<std::string, std::string>;

  explicit FaultVfs(std::string name);
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }

  // --- Power cuts ---
  // Called before and after each sync, on the thread that syncs.
  std::function<void()> on_sync = {};
  // The files as a power cut leaves them now: with what was synced only.
  [[nodiscard]] Image synced() const;
  // The same with some of the writes that were not synced, or with a part of one.
  [[nodiscard]] Image torn(std::mt19937_64& random) const;

  // --- Faults ---
  // The calls of that kind fail with this code: the `nth` from now on, counted from 1, and all later ones if
  // `from_there_on`.
  void fail(Call call, std::uint64_t nth, int code, bool from_there_on);
  void heal();
  // How many calls of that kind there were since fail() or heal().
  [[nodiscard]] std::uint64_t calls(Call call) const;
  // Whether one has failed since then.
  [[nodiscard]] bool has_failed() const;

 private:
  friend struct FaultFile;
  struct Methods;
  struct Change {
    std::uint64_t at = 0;  // or the size that the file is cut to
    std::string bytes;
    bool is_cut = false;
  };
  struct Tracked {
    std::string synced;
    std::vector<Change> pending;
  };
  static void apply(const Change& change, std::string& to);

  // The code that this call shall fail with; 0 for none.
  int fault(Call call);
  void opened(const std::string& path, std::string content);
  void changed(const std::string& path, Change change);
  void was_synced(const std::string& path);
  void removed(const std::string& path);

  const std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Tracked> files_;
  std::uint64_t counts_[kCalls] = {};
  Call failing_ = Call::open;
  std::uint64_t nth_ = 0;
  int code_ = 0;  // 0: nothing fails
  bool from_there_on_ = false;
  bool has_failed_ = false;
};

}  // namespace session::test
