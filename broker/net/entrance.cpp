#include "net/entrance.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace dray::net {

namespace {

using Step = Entrance::Step;

const Step kPassed{};
const Step kBlocked{.status = Step::Status::kBlocked};

Step refused(CloseCause cause, std::string why) {
    return {Step::Status::kRefused, cause, std::move(why)};
}

// A user name is UTF-8 without control characters; a balancer's word for it is checked like any other.
bool is_clean(const std::string& name) {
    return std::ranges::none_of(name,
                                [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

Step Entrance::pass(int socket, TlsStream* tls, shard::LinkOptions& client, Instant now) {
    if (in_header_) {
        if (Step step = read_header(socket, client, now); step.status != Step::Status::kPassed) return step;
        in_header_ = false;
    }
    return tls != nullptr ? shake_hands(*tls, client) : kPassed;
}

Step Entrance::read_header(int socket, shard::LinkOptions& client, Instant now) {
    for (;;) {
        const ProxyResult result = read_proxy_header(header_);
        if (result.status == ProxyResult::Status::kBad) return refused(CloseCause::kProxyRefused, result.why);
        if (result.status == ProxyResult::Status::kDone) return take_header(result.header, client, now);
        const std::size_t had = header_.size();
        header_.resize(result.bytes);
        const ssize_t got = ::recv(socket, header_.data() + had, header_.size() - had, 0);
        const int error = errno;
        header_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0)
            return refused(CloseCause::kProxyRefused, "the peer closed before its PROXY header was whole");
        if (got > 0 || error == EINTR) continue;
        if (error == EAGAIN || error == EWOULDBLOCK) return kBlocked;
        return refused(CloseCause::kConnectionLost, std::generic_category().message(error));
    }
}

Step Entrance::take_header(const ProxyHeader& header, shard::LinkOptions& client, Instant now) const {
    if (!header.source.empty()) {
        client.peer = header.source;
        client.origin = header.origin;
        if (!options_->takes_from(client.origin, now))
            return refused(CloseCause::kTooManyConnections, "the PROXY header tells of " + client.peer);
    }
    if (is_tls(options_->kind)) return kPassed;  // the client's certificate is seen here
    if (!header.certificate_verified) {
        if (options_->client_certificate != ClientCertificate::kRequired) return kPassed;
        return refused(CloseCause::kProxyRefused, "the PROXY header tells of no verified client certificate");
    }
    if (options_->client_identity == ClientIdentity::kNone) return kPassed;
    if (header.common_name.empty() || !is_clean(header.common_name)) {
        return refused(CloseCause::kProxyRefused,
                       "the PROXY header has no usable common name of the client's certificate");
    }
    client.identity = header.common_name;
    return kPassed;
}

Step Entrance::shake_hands(TlsStream& tls, shard::LinkOptions& client) const {
    const TlsStream::Status status = tls.handshake();
    if (status == TlsStream::Status::kBlocked) return kBlocked;
    if (status != TlsStream::Status::kDone) return refused(CloseCause::kTlsRefused, tls.why());
    auto identity = tls.identity(options_->client_identity);
    if (!identity) return refused(CloseCause::kTlsRefused, identity.error().what);
    client.identity = std::move(*identity);
    return kPassed;
}

}  // namespace dray::net
