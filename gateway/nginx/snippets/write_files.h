#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/nginx/snippets/snippets.h"

namespace session::gateway {

// What to do with an existing file that differs.
enum class Overwrite { refuse, allow };

// Writes the files into an existing directory: all of them, or none if one must not be overwritten. Leaves
// identical files alone. Each file appears complete, or not at all. The file of a secret belongs to this
// user, is for its owner only (mode 0600), and is always overwritten: nobody edits it. Returns the written
// paths. The error is a sentence for the operator that names all files that must not be overwritten.
[[nodiscard]] Result<std::vector<std::string>, std::string> write_files(const std::string& directory,
                                                                        const std::vector<Snippet>& files,
                                                                        Overwrite overwrite);

}  // namespace session::gateway
