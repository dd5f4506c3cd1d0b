// drayd's admin API, as its client: one request, one answer, blocking.
#pragma once

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

// "a b/c" -> "a%20b%2Fc": one segment of a path, or one value of a query.
std::string percent_encode(std::string_view text);

}  // namespace dray::ctl
