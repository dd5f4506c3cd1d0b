#include "auth/password_file.h"

#include <gtest/gtest.h>

namespace dray::auth {
namespace {

TEST(PasswordFile, ReadsWhatHashPasswordPrints) {
    const std::string text =
        "# brewers\n\n" + password_line("brewer", "hops") + "\r\n" + password_line("b,=", "x");
    const auto users = parse_password_file(text, "f");
    ASSERT_TRUE(users);
    ASSERT_EQ(users->size(), 2);
    EXPECT_TRUE(users->at("brewer").accepts("hops"));
    EXPECT_FALSE(users->at("brewer").accepts("malt"));
    EXPECT_TRUE(users->at("b,=").accepts("x"));
}

// As PostgreSQL keeps the password of RFC 7677's example.
TEST(PasswordFile, ReadsPostgresVerifiers) {
    const auto verifier = ScramVerifier::parse(
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
    ASSERT_TRUE(verifier);
    EXPECT_TRUE(verifier->accepts("pencil"));
    EXPECT_EQ(verifier->to_text(), ScramVerifier::make("pencil", verifier->salt, 4096).to_text());
}

TEST(PasswordFile, ErrorsNameFileAndLineAndNoSecret) {
    const std::string good = password_line("brewer", "hops") + "\n";
    const std::string verifier = good.substr(good.find(':') + 1);
    for (const std::string& bad :
         {std::string("brewer"), std::string(":x"), std::string("b:hops"), good,
          "b:SCRAM-SHA-256$1:" + verifier.substr(19), "b:" + verifier.substr(0, 60)}) {
        const auto users = parse_password_file(good + bad, "users.txt");
        ASSERT_TRUE(users.has_error()) << bad;
        EXPECT_TRUE(users.error().what.starts_with("users.txt:2: ")) << users.error().what;
        EXPECT_EQ(users.error().what.find("hops"), std::string::npos);
    }
}

TEST(PasswordFile, SaltsAreOfOnesOwn) {
    EXPECT_NE(password_line("a", "x"), password_line("a", "x"));
}

TEST(PasswordFile, UsersThatCannotStandInIt) {
    for (const char* user : {"", "a:b", "#a", "a\nb"}) EXPECT_FALSE(is_valid_user(user)) << user;
    EXPECT_TRUE(is_valid_user("a#b c"));
}

TEST(Base64, RoundTripsAndRefusesTheRest) {
    for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar"}) {
        EXPECT_EQ(from_base64(to_base64(text)), text);
    }
    EXPECT_EQ(to_base64("fooba"), "Zm9vYmE=");
    for (const char* text : {"Z", "Zg", "Zg=", "Zh==", "Z===", "====", "Zg==Zg==", "Zm9v!mFy"}) {
        EXPECT_FALSE(from_base64(text)) << text;
    }
}

}  // namespace
}  // namespace dray::auth
