// drayd's admin API, as its client, blocking: one request, and one answer or a stream of events.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dray::ctl {

// The socket of the broker that Debian's service manager runs, if there is one; else 127.0.0.1:8081.
std::string usual_admin_address();

struct AdminAddress {
    std::string where = usual_admin_address();  // HOST:PORT or unix:/PATH
    std::string token;                          // empty = none is sent
};

struct AdminAnswer {
    int status = 0;
    std::string content_type;
    std::string body;
};

// Throws Failure (kUnreachable) if nobody answers there.
AdminAnswer ask_admin(const AdminAddress& admin, std::string_view method, std::string_view target,
                      std::string_view body = {});

// Server-sent events, for as long as the broker and this object live.
class AdminEvents {
  public:
    // Throws Failure as ask_admin() does. If `refusal` has a value then, there are no events.
    AdminEvents(const AdminAddress& admin, std::string_view target);
    ~AdminEvents();
    AdminEvents(const AdminEvents&) = delete;
    AdminEvents& operator=(const AdminEvents&) = delete;

    const std::optional<AdminAnswer>& refusal() const;
    // The data of the next event; nothing: none has come in time. Throws Failure when there will be no more.
    std::optional<std::string> next(std::chrono::milliseconds patience);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// "a b/c" -> "a%20b%2Fc": one segment of a path, or one value of a query.
std::string percent_encode(std::string_view text);

}  // namespace dray::ctl
