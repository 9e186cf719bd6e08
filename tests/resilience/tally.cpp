#include "tests/resilience/tally.h"

#include <algorithm>

namespace session::gateway::test {
namespace {

constexpr std::size_t kExamples = 5;

milliseconds between(Moment from, Moment to) { return std::chrono::ceil<milliseconds>(to - from); }

std::string text(milliseconds time) { return std::to_string(time.count()) + " ms"; }

}  // namespace

void Tally::add(const Judgement& judgement, Moment asked, Moment answered) {
  const std::lock_guard lock(mutex_);
  ++figures_.requests;
  figures_.longest_answer = std::max(figures_.longest_answer, between(asked, answered));
  switch (judgement.kind) {
    case Judgement::Kind::sound:
    case Judgement::Kind::checked:
      add_sound(judgement.kind, asked);
      break;
    case Judgement::Kind::refused:
      break;
    case Judgement::Kind::outage:
      ++figures_.outages;
      if (!first_outage_) first_outage_ = answered;
      last_outage_ = answered;
      break;
    case Judgement::Kind::wrong:
      add_wrong(judgement.why);
      break;
  }
}

void Tally::add_sound(Judgement::Kind kind, Moment asked) {
  ++answered_;
  const milliseconds by_copies = kind == Judgement::Kind::checked ? copies_rely_ : milliseconds(0);
  if (gone_ && asked > *gone_ + by_copies) add_wrong("an answer out of thin air: Redis was gone");
}

void Tally::add_wrong(const std::string& why) {
  if (figures_.wrong++ < kExamples) figures_.examples.push_back(why);
}

void Tally::begin(Moment now) {
  const std::lock_guard lock(mutex_);
  Figures fresh;
  fresh.wrong = figures_.wrong;
  fresh.examples = std::move(figures_.examples);
  figures_ = std::move(fresh);
  answered_ = 0;
  begun_ = now;
  first_outage_ = last_outage_ = back_ = std::nullopt;
}

void Tally::redis_is_gone(Moment now, milliseconds copies_rely) {
  const std::lock_guard lock(mutex_);
  gone_ = now;
  copies_rely_ = copies_rely;
}

void Tally::redis_may_answer() {
  const std::lock_guard lock(mutex_);
  gone_ = std::nullopt;
}

void Tally::back(Moment now) {
  const std::lock_guard lock(mutex_);
  back_ = now;
  answered_ = 0;
}

Figures Tally::figures() const {
  const std::lock_guard lock(mutex_);
  Figures figures = figures_;
  if (first_outage_) figures.window = between(*first_outage_, *last_outage_);
  if (back_ && last_outage_ && *last_outage_ > *back_) figures.back_after = between(*back_, *last_outage_);
  return figures;
}

std::size_t Tally::answered() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

std::size_t Tally::outages() const {
  const std::lock_guard lock(mutex_);
  return figures_.outages;
}

Moment Tally::last_trouble() const {
  const std::lock_guard lock(mutex_);
  return std::max({begun_, back_.value_or(begun_), last_outage_.value_or(begun_)});
}

std::string line(const std::string& drill, const Figures& figures) {
  return "drill " + drill + ": " + std::to_string(figures.requests) + " requests, " +
         std::to_string(figures.outages) + " outages, window " + text(figures.window) + ", back after " +
         text(figures.back_after) + ", longest answer " + text(figures.longest_answer);
}

}  // namespace session::gateway::test
