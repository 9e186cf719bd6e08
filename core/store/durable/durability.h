#pragma once

namespace session {

// What a change of a DurableStore waits for.
enum class Durability {
  second,  // for nothing; it is in the file within a second, as long as the disk keeps up
  commit,  // a create, a replace and an erase are answered when they are in the file and on the disk
};

}  // namespace session
