#pragma once

#include <string>

#include "core/crypto/random.h"

namespace session::test {

// Bytes that are told apart and known beforehand: the first call yields "000…1", the second "000…2".
class CountedRandom final : public Random {
 public:
  [[nodiscard]] std::string bytes(std::size_t count) const override {
    std::string number = std::to_string(stuck_ ? made_ : ++made_);
    return std::string(count - number.size(), '0') + number;
  }
  // From now on the same bytes come again and again, as from a broken source.
  void stick() { stuck_ = true; }

 private:
  mutable int made_ = 0;
  bool stuck_ = false;
};

}  // namespace session::test
