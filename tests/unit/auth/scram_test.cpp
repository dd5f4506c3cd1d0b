// SCRAM-SHA-256: the exchange of RFC 7677 section 3 byte by byte, and what goes wrong.
#include <gtest/gtest.h>

#include "auth/authenticator.h"
#include "auth/scram_exchange.h"

namespace dray::auth {
namespace {

using shard::AuthAnswer;
using Kind = AuthAnswer::Kind;
using mqtt::ReasonCode;

constexpr const char* kClientFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO";
constexpr const char* kServerFirst =
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
constexpr const char* kClientFinal =
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";

Users rfc_users() {
    return {{"user", ScramVerifier::make("pencil", *from_base64("W22ZaJ0SNY7soEsUEjb6gQ=="), 4096)}};
}
ScramExchange::Secrets rfc_secrets() {
    return {"key of this broker", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"};
}

struct Scram : testing::Test {
    const Users users = rfc_users();
    ScramExchange exchange{users, rfc_secrets()};

    void expect_malformed(std::string_view data) {
        const AuthAnswer answer = exchange.next(data);
        EXPECT_EQ(answer.kind, Kind::kFailure) << data;
        EXPECT_EQ(answer.reason, ReasonCode::kProtocolError) << data;
    }
};

TEST_F(Scram, TheExampleOfTheRfc) {
    const AuthAnswer first = exchange.next(kClientFirst);
    EXPECT_EQ(first.kind, Kind::kContinue);
    EXPECT_EQ(first.data, kServerFirst);
    const AuthAnswer last = exchange.next(kClientFinal);
    EXPECT_EQ(last.kind, Kind::kSuccess);
    EXPECT_EQ(last.user, "user");
    EXPECT_EQ(last.data, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
}

TEST_F(Scram, WithoutDataTheClientIsAskedForItsFirstMessage) {
    const AuthAnswer asked = exchange.next("");
    EXPECT_EQ(asked.kind, Kind::kContinue);
    EXPECT_EQ(asked.data, "");
    EXPECT_EQ(exchange.next(kClientFirst).data, kServerFirst);
}

TEST_F(Scram, AWrongProofIsAWrongPassword) {
    exchange.next(kClientFirst);
    std::string wrong = kClientFinal;
    wrong[wrong.find("p=") + 2] = 'e';
    const AuthAnswer answer = exchange.next(wrong);
    EXPECT_EQ(answer.kind, Kind::kFailure);
    EXPECT_EQ(answer.reason, ReasonCode::kBadUserNameOrPassword);
}

TEST_F(Scram, AnUnknownUserLooksLikeAKnownOneUntilTheProof) {
    const AuthAnswer first = exchange.next("n,,n=nobody,r=abc");
    EXPECT_EQ(first.kind, Kind::kContinue);
    ScramExchange again(users, rfc_secrets());
    EXPECT_EQ(again.next("n,,n=nobody,r=abc").data, first.data) << "the salt of nobody must not change";
    ScramExchange other(users, rfc_secrets());
    EXPECT_NE(other.next("n,,n=noone,r=abc").data, first.data);
    EXPECT_TRUE(first.data.ends_with(",i=4096"));

    const std::string nonce = "abc" + rfc_secrets().nonce;
    const AuthAnswer last = exchange.next("c=biws,r=" + nonce + ",p=" + to_base64(std::string(32, 'x')));
    EXPECT_EQ(last.kind, Kind::kFailure);
    EXPECT_EQ(last.reason, ReasonCode::kBadUserNameOrPassword);
}

TEST_F(Scram, NamesMayHaveCommasAndEqualsSigns) {
    const Users odd = {{"a,b=c", ScramVerifier::make("p", "salt", 4096)}};
    ScramExchange one(odd, rfc_secrets());
    EXPECT_NE(one.next("n,,n=a=2Cb=3Dc,r=abc").data.find(to_base64("salt")), std::string::npos);
    expect_malformed("n,,n=a=2Xb,r=abc");
}

TEST_F(Scram, NobodyMayActForAnother) {
    EXPECT_EQ(exchange.next("n,a=admin,n=user,r=abc").reason, ReasonCode::kNotAuthorized);
    ScramExchange own(users, rfc_secrets());
    EXPECT_EQ(own.next("n,a=user,n=user,r=abc").kind, Kind::kContinue);
}

TEST_F(Scram, MalformedFirstMessagesAreRefused) {
    for (const char* data :
         {"x", "n", "n,", "n,,", "n,,r=abc", "n,,n=user", "n,,n=,r=abc", "n,,n=user,r=", "n,,n=user,r=a b",
          "p=tls-unique,,n=user,r=abc", "n,b=x,n=user,r=abc", "n,,m=ext,n=user,r=abc"}) {
        ScramExchange one(users, rfc_secrets());
        const AuthAnswer answer = one.next(data);
        EXPECT_EQ(answer.kind, Kind::kFailure) << data;
        EXPECT_EQ(answer.reason, ReasonCode::kProtocolError) << data;
    }
    expect_malformed(std::string(5000, 'n'));
}

TEST_F(Scram, MalformedFinalMessagesAreRefusedAndEndTheExchange) {
    const std::string nonce = std::string("rOprNGfwEbeRWgbNEkqO") + rfc_secrets().nonce;
    for (const std::string& data :
         {std::string(), std::string("c=biws"), "c=biws,r=" + nonce,
          "c=biws,r=" + nonce + ",p=", "c=biws,r=" + nonce + ",p=AAAA", "c=biws,r=" + nonce + ",p=*",
          "c=eSws,r=" + nonce + ",p=AAAA", std::string("c=biws,r=rOprNGfwEbeRWgbNEkqO,p=AAAA")}) {
        ScramExchange one(users, rfc_secrets());
        one.next(kClientFirst);
        EXPECT_EQ(one.next(data).reason, ReasonCode::kProtocolError) << data;
        EXPECT_EQ(one.next(kClientFinal).kind, Kind::kFailure) << "after " << data;
    }
}

TEST_F(Scram, AFinishedExchangeIsOver) {
    exchange.next(kClientFirst);
    exchange.next(kClientFinal);
    expect_malformed(kClientFinal);
}

TEST(Authenticator, ChecksPasswordsOfKnownUsersAndNobodyElse) {
    const Authenticator authenticator(rfc_users());
    for (int time = 0; time < 2; ++time) {  // the second time from memory
        const AuthAnswer right = authenticator.check_password("user", as_bytes("pencil"), Instant{});
        EXPECT_EQ(right.kind, Kind::kSuccess);
        EXPECT_EQ(right.user, "user");
        for (const auto& [user, password] : {std::pair{"user", "pencils"},
                                             {"user", ""},
                                             {"User", "pencil"},
                                             {"nobody", "pencil"},
                                             {"", ""}}) {
            const AuthAnswer wrong = authenticator.check_password(user, as_bytes(password), Instant{});
            EXPECT_EQ(wrong.kind, Kind::kFailure) << user;
            EXPECT_EQ(wrong.reason, ReasonCode::kBadUserNameOrPassword);
        }
    }
}

TEST(Authenticator, KnowsOneMethod) {
    const Authenticator authenticator(rfc_users());
    EXPECT_NE(authenticator.begin("SCRAM-SHA-256"), nullptr);
    EXPECT_EQ(authenticator.begin("SCRAM-SHA-1"), nullptr);
    EXPECT_EQ(authenticator.begin(""), nullptr);
}

TEST(Authenticator, TwoExchangesNeverHaveTheSameNonce) {
    const Authenticator authenticator(rfc_users());
    EXPECT_NE(authenticator.begin("SCRAM-SHA-256")->next(kClientFirst).data,
              authenticator.begin("SCRAM-SHA-256")->next(kClientFirst).data);
}

}  // namespace
}  // namespace dray::auth
