#include "bench/broker_url.h"

#include <array>

#include "bench/failure.h"
#include "net/address.h"

namespace dray::bench {
namespace {

struct Scheme {
    std::string_view name;
    std::string_view port;
    bool tls;
    bool websocket;
};
constexpr std::array<Scheme, 4> kSchemes = {{{"mqtt://", "1883", false, false},
                                             {"mqtts://", "8883", true, false},
                                             {"ws://", "8080", false, true},
                                             {"wss://", "8443", true, true}}};

Failure refused(std::string_view url, std::string_view why) {
    return Failure("--broker " + std::string(url) + ": " + std::string(why) +
                   " (expected mqtt://HOST:PORT, or mqtts, ws, wss)");
}

bool has_port(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const auto bracket = authority.rfind(']');
    return colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
}

}  // namespace

Broker parse_broker_url(std::string_view url) {
    Broker broker;
    for (const Scheme& scheme : kSchemes) {
        if (!url.starts_with(scheme.name)) continue;
        broker.tls = scheme.tls;
        broker.websocket = scheme.websocket;
        std::string_view rest = url.substr(scheme.name.size());
        const auto slash = rest.find('/');
        broker.path = slash == std::string_view::npos ? "/mqtt" : rest.substr(slash);
        rest = rest.substr(0, slash);
        if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
            const std::string_view login = rest.substr(0, at);
            const auto colon = login.find(':');
            broker.user = login.substr(0, colon);
            if (colon != std::string_view::npos) broker.password = login.substr(colon + 1);
            rest = rest.substr(at + 1);
        }
        std::string authority(rest);
        if (!has_port(authority)) authority += ":" + std::string(scheme.port);
        broker.url = std::string(scheme.name) + authority;
        const auto where = net::HostPort::parse(authority);
        if (!where) throw refused(broker.url, where.error().what);
        const auto address = net::resolve(*where);
        if (!address) throw refused(broker.url, address.error().what);
        broker.host = where->host;
        broker.address = address->storage;
        broker.address_size = address->length;
        return broker;
    }
    throw refused(url, "the scheme is missing or unknown");
}

}  // namespace dray::bench
