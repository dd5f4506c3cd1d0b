// Who may use the admin API by a token of his own, and for what: a file with a line for each,
//
//     # who       role       token
//     grafana     read       Wm9uZSBvZiB0aGUgYnJva2Vy…
//     ann         operate    c29tZXRoaW5nIGVsc2U…
//
//     read       looks: every GET that takes nothing away
//     operate    that, and acts: publish, redrive, purge, disconnect, declare, drain, back up, …
//
// Words are separated by spaces or tabs. Empty lines and lines that begin with # mean nothing. A name or
// token that stands there twice is a mistake, and so is a token of fewer than kTokenBytesMin bytes. Whoever
// has the token of admin.token_file may do everything, as "admin".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dray::admin {

enum class Role : std::uint8_t { kRead, kOperate };  // each may do what those before it may
std::string_view name(Role role);

struct Operator {
    std::string name;
    Role role = Role::kOperate;
    std::string token;
};

inline constexpr std::size_t kTokenBytesMin = 16;

// `path` empty: none. Throws std::runtime_error that says where and what, and shows no token.
std::vector<Operator> read_operators(const std::string& path);

class Operators {
  public:
    Operators() = default;
    // `token` is that of admin.token_file; empty: there is none.
    Operators(const std::string& token, std::vector<Operator> named);

    // Nobody needs a token: whoever reaches the API may do everything.
    bool are_all() const { return all_.empty(); }
    // Takes the same time whichever it is. nullptr: that is nobody's.
    const Operator* find(std::string_view token) const;

  private:
    std::vector<Operator> all_;
};

}  // namespace dray::admin
