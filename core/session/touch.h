#pragma once

#include "core/store/store.h"

namespace session {

// Whether reading a session counts as using it, and so extends it.
enum class Touch { on, off };

// What a session is opened for.
struct OpenTerms {
  // For any use, unless it is said otherwise.
  OpenTerms(Touch t = Touch::on, bool read = false,  // NOLINT(google-explicit-constructor)
            LoadTerms::Copy use = LoadTerms::Copy::refused)
      : touch(t), to_read(read), copy(use) {}

  Touch touch;
  // The session will hardly be written. The store is asked for less then: a write begins with another load.
  bool to_read;
  LoadTerms::Copy copy;  // of the session's record
};

}  // namespace session
