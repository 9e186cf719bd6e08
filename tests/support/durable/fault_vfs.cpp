#include "tests/support/durable/fault_vfs.h"

#include <sqlite3.h>

#include <cstring>
#include <fstream>
#include <new>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace session::test {
namespace {

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix"); }

}  // namespace

// SQLite allocates it, and behind it the system's file.
struct FaultFile {
  sqlite3_file base{};
  FaultVfs* vfs = nullptr;
  std::string* path = nullptr;  // nullptr: a temporary file

  static FaultFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }

  static int close(sqlite3_file* file) {
    FaultFile& self = of(file);
    delete std::exchange(self.path, nullptr);
    return self.real()->pMethods->xClose(self.real());
  }
  static int read(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
    FaultFile& self = of(file);
    if (const int code = self.vfs->fault(FaultVfs::Call::read)) return code;
    return self.real()->pMethods->xRead(self.real(), to, size, at);
  }
  static int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
    FaultFile& self = of(file);
    if (const int code = self.vfs->fault(FaultVfs::Call::write)) return code;
    std::string bytes(static_cast<const char*>(from), static_cast<std::size_t>(size));
    const int code = self.real()->pMethods->xWrite(self.real(), from, size, at);
    if (code == SQLITE_OK && self.path != nullptr)
      self.vfs->changed(*self.path, {static_cast<std::uint64_t>(at), std::move(bytes), false});
    return code;
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    FaultFile& self = of(file);
    if (const int code = self.vfs->fault(FaultVfs::Call::truncate)) return code;
    const int code = self.real()->pMethods->xTruncate(self.real(), size);
    if (code == SQLITE_OK && self.path != nullptr)
      self.vfs->changed(*self.path, {static_cast<std::uint64_t>(size), {}, true});
    return code;
  }
  static int sync(sqlite3_file* file, int /*flags*/) {
    FaultFile& self = of(file);
    if (const int code = self.vfs->fault(FaultVfs::Call::sync)) return code;
    if (self.path != nullptr) self.vfs->was_synced(*self.path);
    return SQLITE_OK;
  }
  static int size(sqlite3_file* file, sqlite3_int64* size) {
    FaultFile& self = of(file);
    if (const int code = self.vfs->fault(FaultVfs::Call::size)) return code;
    return self.real()->pMethods->xFileSize(self.real(), size);
  }
  static int lock(sqlite3_file* file, int level) {
    FaultFile& self = of(file);
    if (const int code = self.vfs->fault(FaultVfs::Call::lock)) return code;
    return self.real()->pMethods->xLock(self.real(), level);
  }
  static int unlock(sqlite3_file* file, int level) {
    FaultFile& self = of(file);
    return self.real()->pMethods->xUnlock(self.real(), level);
  }
  static int reserved(sqlite3_file* file, int* result) {
    FaultFile& self = of(file);
    return self.real()->pMethods->xCheckReservedLock(self.real(), result);
  }
  static int control(sqlite3_file* file, int what, void* argument) {
    FaultFile& self = of(file);
    return self.real()->pMethods->xFileControl(self.real(), what, argument);
  }
  static int sector(sqlite3_file* file) {
    FaultFile& self = of(file);
    return self.real()->pMethods->xSectorSize(self.real());
  }
  // As a disk that promises nothing.
  static int characteristics(sqlite3_file* /*file*/) { return 0; }
};

struct FaultVfs::Methods {
  static FaultVfs& of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out) {
    static const sqlite3_io_methods kMethods = {1,
                                                FaultFile::close,
                                                FaultFile::read,
                                                FaultFile::write,
                                                FaultFile::truncate,
                                                FaultFile::sync,
                                                FaultFile::size,
                                                FaultFile::lock,
                                                FaultFile::unlock,
                                                FaultFile::reserved,
                                                FaultFile::control,
                                                FaultFile::sector,
                                                FaultFile::characteristics,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr,
                                                nullptr};
    auto* self = new (file) FaultFile;
    self->vfs = &of(vfs);
    if (const int code = self->vfs->fault(Call::open)) return code;
    const int code = real_vfs()->xOpen(real_vfs(), path, self->real(), flags, out);
    if (code != SQLITE_OK) return code;
    self->base.pMethods = &kMethods;
    if (path != nullptr) {
      self->path = new std::string(path);
      self->vfs->opened(path, content_of(path));
    }
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* path, int /*sync*/) {
    if (const int code = of(vfs).fault(Call::remove)) return code;
    const int code = real_vfs()->xDelete(real_vfs(), path, 0);
    if (code == SQLITE_OK) of(vfs).removed(path);
    return code;
  }
  static int access(sqlite3_vfs* /*vfs*/, const char* path, int flags, int* out) {
    return real_vfs()->xAccess(real_vfs(), path, flags, out);
  }
  static int full_name(sqlite3_vfs* /*vfs*/, const char* path, int size, char* out) {
    return real_vfs()->xFullPathname(real_vfs(), path, size, out);
  }
  static int randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
    return real_vfs()->xRandomness(real_vfs(), size, out);
  }
  // SQLite's waits for a lock.
  static int wait(sqlite3_vfs* /*vfs*/, int micros) { return real_vfs()->xSleep(real_vfs(), micros); }
  static int time(sqlite3_vfs* /*vfs*/, double* now) { return real_vfs()->xCurrentTime(real_vfs(), now); }
};

FaultVfs::FaultVfs(std::string name) : name_(std::move(name)), vfs_(std::make_unique<sqlite3_vfs>()) {
  sqlite3_initialize();
  vfs_->iVersion = 1;
  vfs_->szOsFile = static_cast<int>(sizeof(FaultFile)) + real_vfs()->szOsFile;
  vfs_->mxPathname = real_vfs()->mxPathname;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = Methods::open;
  vfs_->xDelete = Methods::remove;
  vfs_->xAccess = Methods::access;
  vfs_->xFullPathname = Methods::full_name;
  vfs_->xRandomness = Methods::randomness;
  vfs_->xSleep = Methods::wait;
  vfs_->xCurrentTime = Methods::time;
  if (sqlite3_vfs_register(vfs_.get(), 0) != SQLITE_OK) throw std::runtime_error("no such access to files");
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(vfs_.get()); }

void FaultVfs::apply(const Change& change, std::string& to) {
  if (change.is_cut) {
    to.resize(change.at);
    return;
  }
  if (to.size() < change.at + change.bytes.size()) to.resize(change.at + change.bytes.size());
  to.replace(change.at, change.bytes.size(), change.bytes);
}

FaultVfs::Image FaultVfs::synced() const {
  const std::lock_guard lock(mutex_);
  Image image;
  for (const auto& [path, file] : files_) image.emplace(path, file.synced);
  return image;
}

FaultVfs::Image FaultVfs::torn(std::mt19937_64& random) const {
  const std::lock_guard lock(mutex_);
  Image image;
  for (const auto& [path, file] : files_) {
    std::string& content = image.emplace(path, file.synced).first->second;
    for (const Change& change : file.pending) {
      const std::uint64_t chance = random() % 8;
      if (chance < 3) continue;
      Change part = change;
      // A part of 512 bytes is what a disk writes whole or not at all.
      if (chance == 3 && !change.is_cut) part.bytes.resize(change.bytes.size() / 1024 * 512);
      apply(part, content);
    }
  }
  return image;
}

void FaultVfs::fail(Call call, std::uint64_t nth, int code, bool from_there_on) {
  const std::lock_guard lock(mutex_);
  for (std::uint64_t& count : counts_) count = 0;
  failing_ = call;
  nth_ = nth;
  code_ = code;
  from_there_on_ = from_there_on;
  has_failed_ = false;
}

void FaultVfs::heal() { fail(Call::open, 0, 0, false); }

std::uint64_t FaultVfs::calls(Call call) const {
  const std::lock_guard lock(mutex_);
  return counts_[static_cast<std::size_t>(call)];
}

bool FaultVfs::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

int FaultVfs::fault(Call call) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = ++counts_[static_cast<std::size_t>(call)];
  if (code_ == 0 || call != failing_ || number < nth_ || (number > nth_ && !from_there_on_)) return 0;
  has_failed_ = true;
  return code_;
}

void FaultVfs::opened(const std::string& path, std::string content) {
  const std::lock_guard lock(mutex_);
  files_.try_emplace(path, Tracked{std::move(content), {}});
}

void FaultVfs::changed(const std::string& path, Change change) {
  const std::lock_guard lock(mutex_);
  files_[path].pending.push_back(std::move(change));
}

void FaultVfs::was_synced(const std::string& path) {
  if (on_sync) on_sync();
  {
    const std::lock_guard lock(mutex_);
    Tracked& file = files_[path];
    for (const Change& change : file.pending) apply(change, file.synced);
    file.pending.clear();
  }
  if (on_sync) on_sync();
}

void FaultVfs::removed(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
}

}  // namespace session::test
