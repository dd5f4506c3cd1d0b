#include "harness/tls_wire.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace dray::conformance {

TlsWire::TlsWire(std::uint16_t port, const std::string& authority_file)
    : tcp_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    std::signal(SIGPIPE, SIG_IGN);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_file(context_.get(), authority_file.c_str()) != 1) {
        throw std::runtime_error("no certificate in " + authority_file);
    }
    connection_ = {SSL_new(context_.get()), SSL_free};
    SSL_set_fd(connection_.get(), tcp_.number());
    SSL_clear_mode(connection_.get(),
                   SSL_MODE_AUTO_RETRY);  // so that it never waits for more than one record
    if (SSL_connect(connection_.get()) != 1) {
        const char* const why = ERR_reason_error_string(ERR_get_error());
        throw std::runtime_error(std::string("no TLS with the broker: ") +
                                 (why != nullptr ? why : "it closed"));
    }
}

TlsWire::~TlsWire() = default;

void TlsWire::send(std::string_view bytes) {
    std::size_t sent = 0;
    if (!bytes.empty()) SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &sent);
}

// One record at a time; after one that is no data (a session ticket) it waits again.
Arrival TlsWire::receive(std::string& bytes, Deadline deadline) {
    for (;;) {
        if (SSL_has_pending(connection_.get()) == 0) {
            pollfd ready{tcp_.number(), POLLIN, 0};
            if (::poll(&ready, 1, deadline.milliseconds_left()) <= 0) return Arrival::kNothing;
        }
        std::array<char, 65536> buffer;
        std::size_t size = 0;
        const int result = SSL_read_ex(connection_.get(), buffer.data(), buffer.size(), &size);
        bytes.append(buffer.data(), size);
        if (result == 1) return Arrival::kBytes;
        if (SSL_get_error(connection_.get(), result) != SSL_ERROR_WANT_READ) return Arrival::kClosed;
    }
}

void TlsWire::close_sending() {
    SSL_shutdown(connection_.get());
    tcp_.close_sending();
}

}  // namespace dray::conformance
