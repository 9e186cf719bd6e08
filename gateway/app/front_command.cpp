#include "gateway/app/front_command.h"

#include <algorithm>
#include <iostream>
#include <iterator>

#include "gateway/app/exit_status.h"
#include "gateway/app/generated_files.h"
#include "gateway/fronts/front.h"
#include "gateway/fronts/front_files.h"

namespace session::gateway {

std::vector<std::string> front_names() {
  std::vector<std::string> names;
  for (const Front& front : fronts()) names.emplace_back(front.name);
  return names;
}

int print_front(const std::string& name, const ConfigChoice& configuration_file,
                const std::optional<std::string>& output, bool force) {
  const auto front =
      std::find_if(fronts().begin(), fronts().end(), [&](const Front& each) { return each.name == name; });
  if (front == fronts().end()) return kUsage;
  const auto settings = settings_of(configuration_file);
  if (!settings) return kFailed;
  const auto files = front_files(*front, *settings, output_directory(output));
  if (!files) {
    std::cerr << files.error() << "\n";
    return kFailed;
  }
  return hand_out(*files, output, force);
}

}  // namespace session::gateway
