#pragma once

namespace session {

// Whether reading a session counts as using it, and so extends it.
enum class Touch { on, off };

// What a session is opened for.
struct OpenTerms {
  // For any use, unless it is said otherwise.
  OpenTerms(Touch t = Touch::on, bool read = false)  // NOLINT(google-explicit-constructor)
      : touch(t), to_read(read) {}

  Touch touch;
  // The session will hardly be written. The store is asked for less then: a write begins with another load.
  bool to_read;
};

}  // namespace session
