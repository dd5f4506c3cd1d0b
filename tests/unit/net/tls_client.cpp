#include "tls_client.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

namespace dray::net::test {

TlsClient::TlsClient(const Address& address, const TlsClientOptions& options)
    : raw_(address),
      sends_bytewise_(options.sends_bytewise),
      context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    SSL_CTX* const context = context_.get();
    if (options.version_max != 0) {
        SSL_CTX_set_security_level(context, 0);  // so that it is the server who refuses
        SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, options.version_max);
    }
    if (!options.authority_file.empty()) {
        EXPECT_EQ(SSL_CTX_load_verify_file(context, options.authority_file.c_str()), 1);
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    if (!options.certificate.certificate_file.empty()) {
        const CertificateFiles& files = options.certificate;
        EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()), 1);
        EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context, files.private_key_file.c_str(), SSL_FILETYPE_PEM), 1);
    }
    connection_ = {SSL_new(context), SSL_free};
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(connection_.get(), in_, out_);  // which owns them
    SSL_set_connect_state(connection_.get());
    if (!options.server_name.empty()) {
        SSL_ctrl(connection_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(options.server_name.c_str()));
    }
    raw_.send(options.first);
}

TlsClient::~TlsClient() = default;

void TlsClient::flush() {
    char* bytes = nullptr;
    const long count = BIO_get_mem_data(out_, &bytes);
    if (count <= 0) return;
    const std::string all(bytes, static_cast<std::size_t>(count));
    (void)BIO_reset(out_);
    if (!sends_bytewise_) return raw_.send(all);
    for (const char byte : all) raw_.send({&byte, 1});
}

bool TlsClient::take_in() {
    pollfd ready{raw_.number(), POLLIN, 0};
    if (::poll(&ready, 1, 20'000) != 1) return false;
    char buffer[65536];
    const ssize_t count = ::recv(raw_.number(), buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    BIO_write(in_, buffer, static_cast<int>(count));
    return true;
}

bool TlsClient::shake_hands() {
    for (;;) {
        const int result = SSL_do_handshake(connection_.get());
        const int error = SSL_get_error(connection_.get(), result);
        if (error == SSL_ERROR_SSL) {
            why_ = take_tls_error();
            return false;
        }
        flush();
        if (result == 1) return true;
        if (!take_in()) {
            why_ = "the broker closed";
            return false;
        }
    }
}

void TlsClient::send(std::string_view bytes) {
    ASSERT_TRUE(shake_hands()) << why_;
    std::size_t sent = 0;
    ASSERT_EQ(SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &sent), 1);
    flush();
}

std::string TlsClient::receive(std::size_t count) {
    std::string got;
    if (!shake_hands()) return got;
    while (got.size() < count) {
        char buffer[65536];
        std::size_t part = 0;
        const std::size_t wanted = std::min(sizeof buffer, count - got.size());
        const int result = SSL_read_ex(connection_.get(), buffer, wanted, &part);
        if (result == 1) {
            got.append(buffer, part);
            continue;
        }
        const int error = SSL_get_error(connection_.get(), result);
        if (error == SSL_ERROR_SSL) why_ = take_tls_error();
        if (error != SSL_ERROR_WANT_READ || !take_in()) break;
    }
    return got;
}

std::string TlsClient::receive_to_end() {
    const std::string got = receive(std::size_t{1} << 40);
    return (SSL_get_shutdown(connection_.get()) & SSL_RECEIVED_SHUTDOWN) != 0 ? got : got + "UNCLEAN";
}

std::string TlsClient::server_common_name() const {
    X509* const certificate = SSL_get0_peer_certificate(connection_.get());
    const auto name = identity_in(certificate, ClientIdentity::kCommonName);
    return name ? *name : name.error().what;
}

}  // namespace dray::net::test
