// What stands before a login: the password file, and the SCRAM messages of a client. Input: lines of a
// password file, an empty line, then the messages of one client, a line each. Laws: a file is taken, or the
// error names the line; a client that does not know the password does not get in, and an exchange that has
// ended does not go on.
#include <string>

#include "auth/password_file.h"
#include "auth/scram_exchange.h"
#include "base/assert.h"
#include "base/byte_view.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray;
    using Kind = shard::AuthAnswer::Kind;
    const std::string_view input = as_text({data, size});
    const std::size_t gap = input.find("\n\n");
    const auto file = auth::parse_password_file(input.substr(0, gap), "users");
    if (!file) DRAY_ASSERT(file.error().what.starts_with("users:"));

    static const auth::Users kUsers = *auth::parse_password_file(
        auth::scram_line("brewer", "a password that nobody guesses") + '\n', "users");
    auth::ScramExchange exchange(kUsers, {.fake_salt_key = "key", .nonce = "nonce"});
    std::string_view messages = gap == input.npos ? input : input.substr(gap + 2);
    bool has_failed = false;
    while (!messages.empty()) {
        const std::size_t end = std::min(messages.find('\n'), messages.size());
        const shard::AuthAnswer answer = exchange.next(messages.substr(0, end));
        DRAY_ASSERT(answer.kind != Kind::kSuccess);
        DRAY_ASSERT(!has_failed || answer.kind == Kind::kFailure);
        has_failed = answer.kind == Kind::kFailure;
        messages.remove_prefix(std::min(end + 1, messages.size()));
    }
    return 0;
}
