#include "certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <cstdio>
#include <stdexcept>

namespace dray::net::test {

namespace {

template <auto Function>
struct Call {
    template <typename Type>
    void operator()(Type* object) const {
        Function(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Call<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Call<X509_free>>;
using File = std::unique_ptr<std::FILE, Call<std::fclose>>;

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error("not an extension: " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate make_certificate(const CertificateWish& wish, EVP_PKEY* key, long number) {
    Certificate made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), number);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), std::chrono::seconds(wish.valid_from).count());
    X509_gmtime_adj(X509_getm_notAfter(made.get()), std::chrono::seconds(wish.valid_to).count());
    X509_set_pubkey(made.get(), key);
    if (!wish.common_name.empty()) {
        const auto* const name = reinterpret_cast<const unsigned char*>(wish.common_name.c_str());
        X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8, name, -1, -1, 0);
    }
    return made;
}

File create(const std::string& path) {
    File file(std::fopen(path.c_str(), "w"));
    if (!file) throw std::runtime_error("cannot write " + path);
    return file;
}

}  // namespace

struct Authority::Parts {
    Key key;
    Certificate certificate;
};

Authority::Authority(const std::string& name) : parts_(std::make_unique<Parts>()) {
    std::string folder = std::filesystem::temp_directory_path() / "dray-certificates-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = folder;
    parts_->key.reset(EVP_EC_gen("P-256"));
    parts_->certificate = make_certificate({.common_name = name}, parts_->key.get(), 1);
    X509* const own = parts_->certificate.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(own, parts_->key.get(), EVP_sha256());
    PEM_write_X509(create(file()).get(), own);
}

Authority::~Authority() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

CertificateFiles Authority::issue(const CertificateWish& wish) {
    const std::string name = folder_ / std::to_string(++issued_);
    CertificateFiles files{name + ".pem", name + ".key"};
    issue_again(wish, files);
    return files;
}

void Authority::issue_again(const CertificateWish& wish, const CertificateFiles& files) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate made = make_certificate(wish, key.get(), ++issued_ + 1);
    X509* const issuer = parts_->certificate.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    if (!wish.alternative_name.empty()) {
        add_extension(made.get(), issuer, NID_subject_alt_name, wish.alternative_name);
    }
    X509_sign(made.get(), parts_->key.get(), EVP_sha256());
    PEM_write_X509(create(files.certificate_file).get(), made.get());
    PEM_write_PrivateKey(create(files.private_key_file).get(), key.get(), nullptr, nullptr, 0, nullptr,
                         nullptr);
}

}  // namespace dray::net::test
