#include "bench/transport.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "bench/failure.h"

namespace dray::bench {

TlsContext::TlsContext(const TlsOptions& options)
    : context_(::SSL_CTX_new(::TLS_client_method()), ::SSL_CTX_free) {
    ::SSL_CTX_set_mode(get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    if (options.insecure) return;
    ::SSL_CTX_set_verify(get(), SSL_VERIFY_PEER, nullptr);
    if (options.ca_file.empty()) {
        ::SSL_CTX_set_default_verify_paths(get());
    } else if (::SSL_CTX_load_verify_file(get(), options.ca_file.c_str()) != 1) {
        throw Failure("--ca-file " + options.ca_file + ": no certificates can be read from it");
    }
}

Transport::Transport(const Broker& broker, const TlsContext* tls)
    : fd_(::socket(broker.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) throw Failure(std::string("no socket: ") + std::strerror(errno));
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    const auto* address = reinterpret_cast<const sockaddr*>(&broker.address);
    if (::connect(fd_, address, broker.address_size) != 0 && errno != EINPROGRESS) {
        const int error = errno;
        ::close(fd_);
        throw Failure("cannot connect to " + broker.url + ": " + std::strerror(error));
    }
    if (tls == nullptr) return;
    ssl_ = ::SSL_new(tls->get());
    ::SSL_set_fd(ssl_, fd_);
    ::SSL_set1_host(ssl_, broker.host.c_str());
    ::SSL_set_connect_state(ssl_);
}

Transport::~Transport() {
    if (ssl_ != nullptr) ::SSL_free(ssl_);
    ::close(fd_);
}

Transport::Result Transport::tls_result(int returned) const {
    if (returned > 0) return {.status = Status::kDone, .size = static_cast<std::size_t>(returned)};
    switch (::SSL_get_error(ssl_, returned)) {
        case SSL_ERROR_WANT_READ:
            return {};
        case SSL_ERROR_WANT_WRITE:
            return {.waits_for_room = true};
        default:
            break;
    }
    if (const long verified = ::SSL_get_verify_result(ssl_); verified != X509_V_OK) {
        throw Failure(std::string("the broker's certificate: ") + ::X509_verify_cert_error_string(verified) +
                      " (--ca-file FILE, or --insecure)");
    }
    return {.status = Status::kClosed};
}

Transport::Result Transport::send(std::string_view bytes) {
    if (ssl_ != nullptr) {
        ::ERR_clear_error();
        return tls_result(::SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())));
    }
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {.status = Status::kDone, .size = static_cast<std::size_t>(sent)};
    if (errno == EAGAIN || errno == EINTR) return {.waits_for_room = true};
    return {.status = Status::kClosed};
}

Transport::Result Transport::read(std::span<char> into) {
    if (ssl_ != nullptr) {
        ::ERR_clear_error();
        return tls_result(::SSL_read(ssl_, into.data(), static_cast<int>(into.size())));
    }
    const ssize_t size = ::recv(fd_, into.data(), into.size(), 0);
    if (size > 0) return {.status = Status::kDone, .size = static_cast<std::size_t>(size)};
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    return {.status = Status::kClosed};
}

}  // namespace dray::bench
