#pragma once

#include <sys/types.h>

#include <optional>

#include "gateway/http/request.h"
#include "gateway/transport/http/message_parser.h"
#include "gateway/transport/http/routes.h"

namespace session::gateway {

// Why the head of a request can't be answered, though it parses: nullopt if it can. What two parsers could
// read in two ways is refused (RFC 9112, sections 3.2 and 6): two Host fields, none in HTTP/1.1, a CONNECT, a
// target that is no path, Content-Length twice or beside Transfer-Encoding, a Transfer-Encoding that is not
// just `chunked`, an Expect that is not 100-continue.
[[nodiscard]] std::optional<Refusal> objection_to(const HttpHead& head);

// Whether the peer waits for a 100 (Continue) before it sends the body.
[[nodiscard]] bool expects_continue(const HttpHead& head);

// Makes the request of the head. This is HTTP's rule of trust, and the only place of it:
//
// - What controls anything comes from the configuration, by way of the route. No header and no part of the
// target
//   can choose a check, a view or an action.
// - X-Gateway-Secret is the front's, or nobody's: ListenerSecrets compares it.
// - Some headers can be the front's or, if the front lets them through, the client's. They decide nothing
// that the
//   client could gain by: X-Forwarded-Proto and X-Forwarded-Host say what the browser's Origin is compared
//   with (a page of another origin can't set them), X-Forwarded-For and X-Request-Id are for the audit and
//   the log, and the header that `original` names is where a login page sends the client back.
// - All other headers are the client's.
//
// - On the socket of operators (`admin.unix`) all words are those of the user who has connected. `peer` is
//   who that is, by the kernel's word; nullopt: not known.
//
// What the request views is the head's.
[[nodiscard]] Request request_of(const HttpHead& head, const HttpRoute& route,
                                 std::optional<uid_t> peer = std::nullopt);

}  // namespace session::gateway
