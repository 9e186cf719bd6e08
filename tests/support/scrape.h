#pragma once

#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

namespace session::test {

// What a `metrics` endpoint has told, read without any of the gateway's code (Prometheus text format 0.0.4).
class Scrape {
 public:
  explicit Scrape(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) read(line);
  }

  // The value of a series as the text names it, labels and all; throws if there is none.
  [[nodiscard]] double operator[](const std::string& series) const {
    const auto found = values_.find(series);
    if (found == values_.end()) throw std::runtime_error("no such series: " + series);
    return found->second;
  }
  [[nodiscard]] bool has(const std::string& series) const { return values_.contains(series); }
  // Type by name of each family.
  [[nodiscard]] const std::map<std::string, std::string>& types() const { return types_; }
  // The names of the labels that the series of a family have, `le` aside.
  [[nodiscard]] std::set<std::string> labels(const std::string& family) const {
    const auto found = labels_.find(family);
    return found == labels_.end() ? std::set<std::string>() : found->second;
  }
  // All series with their values.
  [[nodiscard]] const std::map<std::string, double>& values() const { return values_; }

 private:
  void read(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    if (line.starts_with("# TYPE ")) {
      words >> word >> word >> family_;
      words >> types_[family_];
    } else if (!line.starts_with("#")) {
      const auto end = line.rfind(' ');
      const std::string series = line.substr(0, end);
      values_[series] = std::stod(line.substr(end + 1));
      read_labels(series);
    }
  }
  void read_labels(const std::string& series) {
    for (auto at = series.find("=\""); at != std::string::npos; at = series.find("=\"", at + 1)) {
      const auto begin = series.find_last_of("{,", at) + 1;
      const std::string name = series.substr(begin, at - begin);
      if (name != "le") labels_[family_].insert(name);
    }
  }

  std::string family_;
  std::map<std::string, double> values_;
  std::map<std::string, std::string> types_;
  std::map<std::string, std::set<std::string>> labels_;
};

}  // namespace session::test
