// The file of operators with tokens of their own.
#include "admin/operators.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace dray::admin {
namespace {

constexpr const char* kFile = "operators_test.txt";

std::vector<Operator> read(const std::string& text) {
    std::ofstream(kFile) << text;
    try {
        auto all = read_operators(kFile);
        std::remove(kFile);
        return all;
    } catch (...) {
        std::remove(kFile);
        throw;
    }
}

std::string mistake_in(const std::string& text) {
    try {
        read(text);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "none";
}

TEST(Operators, EachHasALineOfNameRoleAndToken) {
    const auto all =
        read("# who role token\n\n grafana\tread  0123456789abcdef\r\nann operate 0123456789abcdeF\n");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "grafana");
    EXPECT_EQ(all[0].role, Role::kRead);
    EXPECT_EQ(all[1].role, Role::kOperate);
    const Operators operators("the one for all", all);
    EXPECT_FALSE(operators.are_all());
    EXPECT_EQ(operators.find("0123456789abcdef")->name, "grafana");
    EXPECT_EQ(operators.find("0123456789abcdeF")->name, "ann");
    EXPECT_EQ(operators.find("the one for all")->name, "admin");
    EXPECT_EQ(operators.find("the one for all")->role, Role::kOperate);
    for (const char* nobodys : {"", "0123456789abcde", "ann"}) EXPECT_EQ(operators.find(nobodys), nullptr);
    EXPECT_TRUE(Operators("", {}).are_all());
}

TEST(Operators, AMistakeIsNamedWithItsLineAndNoToken) {
    const std::string good = "ann operate 0123456789abcdef\n";
    for (const auto& [text, what] :
         {std::pair<std::string, std::string>{"", " names nobody"},
          {good + "bob read\n", ":2: write a name, a role and a token"},
          {good + "bob read 0123456789abcdeX y\n", ":2: write a name, a role and a token"},
          {"bob admin 0123456789abcdef\n", ":1: the role is 'read' or 'operate', not 'admin'"},
          {"bob read 0123456789abcde\n", ":1: the token is shorter than 16 bytes"},
          {good + "ann read 0123456789abcdeX\n", ":2: 'ann' stands there twice"},
          {good + "bob read 0123456789abcdef\n", ":2: 'bob' has the token of another"}}) {
        EXPECT_EQ(mistake_in(text), kFile + what);
        EXPECT_EQ(mistake_in(text).find("0123456789abcde"), std::string::npos);
    }
    EXPECT_THROW(read_operators("no/such/file"), std::runtime_error);
    EXPECT_TRUE(read_operators("").empty());
}

}  // namespace
}  // namespace dray::admin
