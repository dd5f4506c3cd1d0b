#include "auth/public_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>

namespace dray::auth {

namespace {

constexpr std::size_t kP256Bytes = 32;

template <auto Free>
struct Deleter {
    template <typename Object>
    void operator()(Object* object) const {
        Free(object);
    }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Deleter<BN_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>>;
using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;

Number number_of(std::string_view big_endian) {
    return Number(BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

std::shared_ptr<void> owned(EVP_PKEY* key) {
    ERR_clear_error();
    return {key, [](void* held) { EVP_PKEY_free(static_cast<EVP_PKEY*>(held)); }};
}

std::shared_ptr<void> key_of(const char* type, OSSL_PARAM_BLD& builder) {
    const Params params(OSSL_PARAM_BLD_to_param(&builder));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    EVP_PKEY_fromdata_init(context.get());
    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
    return owned(key);
}

// R and S as ASN.1, which OpenSSL wants.
std::string der_of(std::string_view signature) {
    const std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>> parts(ECDSA_SIG_new());
    ECDSA_SIG_set0(parts.get(), number_of(signature.substr(0, kP256Bytes)).release(),
                   number_of(signature.substr(kP256Bytes)).release());
    std::array<std::uint8_t, 80> der;
    std::uint8_t* end = der.data();
    const int size = i2d_ECDSA_SIG(parts.get(), &end);
    return {reinterpret_cast<const char*>(der.data()), static_cast<std::size_t>(size)};
}

}  // namespace

std::optional<PublicKey> PublicKey::checked(Key key) {
    auto* const its_key = static_cast<EVP_PKEY*>(key.get());
    if (its_key == nullptr) return std::nullopt;
    if (EVP_PKEY_is_a(its_key, "RSA") == 1) {
        if (EVP_PKEY_get_bits(its_key) < kRsaBitsMin) return std::nullopt;
        return PublicKey(Kind::kRsa, std::move(key));
    }
    std::array<char, 32> group{};
    const bool is_named = EVP_PKEY_get_group_name(its_key, group.data(), group.size(), nullptr) == 1;
    if (!is_named || std::string_view(group.data()) != SN_X9_62_prime256v1) return std::nullopt;
    return PublicKey(Kind::kP256, std::move(key));
}

std::optional<PublicKey> PublicKey::from_pem(std::string_view pem) {
    const std::unique_ptr<BIO, Deleter<BIO_free>> bio(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return checked(owned(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)));
}

std::optional<PublicKey> PublicKey::from_rsa(std::string_view modulus, std::string_view exponent) {
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    const Number n = number_of(modulus);
    const Number e = number_of(exponent);
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
    return checked(key_of("RSA", *builder));
}

std::optional<PublicKey> PublicKey::from_p256(std::string_view x, std::string_view y) {
    if (x.size() != kP256Bytes || y.size() != kP256Bytes) return std::nullopt;
    const std::string point = std::string("\x04").append(x).append(y);  // uncompressed, SEC 1 section 2.3.3
    const ParamBuilder builder(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    return checked(key_of("EC", *builder));
}

bool PublicKey::proves(std::string_view text, std::string_view signature) const {
    if (kind_ == Kind::kP256 && signature.size() != 2 * kP256Bytes) return false;
    const std::string form = kind_ == Kind::kP256 ? der_of(signature) : std::string(signature);
    const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    auto* const key = static_cast<EVP_PKEY*>(key_.get());
    const bool is_right =
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
        EVP_DigestVerify(context.get(), bytes_of(form), form.size(), bytes_of(text), text.size()) == 1;
    ERR_clear_error();  // of this thread: TLS looks at it
    return is_right;
}

}  // namespace dray::auth
