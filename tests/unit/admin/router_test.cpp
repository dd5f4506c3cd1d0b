// Which handler a request reaches, and who may.
#include "admin/router.h"

#include <gtest/gtest.h>

#include "admin/problem.h"
#include "reactor/log.h"

namespace dray::admin {
namespace {

Router router_with(const std::string& token = {}, std::vector<Operator> named = {}) {
    Router router(Operators(token, std::move(named)));
    const auto say = [](const char* what) {
        return [what](const std::shared_ptr<Call>& call) {
            std::string text = what;
            for (const std::string& name : call->names) text += ' ' + name;
            call->respond({.body = text});
        };
    };
    router.add("GET", "/healthz", say("healthy"), Access::kEverybody);
    router.add("GET", "/queues", say("all"));
    router.add("GET", "/queues/{name}", say("one"));
    router.add("DELETE", "/queues/{name}", say("deleted"));
    router.add("GET", "/queues/{name}/messages/{number}", say("message"));
    return router;
}

HttpResponse answer(const Router& router, HttpRequest request) {
    HttpResponse answer;
    int answers = 0;
    router.handle(std::move(request), [&](HttpResponse response) {
        answer = std::move(response);
        ++answers;
    });
    EXPECT_EQ(answers, 1);
    return answer;
}

HttpRequest request(const std::string& method, const std::string& target) {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.host = "localhost:8081";
    return request;
}

std::string header(const HttpResponse& response, const std::string& wanted) {
    for (const auto& [name, value] : response.headers) {
        if (name == wanted) return value;
    }
    return {};
}

TEST(Router, FindsHandlersByMethodAndPath) {
    const Router router = router_with();
    EXPECT_EQ(answer(router, request("GET", "/queues")).body, "all");
    EXPECT_EQ(answer(router, request("GET", "/queues/")).body, "all");
    EXPECT_EQ(answer(router, request("HEAD", "/queues")).body, "all") << "the server leaves the body out";
    EXPECT_EQ(answer(router, request("GET", "/queues/a%2Fb?x=y")).body, "one a/b");
    EXPECT_EQ(answer(router, request("GET", "/queues/a/messages/7")).body, "message a 7");
    reactor::configure_log(reactor::LogLevel::kError, reactor::LogFormat::kHuman);
    EXPECT_EQ(answer(router, request("DELETE", "/queues/a")).body, "deleted a");
}

TEST(Router, SaysWhatIsPossible) {
    const Router router = router_with();
    EXPECT_EQ(answer(router, request("GET", "/nothing")).status, 404);
    EXPECT_EQ(answer(router, request("GET", "/queues/a/messages")).status, 404);
    const HttpResponse wrong_method = answer(router, request("PATCH", "/queues/a"));
    EXPECT_EQ(wrong_method.status, 405);
    EXPECT_EQ(header(wrong_method, "Allow"), "GET, DELETE");
    EXPECT_EQ(answer(router, request("GET", "/%zz")).status, 400);
}

TEST(Access, ATokenIsAskedForWhereThereIsOne) {
    const Router router = router_with("secret");
    const auto status = [&](const std::string& authorization, const std::string& target = "/queues") {
        HttpRequest with = request("GET", target);
        with.host = "broker.example:8081";
        with.authorization = authorization;
        return answer(router, with).status;
    };
    EXPECT_EQ(status("Bearer secret"), 200);
    for (const char* wrong :
         {"", "Bearer", "Bearer ", "Bearer secre", "Bearer secret2", "Basic secret", "secret"}) {
        EXPECT_EQ(status(wrong), 401) << wrong;
    }
    EXPECT_EQ(header(answer(router, request("GET", "/queues")), "WWW-Authenticate"), "Bearer");
    EXPECT_EQ(status("", "/healthz"), 200) << "how it is doing is no secret";
}

TEST(Access, WhoMayOnlyLookMayNotAct) {
    const Router router = router_with(
        "", {{"grafana", Role::kRead, "token-of-grafana"}, {"ann", Role::kOperate, "token-of-ann"}});
    reactor::configure_log(reactor::LogLevel::kError, reactor::LogFormat::kHuman);
    const auto ask = [&](const std::string& method, const std::string& token) {
        HttpRequest with = request(method, "/queues/a");
        with.authorization = "Bearer " + token;
        return answer(router, with);
    };
    EXPECT_EQ(ask("GET", "token-of-grafana").status, 200);
    EXPECT_EQ(ask("HEAD", "token-of-grafana").status, 200);
    const HttpResponse refused = ask("DELETE", "token-of-grafana");
    EXPECT_EQ(refused.status, 403);
    EXPECT_NE(refused.body.find("needs the role 'operate', and 'grafana' has 'read'"), std::string::npos)
        << refused.body;
    EXPECT_EQ(ask("GET", "token-of-ann").status, 200);
    EXPECT_EQ(ask("DELETE", "token-of-ann").status, 200);
    EXPECT_EQ(ask("GET", "token-of-nobody").status, 401);
    EXPECT_EQ(ask("GET", "").status, 401);
}

TEST(Access, WithoutATokenPagesOfOtherOriginsAreRefused) {
    const Router router = router_with();
    const auto status = [&](const std::string& host, const std::string& origin) {
        HttpRequest from = request("GET", "/queues");
        from.host = host;
        from.origin = origin;
        return answer(router, from).status;
    };
    for (const char* host :
         {"", "localhost", "localhost:8081", "127.0.0.1:8081", "127.9.9.9", "[::1]:8081", "[::1]"}) {
        EXPECT_EQ(status(host, ""), 200) << host;
    }
    for (const char* host :
         {"evil.example", "evil.example:8081", "127.evil.example", "10.0.0.1", "localhost.evil"}) {
        EXPECT_EQ(status(host, ""), 403) << host;
    }
    EXPECT_EQ(status("localhost:8081", "http://localhost:8081"), 200) << "its own page";
    EXPECT_EQ(status("localhost:8081", "http://evil.example"), 403);
    EXPECT_EQ(status("localhost:8081", "null"), 403);
}

TEST(Problem, IsJsonThatNamesTheField) {
    EXPECT_EQ(to_response({400, "must be a text", "name"}).body, R"({
  "type": "about:blank",
  "title": "Bad Request",
  "status": 400,
  "detail": "must be a text",
  "field": "name"
}
)");
    EXPECT_EQ(to_response({404, "no '\xff'"}).content_type, "application/problem+json");
}

}  // namespace
}  // namespace dray::admin
