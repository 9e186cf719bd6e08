#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace session {

// Appends one command as hiredis formats it (RESP2, an array of bulk strings). Thread-safe.
//
// What hiredis writes beside the words depends on their number and lengths alone. So for short commands it
// does so once for each combination of lengths, and the words of later commands are put into a copy. The
// combinations that a thread remembers are bounded, and hold no word of any command.
void append_command(std::string& wire, std::initializer_list<std::string_view> words);

}  // namespace session
