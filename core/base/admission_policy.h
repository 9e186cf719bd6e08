#pragma once

namespace session {

// Which newcomers take the place of another in a memory of fixed size: one in eight.
//
// With more in use than there are places, nearly all would be forgotten before they are met again, and
// forgetting what is no longer near costs as much as working a newcomer out. Who is met often is soon
// remembered all the same. Not thread-safe.
class AdmissionPolicy {
 public:
  // Whether the next one does.
  [[nodiscard]] bool admit_next() noexcept { return ++met_ % kOneIn == 0; }

  static constexpr unsigned kOneIn = 8;

 private:
  unsigned met_ = 0;
};

}  // namespace session
