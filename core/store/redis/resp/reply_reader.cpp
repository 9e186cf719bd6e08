#include "core/store/redis/resp/reply_reader.h"

#include <exception>
#include <new>
#include <utility>

#include <hiredis/hiredis.h>

namespace session {

namespace {

// A string on the wire has more than its bytes: its type, its size and the line ends.
constexpr std::size_t kStringOverhead = 32;

}  // namespace

struct ReplyReader::PartialReply {
  Reply root;
  std::size_t max_bytes = 0;
  std::size_t elements_left = 0;
};

// The callbacks catch all exceptions, because hiredis is C code and none may pass through it. A callback that
// returns nullptr makes hiredis report that it is out of memory. `free` does nothing, because the callbacks
// allocate nothing for hiredis.
struct ReplyCallbacks {
  using PartialReply = ReplyReader::PartialReply;

  static PartialReply& partial(const redisReadTask* task) {
    return *static_cast<PartialReply*>(task->privdata);
  }

  // The reply that a task assigns: an element of the enclosing array, or the root.
  static Reply& target_of(const redisReadTask* task) {
    if (task->parent == nullptr) return partial(task).root;
    return static_cast<Reply*>(task->parent->obj)->elements[static_cast<std::size_t>(task->idx)];
  }

  template <class Fill>
  static void* fill(const redisReadTask* task, Fill assign) {
    try {
      Reply& reply = target_of(task);
      assign(reply);
      return &reply;
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  static Reply::Kind kind_of_text(int type) {
    if (type == REDIS_REPLY_ERROR) return Reply::Kind::error;
    return type == REDIS_REPLY_STATUS ? Reply::Kind::status : Reply::Kind::bulk;
  }

  // next() limits the strings that arrive in several reads; this limits those that arrive in one.
  static void* string(const redisReadTask* task, char* text, std::size_t size) {
    if (size > partial(task).max_bytes) return nullptr;
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
    if (count > partial(task).elements_left) return nullptr;
    partial(task).elements_left -= count;
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

ReplyReader::ReplyReader(std::size_t max_bytes, std::size_t max_elements)
    : max_bytes_(max_bytes),
      max_elements_(max_elements),
      partial_(std::make_unique<PartialReply>()),
      reader_(redisReaderCreateWithFunctions(&ReplyCallbacks::table)) {
  if (!reader_) throw std::bad_alloc();
  partial_->max_bytes = max_bytes;
  partial_->elements_left = max_elements;
  reader_->privdata = partial_.get();
}

ReplyReader::~ReplyReader() = default;

void ReplyReader::feed(std::string_view bytes) {
  if (!rest_.empty()) {
    scanner_.give_up();
    take(rest_);
  }
  rest_ = bytes;
}

void ReplyReader::take(std::string_view bytes) {
  // redisReaderFeed() also fails after an earlier parse error; next() reports that one.
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK && reader_->err == 0)
    throw std::bad_alloc();
}

bool ReplyReader::empty() const {
  // hiredis is between two replies if it has no task (ridx -1), or a root task whose type byte it has not
  // read.
  const bool begun = reader_->ridx > 0 || (reader_->ridx == 0 && reader_->rstack[0].type != -1);
  return rest_.empty() && reader_->len == reader_->pos && !begun;
}

Result<std::optional<Reply>, std::string> ReplyReader::next() {
  Reply reply;
  auto whole = next(reply);
  if (!whole) return whole.error();
  return *whole ? std::optional<Reply>(std::move(reply)) : std::nullopt;
}

Result<bool, std::string> ReplyReader::next(Reply& reply) {
  if (rest_.empty() && scanner_.between_replies()) return false;
  if (!rest_.empty()) {
    const std::size_t size = scanner_.scan(rest_);
    take(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  void* reply_object = nullptr;
  if (redisReaderGetReply(reader_.get(), &reply_object) != REDIS_OK)
    return std::string("what came is not RESP2, or too large");
  // hiredis decides what a reply is.
  if ((reply_object != nullptr) != scanner_.between_replies()) scanner_.give_up();
  if (reply_object == nullptr) {
    // hiredis waits for as many bytes as the reply announces, without a limit; the limit is enforced here.
    if (reader_->len - reader_->pos > max_bytes_ + kStringOverhead)
      return std::string("a reply is too large");
    return false;
  }
  reply = std::move(partial_->root);
  partial_->root.bytes = Bytes();
  partial_->root.integer = 0;  // Text and elements have moved, and the kind is set with the next one's value.
  partial_->elements_left = max_elements_;
  return true;
}

}  // namespace session
