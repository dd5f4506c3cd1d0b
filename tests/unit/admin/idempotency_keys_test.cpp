// The same request twice is carried out once.
#include "admin/idempotency_keys.h"

#include <gtest/gtest.h>

namespace dray::admin {
namespace {

using namespace std::chrono_literals;

HttpRequest post(const std::string& key, const std::string& body = "{}") {
    HttpRequest request;
    request.method = "POST";
    request.target = "/api/v1/publish";
    request.idempotency_key = key;
    request.body = body;
    return request;
}

class Keys : public testing::Test {
  protected:
    // The status of the answer that there is; 0: the request is to be carried out.
    int begin(const HttpRequest& request) {
        const auto response = keys.begin(request, now);
        return response ? response->status : 0;
    }
    IdempotencyKeys keys;
    IdempotencyKeys::Time now{};
};

TEST_F(Keys, TheSecondGetsTheAnswerOfTheFirst) {
    EXPECT_EQ(begin(post("a")), 0);
    EXPECT_EQ(begin(post("a")), 409) << "it is being carried out";
    keys.finish("a", {.status = 200, .body = "done"});
    EXPECT_EQ(keys.begin(post("a"), now)->body, "done");
    EXPECT_EQ(begin(post("b")), 0);
}

TEST_F(Keys, AKeyBelongsToOneRequest) {
    EXPECT_EQ(begin(post("a", "1")), 0);
    keys.finish("a", {.status = 200});
    EXPECT_EQ(begin(post("a", "2")), 422);
    EXPECT_EQ(begin(post("a", "1")), 200);
}

TEST_F(Keys, WhatFailedForNowMayBeTriedAgain) {
    EXPECT_EQ(begin(post("a")), 0);
    keys.finish("a", {.status = 503});
    EXPECT_EQ(begin(post("a")), 0);
    keys.finish("a", {.status = 400});
    EXPECT_EQ(begin(post("a")), 400) << "that would not become better";
}

TEST_F(Keys, AreForgottenAfterTheirTime) {
    EXPECT_EQ(begin(post("a")), 0);
    keys.finish("a", {.status = 200});
    now += IdempotencyKeys::kKeptTime - 1s;
    EXPECT_EQ(begin(post("a")), 200);
    now += 1s;
    EXPECT_EQ(begin(post("a")), 0);
}

TEST_F(Keys, OfTooManyTheOldestAreForgotten) {
    for (std::size_t i = 0; i <= IdempotencyKeys::kCountMax; ++i) {
        EXPECT_EQ(begin(post(std::to_string(i))), 0);
        keys.finish(std::to_string(i), {.status = 200});
    }
    EXPECT_EQ(begin(post("1")), 200);
    EXPECT_EQ(begin(post("0")), 0);
}

TEST_F(Keys, HaveALimit) {
    EXPECT_EQ(begin(post(std::string(IdempotencyKeys::kKeyBytesMax + 1, 'x'))), 400);
}

}  // namespace
}  // namespace dray::admin
