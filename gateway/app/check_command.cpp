#include "gateway/app/check_command.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "gateway/app/exit_status.h"
#include "gateway/app/file_access.h"
#include "gateway/config/load.h"
#include "gateway/realm/config_snapshot.h"
#include "gateway/server/store_check.h"

namespace session::gateway {
namespace {

void print(const std::string& file, const Problem& problem) { std::cerr << render(file, problem) << "\n"; }

// Says for whom the files are checked, if the operator did not choose.
void announce(const FileUser& user, const CheckRequest& request) {
  if (user.is_stand_in) {
    std::cerr << "checking the files for the service's user, " << user.name
              << ", who exists only while the service runs: the user nobody stands in\n";
  } else if (!request.user) {
    std::cerr << "checking the files for the service's user, " << user.name << " (--user names another)\n";
  }
}

// Prints the files that the user can't use. Returns the exit status.
int check_files(const FileUser& user, const CheckRequest& request, std::vector<ReferencedFile> files) {
  announce(user, request);
  std::error_code failed;
  const auto whole = std::filesystem::absolute(request.file, failed);
  files.insert(files.begin(),
               {0, "", failed ? request.file : whole.string(), request.file, ReferencedFile::Use::read});
  const auto denied = denied_files(user, files);
  if (!denied) {
    std::cerr << "can't check the files for the user " << user.name << ": " << denied.error() << "\n";
    return kUsage;
  }
  for (const DeniedFile& each : *denied) print(request.file, {each.file.line, each.file.key, each.why});
  return denied->empty() ? kFine : kFailed;
}

// Prints what the store answers. Returns the exit status.
int check_store(Settings settings) {
  const StoreCheck check = try_store(std::move(settings));
  if (check.problem.empty()) {
    std::cout << "store: ok (" << check.summary << ")\n";
    return kFine;
  }
  std::cerr << "store: " << check.problem << "\n";
  return kFailed;
}

}  // namespace

int check_config(const CheckRequest& request) {
  std::optional<FileUser> user = request.user ? std::nullopt : default_user(request.file);
  if (request.user) {
    auto found = find_user(*request.user);
    if (!found) {
      std::cerr << "--user: " << found.error() << "\n";
      return kUsage;
    }
    user = std::move(*found);
  }
  auto loaded = load_file(request.file);
  if (!loaded) {
    for (const Problem& problem : loaded.error()) print(request.file, problem);
    return kFailed;
  }
  Settings settings = with_ephemeral_keys(std::move(*loaded), nullptr);
  for (const std::string& line : set_by(process_environment())) std::cout << "environment: " << line << "\n";
  for (const std::string& warning : settings.warnings) std::cerr << "warning: " << warning << "\n";
  int status = kFine;
  if (user) status = check_files(*user, request, settings.files);
  if (request.store && status != kUsage) status = std::max(status, check_store(std::move(settings)));
  if (status == kFine)
    std::cout << request.file << ": fine" << (user ? " for the user " + user->name : "") << "\n";
  return status;
}

}  // namespace session::gateway
