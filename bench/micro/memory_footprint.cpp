// Measures the cost of sessions in a MemoryStore: memory for each session, mean time of each call, and the
// longest call.
//
//     memory-footprint [sessions = 1000000] [bytes = 300] [of each owner = 0]
//     memory-footprint churn [creates = 5000000] [cap in MiB = 256]
//
// churn: a store at its cap, whose sessions get larger and smaller again while others make room. Two threads
// create them, as two workers do, so that each frees what the other has made. It says what the process takes
// then, and when all sessions have expired: as the sweep leaves it, and after each thread's heap has returned
// its free memory, as the gateway does when it has been idle.
//
// Without the last number the sessions are nobody's. The difference to a run with it is the cost of the lists
// of owners.
#include <malloc.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/heap.h"
#include "core/base/run.h"
#include "core/store/memory/memory_store.h"

namespace session {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::steady_clock;

// A clock that advance() moves, so that a million sessions expire without a wait.
class SteppedClock final : public Clock {
 public:
  [[nodiscard]] seconds unix_now() const override { return std::chrono::duration_cast<seconds>(now_); }
  [[nodiscard]] Steady steady_now() const override { return Steady(Time::now().time_since_epoch() + now_); }
  void advance(milliseconds by) { now_ += by; }

 private:
  milliseconds now_{};
};

// Returns this thread's CPU time. It does not include the time that other processes took during a call.
Time::duration cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// Times single calls: their number, their total time and the longest one.
class Stopwatch {
 public:
  void start() {
    cpu_started_ = cpu_now();
    started_ = Time::now();
  }
  void stop() {
    const auto took = Time::now() - started_;
    total_ += took;
    longest_ = std::max(longest_, took);
    cpu_longest_ = std::max(cpu_longest_, cpu_now() - cpu_started_);
    ++calls_;
  }
  void print(const char* what) const {
    using Millis = std::chrono::duration<double, std::milli>;
    const double mean =
        double(std::chrono::nanoseconds(total_).count()) / double(std::max<std::size_t>(calls_, 1));
    std::printf("%-28s %9.0f ns mean, %7.3f ms worst, %7.3f ms worst on the CPU, of %zu\n", what, mean,
                Millis(longest_).count(), Millis(cpu_longest_).count(), calls_);
  }

 private:
  Time::time_point started_;
  Time::duration cpu_started_{};
  Time::duration total_{};
  Time::duration longest_{};
  Time::duration cpu_longest_{};
  std::size_t calls_ = 0;
};

// Returns the resident memory of the process.
std::size_t resident_bytes_now() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total_pages = 0;
  std::size_t resident = 0;
  statm >> total_pages >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

// Returns the free memory of this thread's heap, also if that is glibc's.
void release_heap() {
  release_thread_heap();
  malloc_trim(0);
}

// Returns the resident memory of the process, after the heap has returned its free memory.
std::size_t resident_bytes() {
  release_heap();
  return resident_bytes_now();
}

double mib(std::size_t bytes) { return double(bytes) / (1 << 20); }

// Returns a key of 43 characters, the length of the gateway's keys in memory, which have no prefix. A longer
// key could fall into the heap's next size class and change the footprint.
std::string key_of(std::size_t i) {
  char key[44];
  std::snprintf(key, sizeof key, "%043zu", i);
  return key;
}

// What the sessions are like that a store is filled with.
struct SessionShape {
  std::size_t bytes = 0;
  std::size_t of_each_owner = 0;  // 0: they are nobody's
};

// Returns the name of the owner of a session, as long as the gateway's names in memory are.
std::string owner_of(std::size_t i, const SessionShape& shape) {
  if (shape.of_each_owner == 0) return {};
  char owner[29];
  std::snprintf(owner, sizeof owner, "owner:%022zu", i / shape.of_each_owner);
  return owner;
}

// Produces numbers below `end` in a random order, so that no cache can predict them.
class RandomOrder {
 public:
  explicit RandomOrder(std::size_t end) : end_(end) {}
  std::size_t next() {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::size_t>((state_ >> 33) % end_);
  }

 private:
  std::size_t end_;
  std::uint64_t state_ = 1;
};

Task<> fill(MemoryStore& store, std::size_t first, std::size_t count, SessionShape shape, Stopwatch& watch) {
  const std::string value(shape.bytes, 'v');
  for (std::size_t i = first; i < first + count; ++i) {
    std::string key = key_of(i);
    StoreTerms terms(1h);
    terms.owner = owner_of(i, shape);
    watch.start();
    Bytes bytes(value);
    const auto created = co_await store.create(std::move(key), std::move(bytes), std::move(terms));
    watch.stop();
    if (!created) throw std::runtime_error(created.error().detail);
  }
}

Task<> load_one(MemoryStore& store, std::size_t times) {
  const std::string key = key_of(0);
  const auto began = Time::now();
  for (std::size_t i = 0; i < times; ++i) (void)co_await store.load(key);
  const auto took = std::chrono::nanoseconds(Time::now() - began);
  std::printf("%-28s %9.0f ns mean\n", "load, one hot session", double(took.count()) / double(times));
}

Task<> load_any(MemoryStore& store, std::size_t sessions, std::size_t times, Stopwatch& watch) {
  RandomOrder order(sessions);
  for (std::size_t i = 0; i < times; ++i) {
    std::string key = key_of(order.next());
    watch.start();
    (void)co_await store.load(std::move(key));
    watch.stop();
  }
}

Task<> touch_any(MemoryStore& store, std::size_t sessions, std::size_t times, Stopwatch& watch) {
  RandomOrder order(sessions);
  for (std::size_t i = 0; i < times; ++i) {
    std::string key = key_of(order.next());
    watch.start();
    (void)co_await store.touch(std::move(key), 1h);
    watch.stop();
  }
}

void sweep_all(MemoryStore& store) {
  Stopwatch watch;
  std::size_t freed = 1;
  while (freed > 0) {
    watch.start();
    freed = store.sweep(1000);
    watch.stop();
  }
  watch.print("sweep(1000), each");
}

void measure_memory(std::size_t sessions, SessionShape shape) {
  SteppedClock clock;
  MemoryStoreOptions options;
  options.max_bytes = std::size_t{1} << 40;
  const std::size_t before = resident_bytes();
  MemoryStore store(options, clock);
  Stopwatch filling, loading, touching;
  run(fill(store, 0, sessions, shape, filling));
  const std::size_t held = resident_bytes() - before;
  std::printf("%zu sessions of %zu bytes, keys of 43: %.1f MiB resident, %.1f MiB counted\n", sessions,
              shape.bytes, mib(held), mib(store.stats().bytes));
  std::printf("for each session: %.1f bytes resident, %.1f counted\n", double(held) / double(sessions),
              double(store.stats().bytes) / double(sessions));
  filling.print("create");
  run(load_one(store, 2'000'000));
  run(load_any(store, sessions, 1'000'000, loading));
  loading.print("load, any session");
  run(touch_any(store, sessions, 500'000, touching));
  touching.print("touch, any session");
  clock.advance(2h);
  sweep_all(store);
}

void measure_eviction(std::size_t sessions, SessionShape shape) {
  SteppedClock clock;
  Stopwatch filling, evicting, large;
  MemoryStoreOptions options;
  options.max_bytes = sessions * (shape.bytes + 250) / 2;
  const std::size_t before = resident_bytes();
  MemoryStore store(options, clock);
  run(fill(store, 0, sessions / 4, shape, filling));
  run(fill(store, sessions, sessions, shape, evicting));
  evicting.print("create, at the cap");
  run(fill(store, 3 * sessions, 1000, {65536, shape.of_each_owner}, large));
  large.print("create of 64 KiB, at the cap");
  std::printf("cap %.1f MiB, %.1f counted, %.1f resident; %llu evicted\n", mib(options.max_bytes),
              mib(store.stats().bytes), mib(resident_bytes() - before),
              static_cast<unsigned long long>(store.stats().evictions));
}

// Creates sessions whose sizes drift: from 100 to 3,100 bytes and back, ten times, each up to half larger or
// smaller than its neighbours.
Task<> create_drifting(MemoryStore& store, std::size_t first, std::size_t creates) {
  RandomOrder order(1000);
  const std::size_t half = std::max<std::size_t>(creates / 20, 1);
  for (std::size_t i = 0; i < creates; ++i) {
    const std::size_t at = i / half % 2 == 0 ? i % half : half - i % half;
    const std::size_t middle = 100 + 3000 * at / half;
    Bytes bytes(std::string(middle / 2 + middle * order.next() / 1000, 'v'));
    std::string key = key_of(first + i);
    StoreTerms terms(1h);
    const auto created = co_await store.create(std::move(key), std::move(bytes), std::move(terms));
    if (!created) throw std::runtime_error(created.error().detail);
  }
}

void measure_churn(std::size_t creates, std::size_t cap_mib) {
  SteppedClock clock;
  MemoryStoreOptions options;
  options.max_bytes = cap_mib << 20;
  const std::size_t before = resident_bytes();
  MemoryStore store(options, clock);
  constexpr std::size_t kThreads = 2;
  std::barrier created(kThreads + 1);
  std::barrier expired(kThreads + 1);
  std::barrier idle(kThreads + 1);
  std::atomic<std::size_t> busy = kThreads;
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      run(create_drifting(store, i * creates, creates / kThreads));
      // A worker does so each minute; the other thread may still be making room among what was made here.
      for (--busy; busy > 0; std::this_thread::sleep_for(10ms)) collect_thread_heap();
      collect_thread_heap();
      created.arrive_and_wait();
      expired.arrive_and_wait();
      release_heap();
      idle.arrive_and_wait();
    });
  }
  created.arrive_and_wait();
  std::printf("%zu creates of drifting sizes, cap %zu MiB: %.1f counted, %.1f resident; ", creates, cap_mib,
              mib(store.stats().bytes), mib(resident_bytes_now() - before));
  clock.advance(2h);
  while (store.sweep(1000) > 0) continue;
  const std::size_t swept = resident_bytes_now() - before;
  expired.arrive_and_wait();
  idle.arrive_and_wait();
  std::printf("%.1f when all have expired, %.1f when each heap has returned its free memory\n", mib(swept),
              mib(resident_bytes() - before));
}

}  // namespace
}  // namespace session

int main(int argc, char** argv) {
  session::return_free_memory();
  if (argc > 1 && std::string_view(argv[1]) == "churn") {
    const std::size_t creates = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 5'000'000;
    const std::size_t cap_mib = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 256;
    session::measure_churn(creates, cap_mib);
    return 0;
  }
  const std::size_t sessions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  session::SessionShape shape;
  shape.bytes = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 300;
  shape.of_each_owner = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0;
  if (sessions == 0) {
    std::fprintf(stderr,
                 "usage: memory-footprint [sessions] [bytes] [of each owner]\n"
                 "       memory-footprint churn [creates] [cap in MiB]\n");
    return 2;
  }
  session::measure_memory(sessions, shape);
  session::measure_eviction(sessions, shape);
  return 0;
}
