#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/store/redis/resp/reply.h"

// Replies of a Redis server, made by hand and shown as text.
namespace session::test {

inline Reply nil_reply() { return {}; }

inline Reply status_reply(std::string text) {
  Reply reply;
  reply.kind = Reply::Kind::status;
  reply.text = std::move(text);
  return reply;
}

inline Reply error_reply(std::string text) {
  Reply reply = status_reply(std::move(text));
  reply.kind = Reply::Kind::error;
  return reply;
}

inline Reply integer_reply(std::int64_t value) {
  Reply reply;
  reply.kind = Reply::Kind::integer;
  reply.integer = value;
  return reply;
}

inline Reply bulk_reply(std::string_view bytes) {
  Reply reply;
  reply.kind = Reply::Kind::bulk;
  reply.bytes = Bytes(bytes);
  return reply;
}

inline Reply array_reply(std::vector<Reply> elements) {
  Reply reply;
  reply.kind = Reply::Kind::array;
  reply.elements = std::move(elements);
  return reply;
}

// nil, +status, -error, :12, "bulk" or [elements, ...].
inline std::string shown(const Reply& reply) {
  switch (reply.kind) {
    case Reply::Kind::nil:
      return "nil";
    case Reply::Kind::status:
      return "+" + reply.text;
    case Reply::Kind::error:
      return "-" + reply.text;
    case Reply::Kind::integer:
      return ":" + std::to_string(reply.integer);
    case Reply::Kind::bulk:
      return '"' + std::string(reply.bytes.view()) + '"';
    case Reply::Kind::array:
      break;
  }
  std::string all;
  for (const Reply& element : reply.elements) all += (all.empty() ? "" : ", ") + shown(element);
  return "[" + all + "]";
}

}  // namespace session::test
