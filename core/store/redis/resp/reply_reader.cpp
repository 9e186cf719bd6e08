#include "core/store/redis/resp/reply_reader.h"

#include <exception>
#include <new>
#include <utility>

#include <hiredis/hiredis.h>

namespace session {

namespace {

// What a part has besides its bytes: its kind, its size, and the ends of lines.
constexpr std::size_t kAroundPart = 32;

}  // namespace

struct ReplyReader::Building {
  Reply root;
  std::size_t most_bytes = 0;
  std::size_t elements_left = 0;
};

// hiredis is C: an exception must not pass through it. A nullptr tells it that memory has run out. Nothing
// here is allocated for it to free.
struct ReplyCallbacks {
  using Building = ReplyReader::Building;

  static Building& building(const redisReadTask* task) { return *static_cast<Building*>(task->privdata); }

  // Where the value of a task belongs: an element of the array above it, or the reply itself.
  static Reply& place_of(const redisReadTask* task) {
    if (task->parent == nullptr) return building(task).root;
    return static_cast<Reply*>(task->parent->obj)->elements[static_cast<std::size_t>(task->idx)];
  }

  template <class Fill>
  static void* fill(const redisReadTask* task, Fill fill_in) {
    try {
      Reply& reply = place_of(task);
      fill_in(reply);
      return &reply;
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  static Reply::Kind kind_of_text(int type) {
    if (type == REDIS_REPLY_ERROR) return Reply::Kind::error;
    return type == REDIS_REPLY_STATUS ? Reply::Kind::status : Reply::Kind::bulk;
  }

  // A part that came at once was never waited for, and has the same limit.
  static void* string(const redisReadTask* task, char* text, std::size_t size) {
    if (size > building(task).most_bytes) return nullptr;
    return fill(task, [&](Reply& reply) {
      reply.kind = kind_of_text(task->type);
      const std::string_view view(text, size);
      if (reply.kind == Reply::Kind::bulk) {
        reply.bytes = Bytes(view);
      } else {
        reply.text = view;
      }
    });
  }

  static void* array(const redisReadTask* task, int elements) {
    const auto count = static_cast<std::size_t>(elements);
    if (count > building(task).elements_left) return nullptr;
    building(task).elements_left -= count;
    return fill(task, [&](Reply& reply) {
      reply.kind = Reply::Kind::array;
      reply.elements.resize(count);
    });
  }

  static void* integer(const redisReadTask* task, long long value) {
    return fill(task, [&](Reply& reply) {
      reply.kind = Reply::Kind::integer;
      reply.integer = value;
    });
  }

  static void* nil(const redisReadTask* task) {
    return fill(task, [](Reply& reply) { reply.kind = Reply::Kind::nil; });
  }

  static void free(void*) {}

  static inline redisReplyObjectFunctions table = {string, array, integer, nil, free};
};

void ReplyReader::Free::operator()(redisReader* reader) const { redisReaderFree(reader); }

ReplyReader::ReplyReader(std::size_t most_bytes, std::size_t most_elements)
    : most_bytes_(most_bytes),
      most_elements_(most_elements),
      building_(std::make_unique<Building>()),
      reader_(redisReaderCreateWithFunctions(&ReplyCallbacks::table)) {
  if (!reader_) throw std::bad_alloc();
  building_->most_bytes = most_bytes;
  building_->elements_left = most_elements;
  reader_->privdata = building_.get();
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  // An error that it had before shows at the next reply.
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK && reader_->err == 0)
    throw std::bad_alloc();
}

bool ReplyReader::empty() const {
  // hiredis stands at a reply's beginning, having looked at its first byte or not.
  const bool begun = reader_->ridx > 0 || (reader_->ridx == 0 && reader_->rstack[0].type != -1);
  return reader_->len == reader_->pos && !begun;
}

Result<std::optional<Reply>, std::string> ReplyReader::next() {
  void* whole = nullptr;
  if (redisReaderGetReply(reader_.get(), &whole) != REDIS_OK)
    return std::string("what came is not RESP2, or too large");
  if (whole == nullptr) {
    // hiredis waits for as many bytes as a reply says it has: somebody has to say when that is too many.
    if (reader_->len - reader_->pos > most_bytes_ + kAroundPart) return std::string("a reply is too large");
    return std::optional<Reply>();
  }
  std::optional<Reply> reply(std::exchange(building_->root, Reply()));
  building_->elements_left = most_elements_;
  return reply;
}

}  // namespace session
