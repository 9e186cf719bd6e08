// What the steps of an auth check cost without a kernel in between: framing, parsing, the check, the answer.
// Google Benchmark; times are of this thread's CPU.

#include <memory>

#include <benchmark/benchmark.h>

#include "core/auth/check.h"
#include "core/dialect/native.h"
#include "core/run.h"
#include "core/store/memory_store.h"
#include "gateway/endpoints/endpoint.h"
#include "gateway/fastcgi/assembler.h"
#include "gateway/fastcgi/parser.h"
#include "gateway/fastcgi/records.h"
#include "gateway/metrics/metrics.h"

namespace session::gateway {
namespace {

constexpr std::string_view kAttributes =
    R"({"user":"alice","email":"alice@example.org","groups":["staff","admin"],"name":"Alice Example","theme":"dark",)"
    R"("language":"en-GB","cart":[{"sku":"A-1009","count":2},{"sku":"B-4711","count":1}],)"
    R"("last_seen":"2026-01-01T00:00:00Z","csrf":"b9d5a1f0c2e84f6d9a7b3c1e5f708192"})";

std::unique_ptr<Dialect> dialect() {
  NativeDialectOptions options;
  options.cookie_name = "__Host-session";
  options.keys.push_back(KeyMaterial{"k1", Secret(std::string(32, 'k'))});
  options.salt = Secret(std::string(32, 's'));
  return std::make_unique<NativeDialect>(std::move(options), system_random());
}

// A worker's services over one stored session.
struct Stage {
  explicit Stage(StoreObserver* observer = nullptr)
      : store(options_with(observer)),
        sessions(store, dialect(), std::make_shared<const Identity>(IdentitySettings{}), {}),
        rules({}),
        services{sessions, store, rules, FlushMode::wait, {}, {}} {
    Session session = sessions.create();
    Json attributes = *parse_json(kAttributes);
    if (!run(session.set(std::move(attributes), Flush::now))) std::abort();
    const std::string set_cookie = session.set_cookie().value();
    cookie = set_cookie.substr(0, set_cookie.find(';'));
  }

  static MemoryStoreOptions options_with(StoreObserver* observer) {
    MemoryStoreOptions options;
    options.observer = observer;
    return options;
  }

  MemoryStore store;
  SessionManager sessions;
  RuleBook rules;
  Services services;
  std::string cookie;
};

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  out += static_cast<char>(name.size());
  if (value.size() < 128) {
    out += static_cast<char>(value.size());
  } else {
    out.append({'\x80', '\0', static_cast<char>(value.size() >> 8), static_cast<char>(value.size() & 0xff)});
  }
  out.append(name).append(value);
}

// As nginx sends it with the snippets of conf/nginx.
std::string auth_request(const std::string& cookie) {
  std::string params;
  append_pair(params, "GATEWAY_ENDPOINT", "auth");
  append_pair(params, "HTTP_COOKIE", cookie);
  append_pair(params, "REQUEST_METHOD", "GET");
  append_pair(params, "REMOTE_ADDR", "127.0.0.1");
  std::string out;
  append_record(out, FCGI_BEGIN_REQUEST, 1, std::string_view("\0\1\1\0\0\0\0\0", 8));
  append_record(out, FCGI_PARAMS, 1, params);
  append_record(out, FCGI_PARAMS, 1, {});
  append_record(out, FCGI_STDIN, 1, {});
  return out;
}

void framing(benchmark::State& state) {
  const Stage stage;
  const std::string request = auth_request(stage.cookie);
  Assembler assembler{FramingLimits{}};
  for (auto _ : state) benchmark::DoNotOptimize(assembler.feed(request));
}
BENCHMARK(framing);

void parsing_by_libfcgi(benchmark::State& state) {
  const Stage stage;
  const std::string request = auth_request(stage.cookie);
  Parser parser(131072);
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(request));
}
BENCHMARK(parsing_by_libfcgi);

Task<void> repeat_auth(benchmark::State& state, Stage& stage, const Request& request, bool encode) {
  std::string out;
  for (auto _ : state) {
    const Response response = co_await auth_endpoint(request, stage.services);
    if (response.status != 204) std::abort();
    out.clear();
    if (encode) append_response(out, 1, response);
    benchmark::DoNotOptimize(out);
  }
}

void auth_check(benchmark::State& state) {
  Stage stage;
  Request request;
  request.params =
      Params({{"GATEWAY_ENDPOINT", "auth"}, {"HTTP_COOKIE", stage.cookie}, {"REQUEST_METHOD", "GET"}});
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat_auth(state, stage, request, false), [](const std::exception_ptr&) {});
  loop.run();
}
BENCHMARK(auth_check);

void auth_check_and_answer(benchmark::State& state) {
  Stage stage;
  Request request;
  request.params =
      Params({{"GATEWAY_ENDPOINT", "auth"}, {"HTTP_COOKIE", stage.cookie}, {"REQUEST_METHOD", "GET"}});
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat_auth(state, stage, request, true), [](const std::exception_ptr&) {});
  loop.run();
}
BENCHMARK(auth_check_and_answer);

// The same as auth_check, with all that the metrics count of it.
Task<void> repeat_counted(benchmark::State& state, Stage& stage, const Request& request) {
  Clock::Steady::duration took = std::chrono::microseconds(1);
  for (auto _ : state) {
    const Response response = co_await auth_endpoint(request, stage.services);
    benchmark::DoNotOptimize(took);
    count_request("auth", response, took);
    benchmark::ClobberMemory();
  }
}

void auth_check_counted(benchmark::State& state) {
  Metrics metrics;
  const Tallies::Seat seat(metrics.tallies());
  Stage stage(&metrics.store_observer());
  Request request;
  request.params =
      Params({{"GATEWAY_ENDPOINT", "auth"}, {"HTTP_COOKIE", stage.cookie}, {"REQUEST_METHOD", "GET"}});
  boost::asio::io_context loop(1);
  boost::asio::co_spawn(loop, repeat_counted(state, stage, request), [](const std::exception_ptr&) {});
  loop.run();
}
BENCHMARK(auth_check_counted);

// A scrape with as many workers as there may be.
void scrape_of_256_workers(benchmark::State& state) {
  Metrics metrics;
  std::vector<std::unique_ptr<Tallies::Seat>> seats;
  for (int i = 0; i < 256; ++i) seats.push_back(std::make_unique<Tallies::Seat>(metrics.tallies()));
  for (auto _ : state) benchmark::DoNotOptimize(metrics.render());
}
BENCHMARK(scrape_of_256_workers);

void cookie_verification(benchmark::State& state) {
  const Stage stage;
  const auto native = dialect();
  const std::string value = stage.cookie.substr(stage.cookie.find('=') + 1);
  for (auto _ : state) benchmark::DoNotOptimize(native->verify(value));
}
BENCHMARK(cookie_verification);

void store_key(benchmark::State& state) {
  const auto native = dialect();
  const std::string id = native->new_id();
  for (auto _ : state) benchmark::DoNotOptimize(native->store_key(id));
}
BENCHMARK(store_key);

void record_decoding(benchmark::State& state) {
  const auto native = dialect();
  const std::string bytes = native->encode(Record{seconds(1), *parse_json(kAttributes)});
  for (auto _ : state) benchmark::DoNotOptimize(native->decode(bytes));
}
BENCHMARK(record_decoding);

void identity_rendering(benchmark::State& state) {
  const Identity identity{IdentitySettings{}};
  const Json attributes = *parse_json(kAttributes);
  for (auto _ : state) benchmark::DoNotOptimize(identity.headers(attributes));
}
BENCHMARK(identity_rendering);

}  // namespace
}  // namespace session::gateway

int main(int argc, char** argv) {
  session::gateway::init_libfcgi();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
