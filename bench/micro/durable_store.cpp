// Measures a store with a file: how long a start takes, how large the file is, and what creates cost.
//
//     durable-store FOLDER [sessions = 1000000] [bytes = 300]
//
// FOLDER is on the disk to measure; the files in it are removed. Creates come from 64 lanes on one thread, as
// requests do in a worker.
#include "core/store/durable/durable_store.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/base/lanes.h"
#include "core/base/run.h"

namespace session {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

constexpr std::size_t kLanes = 64;

double seconds_since(Time::time_point began) {
  return std::chrono::duration<double>(Time::now() - began).count();
}

std::string key_of(std::size_t i) {
  char key[44];
  std::snprintf(key, sizeof key, "%043zu", i);
  return key;
}

DurableOptions options_for(const std::string& path, Durability durability) {
  DurableOptions options;
  options.path = path;
  options.durability = durability;
  options.deadline = 60s;
  return options;
}

MemoryStoreOptions large() {
  MemoryStoreOptions options;
  options.max_bytes = std::size_t{1} << 36;
  return options;
}

std::unique_ptr<DurableStore> opened(const DurableOptions& options) {
  auto store = DurableStore::open(options, large());
  if (!store) throw std::runtime_error(store.error().text);
  return std::move(*store);
}

Task<> create_one(Store& store, std::size_t i, Bytes bytes) {
  StoreTerms terms(1h);
  terms.owner = "owner:" + key_of(i).substr(21);
  std::string key = key_of(i);
  const auto created = co_await store.create(std::move(key), std::move(bytes), std::move(terms));
  if (!created) throw std::runtime_error(created.error().detail);
}

void create_all(Store& store, std::size_t count, const std::string& value) {
  const LaneWork work = [&](std::size_t i) { return create_one(store, i, Bytes(value)); };
  run(in_lanes(count, kLanes, work));
}

void measure_creates(const std::string& path, std::size_t count, const std::string& value) {
  const auto report = [count](const char* what, Time::time_point began) {
    std::printf("%-32s %9.0f creates/s\n", what, double(count) / seconds_since(began));
  };
  {
    MemoryStore store(large());
    const auto began = Time::now();
    create_all(store, count, value);
    report("without a file", began);
  }
  for (const Durability durability : {Durability::second, Durability::commit}) {
    std::filesystem::remove(path);
    const auto store = opened(options_for(path, durability));
    const auto began = Time::now();
    create_all(store->store(), count, value);
    report(durability == Durability::second ? "second" : "commit, 64 at once", began);
    const auto stats = store->stats();
    std::printf("%-32s %9llu batches of %.1f rows, %.2f ms each\n", "",
                static_cast<unsigned long long>(stats.batches),
                double(stats.rows_written) / double(std::max<std::uint64_t>(stats.batches, 1)),
                double(stats.commit_time.count()) / 1e6 / double(std::max<std::uint64_t>(stats.batches, 1)));
  }
}

void measure_start(const std::string& path, std::size_t sessions, const std::string& value) {
  std::filesystem::remove(path);
  {
    const auto store = opened(options_for(path, Durability::second));
    create_all(store->store(), sessions, value);
    if (!store->close()) throw std::runtime_error("not everything was written");
  }
  const double records = double(sessions) * double(value.size() + 43 + 28);
  std::printf("%zu sessions of %zu bytes: file of %.1f MiB, %.2f of the records\n", sessions, value.size(),
              double(std::filesystem::file_size(path)) / (1 << 20),
              double(std::filesystem::file_size(path)) / records);
  const auto began = Time::now();
  const std::clock_t cpu_began = std::clock();
  const auto store = opened(options_for(path, Durability::second));
  std::printf("start: %.2f s, of which %.2f s on the CPU, for %llu sessions\n", seconds_since(began),
              double(std::clock() - cpu_began) / CLOCKS_PER_SEC,
              static_cast<unsigned long long>(store->stats().loaded));
}

}  // namespace
}  // namespace session

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: durable-store FOLDER [sessions] [bytes]\n");
    return 2;
  }
  const std::string path = std::string(argv[1]) + "/durable-store-benchmark.db";
  const std::size_t sessions = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const std::string value(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 300, 'v');
  session::measure_start(path, sessions, value);
  session::measure_creates(path, std::min<std::size_t>(sessions, 100'000), value);
  for (const char* end : {"", "-wal"}) std::filesystem::remove(path + end);
  return 0;
}
