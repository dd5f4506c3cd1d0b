// Tokens for the web pages: what may be asked for, what is signed, and secrets that are too short.
#include "services/store/page_tokens.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "services/common/event.h"

namespace dray::testing {
namespace {

using store::PageTokens;

constexpr const char* kKey = "a secret of at least 32 bytes, for the tests";
constexpr const char* kCode = "open, sesame seed";

TEST(PageTokens, AreSignedJwts) {
    // {"exp":1700043200,"iss":"dray-store","order":["7","9"],"sub":"customer"}; the signature is by Python's
    // hmac.
    EXPECT_EQ(
        PageTokens(kKey, "").sign("customer", {"7", "9"}, 1'700'000'000'999),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJleHAiOjE3MDAwNDMyMDAsImlzcyI6ImRyYXktc3RvcmUiLCJvcmRlciI6WyI3IiwiOSJdLCJzdWIiOiJjdXN0b21lciJ9."
        "TwyhJmn6EyxSbYyE8ReIaCcyPJd9ZRjNSxmU5-jtLWs");
}

TEST(PageTokens, OnlyTheWholeCodeMakesAnOperator) {
    const PageTokens tokens(kKey, kCode);
    EXPECT_TRUE(tokens.is_operator_code(kCode));
    for (const char* wrong : {"", "open", "open, sesame seeD", "open, sesame seeds"})
        EXPECT_FALSE(tokens.is_operator_code(wrong)) << wrong;
    EXPECT_FALSE(PageTokens(kKey, "").is_operator_code(""));
}

TEST(PageTokens, WhatIsAskedForIsReadOrRefusedByItsField) {
    const auto parsed = store::parse_token_request(R"({"orders":["7"],"operator_code":"x"})");
    ASSERT_TRUE(std::holds_alternative<store::TokenRequest>(parsed));
    EXPECT_EQ(std::get<store::TokenRequest>(parsed).orders, std::vector<std::string>{"7"});
    EXPECT_EQ(std::get<store::TokenRequest>(parsed).operator_code, "x");
    EXPECT_TRUE(std::holds_alternative<store::TokenRequest>(store::parse_token_request("{}")));
    std::string many = R"({"orders":[""])";
    for (std::size_t i = 0; i < store::kTokenOrdersMax; ++i) many.insert(many.size() - 1, R"(,"")");
    const std::pair<std::string, std::string> wrong[] = {{"", ""},
                                                         {"[]", ""},
                                                         {R"({"orders":7})", "orders"},
                                                         {R"({"orders":[7]})", "orders"},
                                                         {many + "}", "orders"},
                                                         {R"({"operator_code":7})", "operator_code"}};
    for (const auto& [body, field] : wrong) {
        const auto refused = store::parse_token_request(body);
        ASSERT_TRUE(std::holds_alternative<service::Problem>(refused)) << body;
        EXPECT_EQ(std::get<service::Problem>(refused).field, field) << body;
    }
}

class SecretFiles : public ::testing::Test {
  protected:
    std::optional<PageTokens> configured(const std::string& key, const std::string& code) {
        const char* const argv[] = {"store", "--token-key-file", key.c_str(), "--operator-code-file",
                                    code.c_str()};
        return PageTokens::configured(service::Settings::load(
            "dray-store", "", {{"store.token_key_file", "", ""}, {"store.operator_code_file", "", ""}}, 5,
            argv));
    }
    std::string file(const std::string& name, const std::string& text) {
        const auto path = folder_ / name;
        std::ofstream(path) << text << '\n';
        return path;
    }

  private:
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("dray-page-tokens-" + service::new_uuid());

    void SetUp() override { std::filesystem::create_directory(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
};

TEST_F(SecretFiles, AreReadOrRefusedByName) {
    const auto key = file("key", kKey);
    EXPECT_FALSE(configured("", ""));
    const auto both = configured(key, file("code", kCode));
    ASSERT_TRUE(both);
    EXPECT_TRUE(both->is_operator_code(kCode));
    EXPECT_EQ(both->sign("operator", {}, 0), PageTokens(kKey, "").sign("operator", {}, 0));
    EXPECT_THROW(configured(file("short", "short"), ""), service::SettingsError);
    EXPECT_THROW(configured("/nowhere", ""), service::SettingsError);
    EXPECT_THROW(configured(key, file("short-code", "1234")), service::SettingsError);
    EXPECT_THROW(configured("", file("code", kCode)), service::SettingsError);
}

}  // namespace
}  // namespace dray::testing
