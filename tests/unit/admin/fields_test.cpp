#include "admin/fields.h"

#include <gtest/gtest.h>

namespace dray::admin {
namespace {

struct Options {
    std::string name = "old";
    std::vector<std::string> filters;
    bool exclusive = false;
    std::uint16_t tries = 3;
    std::uint64_t bytes = 0;
};

std::optional<Problem> read(const std::string& body, Options& options) {
    Fields fields(body);
    fields.read("name", options.name);
    fields.read("filters", options.filters);
    fields.read("exclusive", options.exclusive);
    fields.read("tries", options.tries, {.least = 1});
    fields.read("bytes", options.bytes);
    return fields.finish();
}

TEST(Fields, AreReadAndWhatIsMissingStays) {
    Options options;
    EXPECT_FALSE(
        read(R"({"filters": ["a/#", "b"], "exclusive": true, "bytes": 18446744073709551615})", options));
    EXPECT_EQ(options.name, "old");
    EXPECT_EQ(options.filters, (std::vector<std::string>{"a/#", "b"}));
    EXPECT_TRUE(options.exclusive);
    EXPECT_EQ(options.tries, 3);
    EXPECT_EQ(options.bytes, 18446744073709551615U);
    EXPECT_FALSE(read("", options)) << "no body: no fields";
    EXPECT_FALSE(read("{}", options));
}

TEST(Fields, WhatIsWrongIsNamed) {
    struct Wrong {
        const char* body;
        const char* field;
        const char* detail;
    };
    for (const Wrong& wrong : {
             Wrong{"{", "", "the body is not JSON"},
             Wrong{"[]", "", "the body must be a JSON object"},
             Wrong{R"({"name": 1})", "name", "must be a text"},
             Wrong{"{\"name\": \"\xff\"}", "", "the body is not JSON"},
             Wrong{R"({"filters": "a"})", "filters", "must be a list of texts"},
             Wrong{R"({"filters": ["a", 7]})", "filters[1]", "must be a text"},
             Wrong{R"({"exclusive": "yes"})", "exclusive", "must be true or false"},
             Wrong{R"({"tries": 0})", "tries", "must be a whole number from 1 to 65535"},
             Wrong{R"({"tries": 65536})", "tries", "must be a whole number from 1 to 65535"},
             Wrong{R"({"tries": -1})", "tries", "must be a whole number from 1 to 65535"},
             Wrong{R"({"tries": 1.5})", "tries", "must be a whole number from 1 to 65535"},
             Wrong{R"({"ttl": 1})", "ttl",
                   "is unknown: the fields are name, filters, exclusive, tries, bytes"},
         }) {
        Options options;
        const auto problem = read(wrong.body, options);
        ASSERT_TRUE(problem.has_value()) << wrong.body;
        EXPECT_EQ(problem->status, 400);
        EXPECT_EQ(problem->field, wrong.field) << wrong.body;
        EXPECT_EQ(problem->detail, wrong.detail) << wrong.body;
    }
}

}  // namespace
}  // namespace dray::admin
