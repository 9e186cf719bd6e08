// Micro-benchmarks of the steps of an auth check, without system calls: framing, parsing, the check, the
// response. They use Google Benchmark and measure the CPU time of this thread.

#include <memory>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>

#include "bench/micro/auth_fixture.h"
#include "core/authz/check.h"
#include "core/crypto/base64url.h"
#include "gateway/telemetry/metrics/metrics.h"
#include "gateway/transport/fastcgi/assembler.h"
#include "gateway/transport/fastcgi/parser.h"

namespace session::gateway::bench {
namespace {

Record record_of(seconds created, Json attributes) {
  Record record = Record::of(std::move(attributes));
  record.created = created;
  return record;
}

void framing(benchmark::State& state) {
  const AuthFixture fixture;
  const std::string request = auth_request(fixture.cookie);
  Assembler assembler{FramingLimits{}};
  for (auto _ : state) benchmark::DoNotOptimize(assembler.feed(request));
}
BENCHMARK(framing);

void parsing_by_libfcgi(benchmark::State& state) {
  const AuthFixture fixture;
  const std::string request = auth_request(fixture.cookie);
  Parser parser(131072);
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(request));
}
BENCHMARK(parsing_by_libfcgi);

Task<void> repeat_auth(benchmark::State& state, AuthFixture& fixture, const Request& request, bool encode) {
  std::string out;
  for (auto _ : state) {
    const Boxed<Response> response = co_await auth_endpoint(request, fixture.services);
    if (response->status != 204) std::abort();
    out.clear();
    if (encode) append_response(out, 1, *response);
    benchmark::DoNotOptimize(out);
  }
}

Request auth_check_of(const AuthFixture& fixture) {
  Request request;
  request.method = "GET";
  request.headers.add("COOKIE", fixture.cookie);
  request.settings.add_endpoint("auth");
  return request;
}

void auth_check(benchmark::State& state) {
  AuthFixture fixture;
  const Request request = auth_check_of(fixture);
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat_auth(state, fixture, request, false), [](const std::exception_ptr&) {});
  loop.run();
}
BENCHMARK(auth_check);

void auth_check_and_answer(benchmark::State& state) {
  AuthFixture fixture;
  const Request request = auth_check_of(fixture);
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat_auth(state, fixture, request, true), [](const std::exception_ptr&) {});
  loop.run();
}
BENCHMARK(auth_check_and_answer);

// As auth_check, with the metrics of the request.
Task<void> repeat_counted(benchmark::State& state, AuthFixture& fixture, const Request& request) {
  Clock::Steady::duration took = std::chrono::microseconds(1);
  const EndpointId auth = fixture.endpoints.find("auth")->id;
  for (auto _ : state) {
    const Boxed<Response> response = co_await auth_endpoint(request, fixture.services);
    benchmark::DoNotOptimize(took);
    fixture.telemetry.count_request(auth, *response, took);
    benchmark::ClobberMemory();
  }
}

void auth_check_counted(benchmark::State& state) {
  AuthFixture fixture(true);
  const Request request = auth_check_of(fixture);
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat_counted(state, fixture, request), [](const std::exception_ptr&) {});
  loop.run();
}
BENCHMARK(auth_check_counted);

// A scrape of the metrics with the maximum number of workers.
void scrape_of_256_workers(benchmark::State& state) {
  Metrics metrics;
  std::vector<std::unique_ptr<CounterRegistry::Row>> rows;
  for (int i = 0; i < 256; ++i) rows.push_back(std::make_unique<CounterRegistry::Row>(metrics.counters()));
  for (auto _ : state) benchmark::DoNotOptimize(metrics.render());
}
BENCHMARK(scrape_of_256_workers);

// Verifies a cookie that is in the worker's cache, as nearly all cookies are.
void cookie_verification_again(benchmark::State& state) {
  const AuthFixture fixture;
  Format native = format();
  const std::string value = fixture.cookie.substr(fixture.cookie.find('=') + 1);
  for (auto _ : state) benchmark::DoNotOptimize(native.cookies->verify(value));
}
BENCHMARK(cookie_verification_again);

// Verifies cookies that are not in the worker's cache.
void cookie_verification(benchmark::State& state) {
  Format native = format();
  std::vector<std::string> values;
  for (int i = 0; i < 20000; ++i)
    values.push_back(native.cookies->cookie(native.cookies->new_id(), seconds(1800000000)));
  std::size_t next = 0;
  for (auto _ : state) benchmark::DoNotOptimize(native.cookies->verify(values[next++ % values.size()]));
}
BENCHMARK(cookie_verification);

void forged_cookie(benchmark::State& state) {
  Format native = format();
  std::string value = native.cookies->cookie(native.cookies->new_id(), seconds(1800000000));
  value.back() = value.back() == 'A' ? 'E' : 'A';
  for (auto _ : state) benchmark::DoNotOptimize(native.cookies->verify(value));
}
BENCHMARK(forged_cookie);

void store_key(benchmark::State& state) {
  Format native = format();
  const std::string id = native.cookies->new_id();
  for (auto _ : state) benchmark::DoNotOptimize(native.cookies->store_key(id));
}
BENCHMARK(store_key);

void record_decoding(benchmark::State& state) {
  Format native = format();
  const std::string bytes = native.records->encode("key", record_of(seconds(1), *parse_json(kAttributes)));
  for (auto _ : state) benchmark::DoNotOptimize(native.records->decode("key", bytes));
}
BENCHMARK(record_decoding);

// The cost of a cache miss, without the store: more sessions are in use than the worker's record cache holds.
// Each session has a record of its own, as the stores return them. `stride` is the distance between
// consecutive records: at 1 they are neighbours in memory, as if the store had just touched them.
void record_summary_of_a_stranger(benchmark::State& state) {
  Format native = format();
  RecordCache reader(*native.records, std::make_shared<const Identity>(IdentitySettings{}),
                     RecordCacheOptions{});
  std::vector<std::pair<std::string, Bytes>> stored;
  for (int i = 0; i < 100000; ++i) {
    Json attributes = *parse_json(kAttributes);
    attributes["csrf"] = base64url(system_random().bytes(24));
    stored.emplace_back(
        native.cookies->store_key(native.cookies->new_id()),
        Bytes(native.records->encode("key", record_of(seconds(1700000000), std::move(attributes)))));
  }
  const auto stride = static_cast<std::size_t>(state.range(0));
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& [key, bytes] = stored[next++ * stride % stored.size()];
    benchmark::DoNotOptimize(reader.summary(key, bytes));
  }
}
BENCHMARK(record_summary_of_a_stranger)->ArgName("stride")->Arg(1)->Arg(7919);

void identity_rendering(benchmark::State& state) {
  const Identity identity{IdentitySettings{}};
  const Json attributes = *parse_json(kAttributes);
  for (auto _ : state) benchmark::DoNotOptimize(identity.headers(attributes));
}
BENCHMARK(identity_rendering);

// A memory store that holds a number of sessions of 350 bytes.
struct FilledStore {
  explicit FilledStore(std::int64_t sessions) {
    for (std::int64_t i = 0; i < sessions; ++i) {
      keys.push_back("session:" + base64url(system_random().bytes(32)));
      if (!run(store.create(keys.back(), bytes, std::chrono::hours(1)))) std::abort();
    }
  }
  [[nodiscard]] const std::string& key() { return keys[next++ * 7919 % keys.size()]; }

  MemoryStore store{{std::size_t{1} << 30}};
  Bytes bytes{std::string(350, 'x')};
  std::vector<std::string> keys;
  std::size_t next = 0;
};

template <class Step>
Task<void> repeat(benchmark::State& state, Step step) {
  for (auto _ : state) co_await step();
}

template <class Step>
void run_repeated(benchmark::State& state, Step step) {
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat(state, std::move(step)), [](const std::exception_ptr&) {});
  loop.run();
}

void memory_store_load(benchmark::State& state) {
  FilledStore filled(state.range(0));
  run_repeated(state,
               [&]() -> Task<void> { benchmark::DoNotOptimize(co_await filled.store.load(filled.key())); });
}
BENCHMARK(memory_store_load)->Arg(1)->Arg(100000);

void memory_store_touch(benchmark::State& state) {
  FilledStore filled(state.range(0));
  run_repeated(state, [&]() -> Task<void> {
    benchmark::DoNotOptimize(co_await filled.store.touch(filled.key(), std::chrono::minutes(30)));
  });
}
BENCHMARK(memory_store_touch)->Arg(1)->Arg(100000);

void memory_store_replace(benchmark::State& state) {
  FilledStore filled(state.range(0));
  run_repeated(state, [&]() -> Task<void> {
    benchmark::DoNotOptimize(
        co_await filled.store.replace(filled.key(), filled.bytes, filled.bytes, std::chrono::minutes(30)));
  });
}
BENCHMARK(memory_store_replace)->Arg(1)->Arg(100000);

// Each create evicts the least recently used session.
void memory_store_create_when_full(benchmark::State& state) {
  MemoryStore store{{std::size_t{16} << 20}};
  const Bytes bytes{std::string(350, 'x')};
  std::uint64_t next = 0;
  run_repeated(state, [&]() -> Task<void> {
    benchmark::DoNotOptimize(
        co_await store.create("session:" + std::to_string(++next), bytes, std::chrono::hours(1)));
  });
}
BENCHMARK(memory_store_create_when_full);

}  // namespace
}  // namespace session::gateway::bench

int main(int argc, char** argv) {
  session::gateway::init_libfcgi();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
