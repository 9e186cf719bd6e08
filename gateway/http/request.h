#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/container/small_vector.hpp>

#include "core/session/action_texts.h"
#include "gateway/http/front_secret.h"
#include "gateway/http/location_settings.h"

namespace session::gateway {

// The headers of a request, in the order they came. A name may come several times.
//
// Names are compared without regard to case, and "_" in a request's name is "-": CGI tells neither apart, so
// a header means the same whatever protocol it came by. Views: the codec that made the request owns the
// texts.
class RequestHeaders {
 public:
  struct Header {
    std::string_view name, value;
  };

  void reserve(std::size_t count) { headers_.reserve(count); }
  void add(std::string_view name, std::string_view value) { headers_.push_back({name, value}); }

  // The first value of that name, spelled with "-"; empty if there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  // All values of that name, spelled with "-".
  using Values = boost::container::small_vector<std::string_view, 4>;
  [[nodiscard]] Values all(std::string_view name) const;

 private:
  std::vector<Header> headers_;
};

// Who sent the request, as the front says. It decides nothing: it is for the audit and the log. A front may
// be configured to pass on what the client claims, so readers check what they print.
struct Client {
  std::string_view address = {};
  std::string_view request_id = {};
};

// What an application behind the front asked for with response headers, which the front passes on with a
// request of its own (the endpoint `commit`). Not to be mixed up with the client's headers of the same names.
struct FrontActions {
  ActionTexts texts = {};
  std::optional<std::string_view> location = {};  // where the browser goes next
  // With what status the application answered: as many texts as the front gave, each as nginx's
  // $upstream_status has it. None: not known.
  std::vector<std::string_view> statuses = {};
  // The application itself has sent the request, and says in the body what it wants.
  bool in_body = false;
};

// Why a request is answered by no endpoint, and with what: the decision of a codec. Static texts.
struct Refusal {
  int status = 400;
  std::string_view reason = {};  // as X-Session-Reason says it
  std::string_view detail = {};  // a sentence for whoever sent the request
  std::string_view allow = {};   // with a 405: the methods
  std::string_view asked = {};   // for a check that there is not: its name, which is the request's
};

// One request, as a value that knows no protocol. Endpoints read this and nothing else.
//
// Method, address, query, headers and body are the client's words. Client, secret, settings and actions are
// the front's: which words are whose is decided by the codec of the protocol (gateway/transport/codec.h),
// once. What is viewed lives as long as the codec says.
struct Request {
  std::string_view method = {};
  // The path and query that the client asked the front for, as the client wrote them; empty: not known.
  // Nothing may be decided by them: the front has routed on what it made of them.
  std::string_view address = {};
  // What comes behind the "?" of the address, as the client wrote it. The client's word, too: an endpoint may
  // only read in it what the client may do anyway.
  std::string_view query = {};
  // Of an endpoint that has several resources (`admin`): a path that ends in the one that is meant. By
  // FastCGI it is the front's word (DOCUMENT_URI), by HTTP that of the operator who has connected.
  std::string_view resource = {};
  RequestHeaders headers = {};
  std::string body = {};
  Client client = {};
  FrontSecret front_secret = {};
  LocationSettings settings = {};
  FrontActions front_actions = {};
  std::optional<Refusal> refusal = {};
  // The user of this machine who has connected to the socket of operators (`admin.unix`): the kernel's word.
  // nullopt: the request has come in another way.
  std::optional<uid_t> operator_user = {};
  bool wants_subject =
      false;  // the protocol has a place of its own for whose session passes (Response::subject)
};

}  // namespace session::gateway
