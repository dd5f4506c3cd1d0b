// Tokens: the examples of RFC 7515, appendix A, made by others; and every way in which one is not taken.
#include "auth/token.h"

#include <gtest/gtest.h>

#include "auth/authenticator.h"
#include "auth/crypto.h"
#include "auth/operator_tokens.h"

namespace dray::auth {
namespace {

constexpr std::string_view kSecret = "a secret of at least 32 bytes, for the tests";
constexpr Instant kNow{1'700'000'000'000};

std::string sign(std::string_view claims, std::string_view header = R"({"alg":"HS256"})",
                 std::string_view secret = kSecret) {
    const std::string text = to_base64url(header) + '.' + to_base64url(claims);
    return text + '.' + to_base64url(as_text(hmac_sha256(secret, text)));
}

TokenOptions options_of(std::string_view keys) {
    auto parsed = TokenKeys::parse(keys);
    EXPECT_TRUE(parsed) << parsed.error().what;
    return {std::move(*parsed), "", ""};
}

std::string why_not(std::string_view token, const TokenOptions& options = options_of(kSecret)) {
    const auto checked = check_token(token, options, kNow);
    return checked ? "" : checked.error().why;
}

constexpr const char* kGood = R"({"sub":"ann","exp":1700000060})";

TEST(Token, TellsWhoUntilWhenAndWhatElse) {
    const auto token = check_token(
        sign(
            R"({"sub":"ann","exp":1700000060.5,"order":["7","9",{}],"level":3,"ok":true,"x":{"y":1},"n":null})"),
        options_of(kSecret), kNow);
    ASSERT_TRUE(token) << token.error().why;
    EXPECT_EQ(token->subject, "ann");
    EXPECT_EQ(token->expires_at.ms, 1'700'000'060'500);
    const shard::Claims expected = {{"exp", "1700000060.5"}, {"level", "3"}, {"ok", "true"},
                                    {"order", "7"},          {"order", "9"}, {"sub", "ann"}};
    EXPECT_EQ(token->claims, expected);
}

TEST(Token, IsValidFromNbfUntilExp) {
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000000.001})")), "");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000000})")), "the token has expired");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1e300})")), "");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":-1})")), "the token has expired");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000060,"nbf":1700000010})")), "");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000060,"nbf":1700000011})")),
              "the token is not valid yet");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000060,"nbf":"now"})")), "the token is not valid yet");
    for (const char* claims :
         {R"({"sub":"a"})", R"({"sub":"a","exp":"1700000060"})", R"({"sub":"a","exp":null})"}) {
        EXPECT_EQ(why_not(sign(claims)), "the token does not say until when it is valid (exp)") << claims;
    }
    EXPECT_EQ(why_not(sign(R"({"exp":1700000060})")), "the token does not say whose it is (sub)");
}

TEST(Token, IsForWhomItWasMade) {
    TokenOptions options = options_of(kSecret);
    options.issuer = "shop";
    options.audience = "broker";
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000060,"iss":"shop","aud":["page","broker"]})"), options),
              "");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000060,"iss":"shop","aud":"page"})"), options),
              "the token is for another audience");
    EXPECT_EQ(why_not(sign(R"({"sub":"a","exp":1700000060,"aud":"broker"})"), options),
              "the token has another issuer");
}

TEST(Token, NoOtherKeyAndNoOtherAlgorithmMakesIt) {
    constexpr const char* kUnknown = "the token is not signed by a key that is known here";
    EXPECT_EQ(why_not(sign(kGood, R"({"alg":"HS256"})", "another secret of at least 32 bytes, too")),
              kUnknown);
    for (const char* header : {R"({"alg":"none"})", R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({})"}) {
        EXPECT_EQ(why_not(sign(kGood, header)), kUnknown) << header;
    }
    const std::string good = sign(kGood);
    EXPECT_EQ(why_not(good.substr(0, good.rfind('.') + 1)), kUnknown);
    const std::string other = sign(R"({"sub":"eve","exp":1700000060})");
    EXPECT_EQ(why_not(other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'))), kUnknown);
    EXPECT_EQ(why_not(sign(kGood, R"({"alg":"HS256","crit":["b64"]})")),
              "the token asks for what is not known here (crit)");
    for (const char* nonsense : {"", ".", "..", "a.b.c.d", "eyJ.x.y", "eyJhbGciOiJIUzI1NiJ9.e30.="})
        EXPECT_NE(why_not(nonsense), "") << nonsense;
}

// RFC 7515 A.2 and A.3: "iss":"joe", exp in 2011.
constexpr const char* kRfcClaims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr const char* kRfcRsaKey =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr const char* kRfcRsaToken =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
    "O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
    "IoypGlUPQGe77Rw";
constexpr const char* kRfcEcKey =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr const char* kRfcEcToken =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

bool rfc_key_proves(std::string_view keys, const char* algorithm, const char* signature) {
    const std::string header = std::string(R"({"alg":")") + algorithm + "\"}";
    const std::string text = to_base64url(header) + '.' + kRfcClaims;
    return options_of(keys).keys.prove(algorithm, "", text, *from_base64url(signature));
}

TEST(TokenKeys, ProveTheExamplesOfTheRfc) {
    EXPECT_TRUE(rfc_key_proves(kRfcRsaKey, "RS256", kRfcRsaToken));
    EXPECT_TRUE(rfc_key_proves(kRfcEcKey, "ES256", kRfcEcToken));
    EXPECT_FALSE(rfc_key_proves(kRfcRsaKey, "RS256", kRfcEcToken));
    EXPECT_FALSE(rfc_key_proves(kRfcEcKey, "ES256", kRfcRsaToken));
    const std::string both =
        std::string(R"({"keys":[)") + kRfcRsaKey + ',' + kRfcEcKey + R"(,{"kty":"OKP"}]})";
    EXPECT_TRUE(rfc_key_proves(both, "RS256", kRfcRsaToken));
    EXPECT_TRUE(rfc_key_proves(both, "ES256", kRfcEcToken));
}

TEST(TokenKeys, AreChosenByTheirName) {
    const std::string key = to_base64url(kSecret);
    const std::string keys = R"({"keys":[{"kty":"oct","kid":"new","k":")" + key + R"("}]})";
    EXPECT_EQ(why_not(sign(kGood), options_of(keys)), "");
    EXPECT_EQ(why_not(sign(kGood, R"({"alg":"HS256","kid":"new"})"), options_of(keys)), "");
    EXPECT_NE(why_not(sign(kGood, R"({"alg":"HS256","kid":"old"})"), options_of(keys)), "");
}

TEST(TokenKeys, APublicKeyIsNoSecret) {
    const std::string forged = sign(kGood, R"({"alg":"HS256"})", kRfcRsaKey);
    EXPECT_NE(why_not(forged, options_of(kRfcRsaKey)), "");
}

TEST(TokenKeys, WhatIsWrongIsSaidWithoutTheSecret) {
    for (const char* bad : {"", "short", "{", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[1]})",
                            R"({"kty":"oct","k":"c2hvcnQ"})", R"({"kty":"RSA","n":"AQAB","e":"AQAB"})",
                            R"({"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"})",
                            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}) {
        const auto keys = TokenKeys::parse(bad);
        ASSERT_TRUE(keys.has_error()) << bad;
        EXPECT_NE(keys.error().what, "") << bad;
    }
}

TEST(Token, StandsInPlaceOfThePassword) {
    const Authenticator both({{"ann", ScramVerifier::make("hops", "salt", 4096)}}, {options_of(kSecret)});
    const auto by_token = both.check_password("whoever", as_bytes(sign(kGood)), kNow);
    EXPECT_EQ(by_token.kind, shard::AuthAnswer::Kind::kSuccess);
    EXPECT_EQ(by_token.user, "ann");
    EXPECT_EQ(by_token.expires_at.ms, 1'700'000'060'000);
    EXPECT_EQ(both.check_password("ann", as_bytes("hops"), kNow).kind, shard::AuthAnswer::Kind::kSuccess);
    const Authenticator no_tokens({});
    EXPECT_EQ(no_tokens.check_password("ann", as_bytes(sign(kGood)), kNow).kind,
              shard::AuthAnswer::Kind::kFailure);
}

TEST(OperatorTokens, LetTheirUserInForAnHourBesideOtherSigners) {
    const OperatorTokens operators("console");
    const Authenticator both({}, {operators.options(), options_of(kSecret)});
    const std::string token = operators.sign(kNow);
    const auto at = [&](Instant now) { return both.check_password("x", as_bytes(token), now); };
    EXPECT_EQ(at(kNow).kind, shard::AuthAnswer::Kind::kSuccess);
    EXPECT_EQ(at(kNow).user, "console");
    EXPECT_EQ(at(kNow).expires_at, kNow + OperatorTokens::kLifetime);
    EXPECT_EQ(at(kNow + OperatorTokens::kLifetime).kind, shard::AuthAnswer::Kind::kFailure);
    EXPECT_EQ(both.check_password("x", as_bytes(sign(kGood)), kNow).user, "ann");
    const std::string strange = OperatorTokens("console").sign(kNow);
    EXPECT_EQ(both.check_password("x", as_bytes(strange), kNow).kind, shard::AuthAnswer::Kind::kFailure)
        << "signed by another process";
}

}  // namespace
}  // namespace dray::auth
