#include "auth/password_file.h"

#include <gtest/gtest.h>

namespace dray::auth {
namespace {

TEST(PasswordFile, ReadsWhatHashPasswordPrints) {
    const std::string text =
        "# brewers\n\n" + scram_line("brewer", "hops") + "\r\n" + argon2id_line("b,=", "x");
    const auto users = parse_password_file(text, "f");
    ASSERT_TRUE(users);
    ASSERT_EQ(users->size(), 2);
    EXPECT_TRUE(users->at("brewer").accepts("hops"));
    EXPECT_FALSE(users->at("brewer").accepts("malt"));
    EXPECT_TRUE(users->at("b,=").accepts("x"));
    EXPECT_FALSE(users->at("b,=").accepts(""));
    EXPECT_NE(users->at("brewer").scram(), nullptr);
    EXPECT_EQ(users->at("b,=").scram(), nullptr);
}

// By mosquitto_passwd 2.0, and by the reference implementation of Argon2.
TEST(PasswordFile, ReadsTheHashesOfOthers) {
    const std::pair<const char*, const char*> hashes[] = {
        {"$7$101$nKO+ZN+zfUqGOgQE$q1rVt4jOq+3EiHtbIKTqmrFR/a06UQm0N92xRKZaNMFNQ/92JyVMXveSwkFetlOPP/"
         "Cx3vVQjRPivI//3ILlrQ==",
         "hops"},
        {"$6$YiFJ+GcelSlmVkTs$TqNYSqc9NjOnglmBjuk3A6sg7jMuWrc/"
         "O6TVAPSOJBc+SwmW9l1+DpNO5E784hpaaeaSR8XC5P2i2fev0rrdLw==",
         "hops"},
        {"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
         "password"}};
    for (const auto& [text, password] : hashes) {
        const auto hash = PasswordHash::parse(text);
        ASSERT_TRUE(hash) << text;
        EXPECT_TRUE(hash->accepts(password)) << text;
        EXPECT_FALSE(hash->accepts("Hops")) << text;
        EXPECT_FALSE(hash->accepts("")) << text;
    }
}

TEST(PasswordFile, HashesThatAreDamagedOrTooCostlyAreRefused) {
    for (const char* text :
         {"", "$", "$7$", "$7$0$c2FsdA==$", "$7$101$c2FsdA==$c2hvcnQ=", "$7$99999999$c2FsdA==$",
          "$6$c2FsdA==$", "$5$c2FsdA==$c2FsdA==", "$argon2id$v=16$m=64,t=1,p=1$c29tZXNhbHQ$AAAA",
          "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=4000000,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=65536,t=1000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=8,t=2,p=4$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
          "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"}) {
        EXPECT_FALSE(PasswordHash::parse(text)) << text;
    }
}

TEST(PasswordFile, AUserIsTakenOutAndAllElseStays) {
    const std::string text = "# ann:\nann:1\nanna:2\r\n\nbob:3";
    EXPECT_EQ(without_user(text, "ann"), "# ann:\nanna:2\r\n\nbob:3");
    EXPECT_EQ(without_user(text, "bob"), "# ann:\nann:1\nanna:2\r\n\n");
    EXPECT_EQ(without_user(text, "an"), text);
    EXPECT_EQ(without_user("", "ann"), "");
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
    const std::string good = scram_line("brewer", "hops") + "\n";
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
    EXPECT_NE(scram_line("a", "x"), scram_line("a", "x"));
    EXPECT_NE(argon2id_line("a", "x"), argon2id_line("a", "x"));
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
