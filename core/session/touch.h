#pragma once

namespace session {

// Whether reading a session counts as using it, and so extends it.
enum class Touch { on, off };

}  // namespace session
