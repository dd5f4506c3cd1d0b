#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

namespace dray::net {

namespace {

// A key that needs a pass phrase is an error, not a question on the terminal.
int no_pass_phrase(char*, int, int, void*) {
    return -1;
}

// OpenSSL says little of files that are not there.
std::string why_unreadable(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    const bool opened = stream.is_open();
    const int error = errno;
    stream.peek();  // a folder opens, but cannot be read
    if (opened && stream.good()) return {};
    return "cannot read " + file + ": " +
           (opened ? "it is empty or a folder" : std::generic_category().message(error));
}

void set_rules(SSL_CTX* context, const TlsSettings& settings) {
    SSL_CTX_set_min_proto_version(context,
                                  settings.least == TlsVersion::k13 ? TLS1_3_VERSION : TLS1_2_VERSION);
    // A stream that ends without its close is one that ends: MQTT has its own DISCONNECT.
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
    // A write that is tried again comes from the outbox again, so from elsewhere; idle connections own no
    // buffers.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    static constexpr unsigned char kScope[] = "dray";
    SSL_CTX_set_session_id_context(context, kScope, sizeof kScope - 1);
}

std::string ask_for_certificate(SSL_CTX* context, const TlsSettings& settings) {
    if (settings.client_certificate == ClientCertificate::kNone) return {};
    const std::string& file = settings.client_ca_file;
    if (std::string wrong = why_unreadable(file); !wrong.empty()) return wrong;
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return file + " has no certificate of an authority: " + take_tls_error();
    }
    SSL_CTX_set_client_CA_list(context, names);
    const bool required = settings.client_certificate == ClientCertificate::kRequired;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    return {};
}

bool matches(std::string_view pattern, std::string_view name) {
    const auto same = [](char a, char b) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
        return lower(a) == lower(b);
    };
    if (pattern.starts_with("*.")) {
        const std::size_t dot = name.find('.');
        if (dot == std::string_view::npos || dot == 0) return false;
        pattern.remove_prefix(1);
        name.remove_prefix(dot);
    }
    return std::equal(pattern.begin(), pattern.end(), name.begin(), name.end(), same);
}

std::optional<TlsFailure> use_certificate(SSL_CTX* context, const CertificateFiles& files,
                                          const std::string& prefix) {
    const std::string& certificate = files.certificate_file;
    if (std::string wrong = why_unreadable(certificate); !wrong.empty()) {
        return TlsFailure{prefix + "certificate_file", std::move(wrong)};
    }
    if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1) {
        return TlsFailure{prefix + "certificate_file",
                          certificate + " is not a certificate in PEM form: " + take_tls_error()};
    }
    const std::string& key = files.private_key_file;
    if (std::string wrong = why_unreadable(key); !wrong.empty()) {
        return TlsFailure{prefix + "private_key_file", std::move(wrong)};
    }
    SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
    // Also says if the key is not that of the certificate.
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
        return TlsFailure{prefix + "private_key_file",
                          key + " is not the private key of " + certificate + ": " + take_tls_error()};
    }
    return std::nullopt;
}

}  // namespace

std::string take_tls_error() {
    const unsigned long error = ERR_get_error();
    ERR_clear_error();
    if (error == 0) return "no reason given";
    if (ERR_SYSTEM_ERROR(error)) return std::generic_category().message(ERR_GET_REASON(error));
    const char* const words = ERR_reason_error_string(error);
    return words != nullptr ? words : "error " + std::to_string(error);
}

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
    SSL_CTX_free(context);
}

TlsContext::~TlsContext() = default;

Result<TlsContext::Owned, TlsFailure> TlsContext::make(const TlsSettings& settings,
                                                       const CertificateFiles& files,
                                                       const std::string& prefix) {
    Owned made(SSL_CTX_new(TLS_server_method()));
    SSL_CTX* const context = made.get();
    ERR_clear_error();
    set_rules(context, settings);
    if (auto failure = use_certificate(context, files, prefix)) return *failure;
    if (std::string wrong = ask_for_certificate(context, settings); !wrong.empty()) {
        return TlsFailure{"client_ca_file", std::move(wrong)};
    }
    if (!settings.ciphers.empty() && SSL_CTX_set_cipher_list(context, settings.ciphers.c_str()) != 1) {
        return TlsFailure{"ciphers", "names no cipher that there is: " + take_tls_error()};
    }
    return made;
}

Result<std::shared_ptr<const TlsContext>, TlsFailure> TlsContext::load(const TlsSettings& settings) {
    const std::shared_ptr<TlsContext> loaded(new TlsContext);
    auto first = make(settings, settings.certificate, "");
    if (!first) return first.error();
    loaded->first_ = std::move(*first);
    for (std::size_t i = 0; i < settings.more_certificates.size(); ++i) {
        const NamedCertificate& one = settings.more_certificates[i];
        auto made = make(settings, one.files, "certificates." + std::to_string(i) + '.');
        if (!made) return made.error();
        loaded->named_.push_back({one.name, std::move(*made)});
    }
    SSL_CTX_callback_ctrl(loaded->first_.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(choose));
    SSL_CTX_set_tlsext_servername_arg(loaded->first_.get(), loaded.get());
    return std::shared_ptr<const TlsContext>(loaded);
}

Result<std::shared_ptr<const TlsContext>, TlsFailure> TlsContext::load_client(
    const ClientTlsSettings& settings) {
    const std::shared_ptr<TlsContext> loaded(new TlsContext);
    loaded->first_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX* const context = loaded->first_.get();
    ERR_clear_error();
    set_rules(context, TlsSettings{});
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (settings.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(context);
    } else if (std::string wrong = why_unreadable(settings.ca_file); !wrong.empty()) {
        return TlsFailure{"ca_file", std::move(wrong)};
    } else if (SSL_CTX_load_verify_file(context, settings.ca_file.c_str()) != 1) {
        return TlsFailure{"ca_file",
                          settings.ca_file + " has no certificate of an authority: " + take_tls_error()};
    }
    if (!settings.certificate.certificate_file.empty()) {
        if (auto failure = use_certificate(context, settings.certificate, "")) return *failure;
    }
    return std::shared_ptr<const TlsContext>(loaded);
}

ssl_ctx_st* TlsContext::of_name(std::string_view name) const {
    for (const Named& one : named_) {
        if (matches(one.name, name)) return one.context.get();
    }
    return first_.get();
}

int TlsContext::choose(ssl_st* connection, int*, void* self) {
    const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    SSL_set_SSL_CTX(connection, static_cast<const TlsContext*>(self)->of_name(name));
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace dray::net
