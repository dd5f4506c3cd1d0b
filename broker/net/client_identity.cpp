#include "net/client_identity.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace dray::net {

namespace {

std::string utf8(const ASN1_STRING* text) {
    unsigned char* bytes = nullptr;
    const int length = ASN1_STRING_to_UTF8(&bytes, text);
    if (length < 0) return {};
    std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length));
    OPENSSL_free(bytes);
    return result;
}

std::string common_name(x509_st* certificate) {
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    int last = -1;
    for (int next = last; (next = X509_NAME_get_index_by_NID(subject, NID_commonName, next)) >= 0;)
        last = next;
    if (last < 0) return {};
    return utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
}

std::string alternative_name(x509_st* certificate) {
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        GENERAL_NAMES_free);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS || name->type == GEN_URI || name->type == GEN_EMAIL) {
            return utf8(name->d.ia5);
        }
    }
    return {};
}

}  // namespace

Result<std::string, Failure> identity_in(x509_st* certificate, ClientIdentity source) {
    using Identity = Result<std::string, Failure>;
    if (source == ClientIdentity::kNone) return Identity(boost::system::in_place_value);
    const bool common = source == ClientIdentity::kCommonName;
    const std::string name = common ? common_name(certificate) : alternative_name(certificate);
    const char* const what = common ? "common name" : "alternative name (DNS, URI or e-mail)";
    if (name.empty()) return Failure{std::string("the client's certificate has no ") + what};
    const bool clean =
        std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (!clean)
        return Failure{std::string("control characters in the ") + what + " of the client's certificate"};
    return Identity(boost::system::in_place_value, name);
}

}  // namespace dray::net
