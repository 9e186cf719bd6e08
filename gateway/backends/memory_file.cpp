#include "gateway/backends/memory_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/crypto/hex.h"
#include "core/crypto/mac.h"

namespace session::gateway {
namespace {

// What is over sooner is not reported.
constexpr milliseconds kReportEvery{1000};

void log_event(Log& log, const DurableEvent& event) {
  switch (event.kind) {
    case DurableEvent::Kind::set_aside:
      return log.warn("the sessions of a file are not used: {}", event.text);
    case DurableEvent::Kind::failing:
      return log.error(Message::memory_file_failing, "sessions are not saved: {}", event.text);
    case DurableEvent::Kind::behind:
      return log.warn(Message::memory_file_behind, "sessions are not saved in time: {}", event.text);
    case DurableEvent::Kind::recovered:
      return log.info(Message::memory_file_recovered, "sessions are saved again: {}", event.text);
    case DurableEvent::Kind::not_saved:
      return log.error("sessions were not saved at the stop: {}", event.text);
    case DurableEvent::Kind::no_file:
      return log.error("serving without the file of sessions: {}", event.text);
  }
}

// Reports how far the file has been read, about once a second.
class ReadingReport {
 public:
  ReadingReport(std::string path, Log& log, std::function<void(const std::string&)> report)
      : path_(std::move(path)), log_(log), report_(std::move(report)) {
    if (report_) report_("opening " + path_);
  }

  void progress(const DurableProgress& progress) {
    const Clock::Steady now = system_clock().steady_now();
    if (now - last_ < kReportEvery || progress.done >= progress.of) return;
    last_ = now;
    if (progress.step == DurableProgress::Step::checking) {
      const std::uint64_t done = progress.done >> 20;
      const std::uint64_t of = progress.of >> 20;
      log_.info("checking {}: {} of {} MiB so far", path_, done, of);
      if (report_) report_(fmt::format("checking {}: {} of {} MiB", path_, done, of));
    } else {
      log_.info("reading {}: {} of {} sessions so far", path_, progress.done, progress.of);
      if (report_) report_(fmt::format("reading {}: {} of {} sessions", path_, progress.done, progress.of));
    }
  }

  void done(const DurableStore::Stats& stats) const {
    if (stats.state != DurableStore::Stats::State::working) return;
    const auto took = std::chrono::duration_cast<milliseconds>(system_clock().steady_now() - began_);
    log_.info("{}: {} sessions read in {} ms", path_, stats.loaded, took.count());
  }

 private:
  const std::string path_;
  Log& log_;
  const std::function<void(const std::string&)> report_;
  const Clock::Steady began_ = system_clock().steady_now();
  Clock::Steady last_ = began_;
};

DurableOptions options_of(const Settings& settings, Log& log) {
  DurableOptions options;
  options.path = settings.memory_file.path;
  options.fingerprint = store_key_fingerprint(settings);
  options.durability = settings.memory_file.durability;
  // A request that waits for the disk is answered before its own deadline.
  options.deadline = std::min(options.deadline, settings.limits.request_deadline / 2);
  options.on_event = [&log](const DurableEvent& event) { log_event(log, event); };
  return options;
}

}  // namespace

std::shared_ptr<DurableStore> open_memory_file(const Settings& settings, Log& log,
                                               const std::function<void(const std::string&)>& report) {
  ReadingReport reading(settings.memory_file.path, log, report);
  DurableOptions options = options_of(settings, log);
  options.on_progress = [&reading](const DurableProgress& progress) { reading.progress(progress); };
  options.serve_without_file = settings.memory_file.on_disk_error == OnDiskError::serve;
  auto opened = DurableStore::open(options, settings.memory);
  if (!opened) throw std::runtime_error(opened.error().text);
  std::shared_ptr<DurableStore> store = std::move(*opened);
  reading.done(store->stats());
  return store;
}

std::string store_key_fingerprint(const Settings& settings) {
  const FormatRow& format = *settings.format;
  std::string source = std::string(format.name) + "\n";
  if (format.store_key_source != nullptr) source += format.store_key_source(settings).value.reveal();
  const Secret key =
      derive_key(Secret(std::move(source)), "session-gateway", "the file of sessions in memory v1");
  return hex(key.reveal());
}

std::string summary_of(const DurableStore::Stats& stats) {
  switch (stats.state) {
    case DurableStore::Stats::State::working:
      return (stats.behind ? "behind in a file of " : "in a file of ") +
             std::to_string(stats.file_bytes >> 20) + " MiB";
    case DurableStore::Stats::State::failing:
      return "not in their file: " + stats.error;
    case DurableStore::Stats::State::closed:
      break;
  }
  return "their file is closed";
}

// A change that is so old waits for a disk that hangs, or takes much too long: no write has failed yet.
constexpr milliseconds kSlow{5000};

std::string_view trouble_of(const DurableStore::Stats& stats) {
  if (stats.state == DurableStore::Stats::State::failing)
    return "Sessions are in memory only: their file can't be written.";
  if (stats.behind || stats.oldest > kSlow)
    return "Sessions are in memory only: writing their file is too slow.";
  return {};
}

}  // namespace session::gateway
