// What the TLS of a listener is made of: its certificates, and what it asks of clients; or that of
// connections which this process makes. OpenSSL 3.
//
//     settings (files)  ->  TlsContext (loaded, immutable)  ->  one TlsStream for each connection
//
// TLS below 1.2, compression and renegotiation are refused. A client that names a server (SNI) is shown the
// certificate of that name, any other the first. Sessions are resumed by tickets, so the broker stores none.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// OpenSSL's own names; its headers stay in the sources.
struct ssl_ctx_st;
struct ssl_st;

namespace dray::net {

enum class ClientCertificate : std::uint8_t { kNone, kOptional, kRequired };
enum class TlsVersion : std::uint8_t { k12, k13 };

struct CertificateFiles {
    std::string certificate_file;  // PEM: the certificate, then those that lead to its authority
    std::string private_key_file;  // PEM, not encrypted
};
struct NamedCertificate {
    std::string name;  // "broker.example.com" or "*.example.com"
    CertificateFiles files;
};

struct TlsSettings {
    CertificateFiles certificate;
    std::vector<NamedCertificate> more_certificates = {};
    ClientCertificate client_certificate = ClientCertificate::kNone;
    std::string client_ca_file = {};  // PEM: who may have signed clients' certificates
    TlsVersion least = TlsVersion::k12;
    std::string ciphers = {};  // OpenSSL's list for TLS 1.2; empty = its default
};

// Of connections that are made from here.
struct ClientTlsSettings {
    std::string ca_file = {};  // PEM: who may have signed the server's certificate; empty = the system's
    CertificateFiles certificate = {};  // shown to servers that ask for one; empty = none
};

// Which setting cannot be used ("certificate_file", "certificates.0.private_key_file") and why.
struct TlsFailure {
    std::string setting;
    std::string what;
};

class TlsContext {
  public:
    static Result<std::shared_ptr<const TlsContext>, TlsFailure> load(const TlsSettings& settings);
    static Result<std::shared_ptr<const TlsContext>, TlsFailure> load_client(
        const ClientTlsSettings& settings);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    // For a connection; the context must outlive it.
    ssl_ctx_st* get() const { return first_.get(); }

  private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    using Owned = std::unique_ptr<ssl_ctx_st, Free>;
    struct Named {
        std::string name;
        Owned context;
    };
    TlsContext() = default;
    static Result<Owned, TlsFailure> make(const TlsSettings& settings, const CertificateFiles& files,
                                          const std::string& prefix);
    static int choose(ssl_st* connection, int* alert, void* self);
    ssl_ctx_st* of_name(std::string_view name) const;

    Owned first_;
    std::vector<Named> named_;
};

// A listener's TLS, which can be renewed while it serves. Any thread.
class TlsServer {
  public:
    explicit TlsServer(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}

    // For one more connection.
    std::shared_ptr<const TlsContext> current() const {
        const std::lock_guard lock(mutex_);
        return context_;
    }
    // From now on; connections that there are keep theirs.
    void renew(std::shared_ptr<const TlsContext> context) {
        const std::lock_guard lock(mutex_);
        context_.swap(context);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const TlsContext> context_;
};

// The first error that OpenSSL has noted on this thread, in words; then there are none any more.
std::string take_tls_error();

}  // namespace dray::net
