#include "tests/support/e2e/node.h"

#include <filesystem>
#include <stdexcept>

#include "tests/support/places.h"

namespace session::test {

std::string packages_of(const std::string& packages) {
  const std::string folder = peer_packages() + "/" + packages;
  if (!std::filesystem::exists(folder + "/installed"))
    throw std::runtime_error("the packages of npm for " + packages + " are not there: run ./dev setup test");
  return folder + "/node_modules";
}

std::vector<std::string> node_command(const std::string& packages, const std::string& script,
                                      const std::string& argument) {
  return {"env", "NODE_PATH=" + packages_of(packages), "node", source_root() + "/" + script, argument};
}

}  // namespace session::test
