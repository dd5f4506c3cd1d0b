#include "sink/amqp_url.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace dray::sink {

namespace {

constexpr std::string_view kPlain = "amqp://";
constexpr std::string_view kTls = "amqps://";
constexpr std::uint16_t kPort = 5672;
constexpr std::uint16_t kTlsPort = 5671;

std::optional<std::string> decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        unsigned byte = 0;
        if (text.size() < i + 3) return std::nullopt;
        const auto [end, error] = std::from_chars(&text[i + 1], text.data() + i + 3, byte, 16);
        if (error != std::errc() || end != text.data() + i + 3 || byte == 0) return std::nullopt;
        result += static_cast<char>(byte);
        i += 2;
    }
    return result;
}

}  // namespace

Result<AmqpUrl, net::Failure> parse_amqp_url(std::string_view text) {
    AmqpUrl url;
    url.tls = text.starts_with(kTls);
    if (!url.tls && !text.starts_with(kPlain)) return net::Failure{"must begin with amqp:// or amqps://"};
    text.remove_prefix(url.tls ? kTls.size() : kPlain.size());
    if (text.find_first_of("?#") != std::string_view::npos)
        return net::Failure{"has parameters, which mean nothing here"};
    const std::size_t slash = text.find('/');
    std::string_view authority = text.substr(0, slash);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view user = authority.substr(0, at);
        if (user.find(':') != std::string_view::npos)
            return net::Failure{"has a password in it, which belongs into the password_file"};
        const auto name = decoded(user);
        if (!name || name->empty()) return net::Failure{"has no right user name"};
        url.user = *name;
        authority.remove_prefix(at + 1);
    }
    const bool has_port = authority.find(':', authority.rfind(']') + 1) != std::string_view::npos;
    std::string where(authority);
    if (!has_port) where += ':' + std::to_string(url.tls ? kTlsPort : kPort);
    const auto host = net::HostPort::parse(where);
    if (!host || host->host.empty() || host->port == 0)
        return net::Failure{"has no right host: amqp://USER@HOST:PORT/VHOST"};
    url.host = host->host;
    url.port = host->port;
    if (slash == std::string_view::npos || slash + 1 == text.size()) return url;
    const std::string_view path = text.substr(slash + 1);
    const auto name = decoded(path);
    if (!name || path.find('/') != std::string_view::npos)
        return net::Failure{"has no right virtual host; in its name '/' is %2F"};
    url.virtual_host = *name;
    return url;
}

}  // namespace dray::sink
