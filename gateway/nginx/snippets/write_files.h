#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "gateway/nginx/snippets/snippets.h"

namespace session::gateway {

// What becomes of a file that is there already and says something else.
enum class Overwrite { refuse, allow };

// Writes the files into a directory that exists: all of them, or none if one may not be overwritten. A file
// that says the same already is left alone. Each appears whole, or not at all. Returns the paths that were
// written. The error is a sentence for the operator; it names all files that are in the way.
[[nodiscard]] Result<std::vector<std::string>, std::string> write_files(const std::string& directory,
                                                                        const std::vector<Snippet>& files,
                                                                        Overwrite overwrite);

}  // namespace session::gateway
